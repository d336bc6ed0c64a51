#include <algorithm>

#include "ebit/settings/option_rows.h"

namespace ebit::inline settings {

std::span<const OptionRow> option_table() {
  static const std::vector<OptionRow> table = [] {
    std::vector<OptionRow> rows;
    std::vector<std::string_view> sections;  // in the order of their first rows
    for (const auto part :
         {data_options(), model_options(), cell_options(), pauli_options(), noise_options(), run_options()})
      for (const OptionRow& row : part) {
        rows.push_back(row);
        if (std::ranges::find(sections, row.section) == sections.end()) sections.push_back(row.section);
      }
    // A section is one block, whichever files its rows are in.
    std::ranges::stable_sort(rows, {}, [&](const OptionRow& row) {
      return std::ranges::find(sections, row.section) - sections.begin();
    });
    return rows;
  }();
  return table;
}

}  // namespace ebit::inline settings
