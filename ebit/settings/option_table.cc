#include "ebit/settings/option_rows.h"

namespace ebit::inline settings {

std::span<const OptionRow> option_table() {
  static const std::vector<OptionRow> table = [] {
    std::vector<OptionRow> rows;
    for (const auto part : {data_options(), model_options(), cell_options(), pauli_options(), run_options()})
      rows.insert(rows.end(), part.begin(), part.end());
    return rows;
  }();
  return table;
}

}  // namespace ebit::inline settings
