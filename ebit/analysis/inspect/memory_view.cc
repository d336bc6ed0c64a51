#include "ebit/analysis/inspect/memory_view.h"

#include <algorithm>

#include "ebit/analysis/inspect/controlled_view.h"
#include "ebit/analysis/inspect/noisy_view.h"
#include "ebit/analysis/inspect/register_view.h"
#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

/// What a family of cells brings to an inspection.
struct ViewRow {
  std::string_view family;                          ///< a row of cell_families()
  double (*step_cost)(const CellOptions& options);  ///< multiplications to look at a step of one sequence
  void (*check)(const CellOptions& options, const InspectOptions& inspect);
  std::unique_ptr<MemoryView> (*look)(const InspectedCell& cell, const InspectOptions& inspect);
};

constexpr ViewRow kViews[] = {{"register", register_step_cost, check_register_options, look_at_register},
                              {"qrnn", controlled_step_cost, check_controlled_options, look_at_controlled}};

// Throws Error for a family whose memory is not quantum, or that has no view.
const ViewRow& view_of(const CellOptions& options) {
  static constexpr ViewRow kNoisy{"noise", noisy_step_cost, check_noisy_options, look_at_noisy};
  if (has_noisy_memory(options)) return kNoisy;
  const CellFamily& family = family_of(options);
  require(family.classical.empty(),
          "inspect looks at a quantum memory, and a cell of the family {} has none: {}. It works for the "
          "model register, its presets and qrnn",
          family.name, family.classical);
  const auto* const found = std::ranges::find(kViews, family.name, &ViewRow::family);
  require(found != std::end(kViews),
          "inspect has no view of the memory of a cell of the family {}, which a measurement leaves pure at "
          "every step. It "
          "works for the model register, its presets and qrnn",
          family.name);
  return *found;
}

}  // namespace

std::size_t affordable_sequences(const CellOptions& options, std::size_t steps) {
  constexpr double kMost = 256, kLeast = 4;
  constexpr double kWork = 1 << 27;  // multiplications in some seconds of one core
  const double each = view_of(options).step_cost(options) * static_cast<double>(steps);
  return static_cast<std::size_t>(std::clamp(kWork / each, kLeast, kMost));
}

void check_options(const CellOptions& options, const InspectOptions& inspect) {
  view_of(options).check(options, inspect);
}

std::unique_ptr<MemoryView> look_at_memory(const InspectedCell& cell, const InspectOptions& inspect) {
  return view_of(cell.options).look(cell, inspect);
}

std::vector<double> readouts_of(Cell<double>& cell, const std::vector<double>& parameters,
                                const Sequences& sequences, std::uint64_t seed) {
  const std::size_t width = cell.outputs(), rows = cell.every_step() ? sequences.steps : 1;
  std::vector<double> all(sequences.samples * rows * width);
  cell.forward(parameters, sequences.input(seed), {.y = all.data()});
  if (rows == 1 || sequences.lengths.empty()) return all;
  std::vector<double> read;
  for (std::size_t b = 0; b < sequences.samples; ++b) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(b * rows * width);
    read.insert(read.end(), first, first + static_cast<std::ptrdiff_t>(sequences.length(b) * width));
  }
  return read;
}

}  // namespace ebit::analysis
