#include "ebit/analysis/study/roles.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

// The search for a power also starts from the state whose change was the greatest of all steps.
PowerOptions search_from(RegisterCell<double>& cell, std::span<const double> parameters,
                         const SequenceInput<double>& input, const MemoryTrace& trace, TracePoint from,
                         std::size_t most, int starts) {
  PowerOptions options{.starts = starts};
  if (trace.mixed) options.ancilla_b = 1 << cell.options().ancilla;
  options.more_starts = {traced_state(cell, parameters, input, most / trace.steps, most % trace.steps, from)};
  return options;
}

}  // namespace

std::vector<Role> roles(RegisterCell<double>& cell, std::span<const double> parameters,
                        const SequenceInput<double>& input, int starts) {
  require(cell.options().layers_en > 0 && cell.options().layers_dis > 0,
          "roles of U_en and U_dis need both: give each at least 1 layer");
  const MemoryTrace trace = trace_memory(cell, parameters, input, {.negativity = false});
  std::vector<Role> all;
  for (const StepUnitary& unitary : step_unitaries(cell.options())) {
    if (unitary.from == TracePoint::kEntered && unitary.to == TracePoint::kDisentangled) continue;
    const std::vector<double> change = realised_change(trace, unitary.from, unitary.to);
    const auto count = static_cast<double>(change.size());
    Role role{.unitary = unitary.name};
    for (const double delta : change) {
      role.change += delta / count;
      role.made += std::max(0.0, delta) / count;
      role.destroyed += std::max(0.0, -delta) / count;
    }
    for (const double delta : change) role.change_spread += std::pow(delta - role.change, 2) / count;
    role.change_spread = std::sqrt(role.change_spread);
    const auto [least, most] = std::ranges::minmax_element(change);
    const auto at = [&](auto place) { return static_cast<std::size_t>(place - change.begin()); };
    const BipartiteUnitary u = matrix_of(cell, parameters, unitary);
    role.up = entangling_power(u, search_from(cell, parameters, input, trace, unitary.from, at(most), starts))
                  .value;
    role.down =
        disentangling_power(u, search_from(cell, parameters, input, trace, unitary.from, at(least), starts))
            .value;
    all.push_back(role);
  }
  return all;
}

}  // namespace ebit::analysis
