#include "ebit/cell/register/memory_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

// The most amplitudes of a state that PowerEffort::kAuto searches over, so that a search takes some seconds
// on one core.
constexpr int kMostAmplitudes = 128;

std::span<const double> angles_of(const RegisterCell<double>& cell, std::span<const double> parameters,
                                  std::string_view segment) {
  for (const Segment& s : cell.segments())
    if (s.name == segment) return parameters.subspan(s.offset, s.size);
  return {};
}

// Sizes of the ancillas to search with; {0, 0}: do not search.
std::array<int, 2> ancillas_for(int d_a, int d_b, bool mixed, PowerEffort effort) {
  if (effort == PowerEffort::kNone) return {0, 0};
  const bool full = effort == PowerEffort::kFull;
  const double d = 1.0 * d_a * d_b;
  if (full && d * d <= kMaxPowerState) return {d_a, d_b};
  const std::array own = {1, mixed ? d_b : 1};
  return d * own[1] <= (full ? kMaxPowerState : kMostAmplitudes) ? own : std::array{0, 0};
}

// A state with ancillas of `from`, as one with the larger ancillas of `to`: their further levels are empty.
std::vector<Complex> with_ancillas(const std::vector<Complex>& state, const BipartiteUnitary& u,
                                   std::array<int, 2> from, std::array<int, 2> to) {
  std::vector<Complex> out(static_cast<std::size_t>(u.d_a) * static_cast<std::size_t>(to[0]) *
                           static_cast<std::size_t>(u.d_b) * static_cast<std::size_t>(to[1]));
  std::size_t next = 0;
  for (int a = 0; a < u.d_a; ++a)
    for (int aa = 0; aa < from[0]; ++aa)
      for (int b = 0; b < u.d_b; ++b)
        for (int bb = 0; bb < from[1]; ++bb)
          out[static_cast<std::size_t>(((a * to[0] + aa) * u.d_b + b) * to[1] + bb)] = state[next++];
  return out;
}

// @param sign 1: what was made, -1: what was destroyed.
RealisedChange realised(const std::vector<double>& change, std::size_t steps, double sign) {
  RealisedChange r;
  for (std::size_t i = 0; i < change.size(); ++i) {
    const double value = std::max(0.0, sign * change[i]);
    r.mean += value / static_cast<double>(change.size());
    if (value > r.most) r.most = value, r.sample = i / steps, r.step = i % steps;
  }
  return r;
}

void share(RealisedChange& r, double power, bool searched) {
  const bool defined = searched && power > kBoundTolerance;
  r.share_most = defined ? r.most / power : std::numeric_limits<double>::quiet_NaN();
  r.share_mean = defined ? r.mean / power : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::vector<StepUnitary> step_unitaries(const RegisterOptions& options) {
  const StepUnitary en{"U_en", TracePoint::kEntered, TracePoint::kEntangled};
  const StepUnitary dis{"U_dis", TracePoint::kEntangled, TracePoint::kDisentangled};
  if (options.layers_dis == 0) return {en};
  if (options.layers_en == 0) return {dis};
  return {en, dis, {"U_dis U_en", TracePoint::kEntered, TracePoint::kDisentangled}};
}

BipartiteUnitary matrix_of(const RegisterCell<double>& cell, std::span<const double> parameters,
                           const StepUnitary& unitary) {
  require(parameters.size() == cell.parameters(), "the cell has {} parameters, but {} were given",
          cell.parameters(), parameters.size());
  const int system = cell.options().system, ancilla = cell.options().ancilla;
  const std::size_t d = std::size_t{1} << (system + ancilla);
  require_memory("the matrix of a step's unitary", 4.0 * static_cast<double>(d) * static_cast<double>(d),
                 sizeof(double));
  StateBatch<double> columns(system + ancilla, d);
  for (std::size_t k = 0; k < d; ++k) columns.set(k, k, 1);
  const auto apply = [&](const Circuit& circuit, std::string_view segment) {
    Program<double> program(circuit);
    program.bind(angles_of(cell, parameters, segment));
    for (std::size_t t = 0; t < columns.tiles(); ++t) program.run(columns.tile(t));
  };
  if (unitary.from == TracePoint::kEntered) apply(cell.u_en(), "theta_en");
  if (unitary.to == TracePoint::kDisentangled) apply(cell.u_dis(), "theta_dis");
  Eigen::MatrixXcd u(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d));
  for (std::size_t k = 0; k < d; ++k)
    for (std::size_t i = 0; i < d; ++i)
      u(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = columns.amplitude(k, i);
  return make_unitary(1 << system, 1 << ancilla, u, unitary.name);
}

std::vector<MemoryBound> memory_bounds(RegisterCell<double>& cell, std::span<const double> parameters,
                                       const SequenceInput<double>& input, const MemoryTrace& trace,
                                       PowerEffort effort, int starts) {
  std::vector<MemoryBound> bounds;
  for (const StepUnitary& unitary : step_unitaries(cell.options())) {
    MemoryBound bound{.unitary = unitary, .up = {}, .down = {}, .made = {}, .destroyed = {}};
    const std::vector<double> change = realised_change(trace, unitary.from, unitary.to);
    bound.made = realised(change, trace.steps, 1), bound.destroyed = realised(change, trace.steps, -1);
    const int system = cell.options().system, ancilla = cell.options().ancilla;
    bound.upper_bound = 2.0 * std::min(system, ancilla);
    bound.broken = std::max(bound.made.most, bound.destroyed.most) > bound.upper_bound + kBoundTolerance;
    bound.ancilla = ancillas_for(1 << system, 1 << ancilla, trace.mixed, effort);
    bound.searched = bound.ancilla[0] > 0;
    if (bound.searched) {
      const BipartiteUnitary u = matrix_of(cell, parameters, unitary);
      bound.schmidt_entropy = operator_schmidt_entropy(u);
      PowerOptions search{.ancilla_a = bound.ancilla[0], .ancilla_b = bound.ancilla[1], .starts = starts};
      const auto find = [&](const RealisedChange& r, auto power) {
        PowerResult found = power(u, search);
        if (r.most <= found.value + kBoundTolerance) return found;
        PowerOptions again = search;
        again.more_starts = {
            with_ancillas(traced_state(cell, parameters, input, r.sample, r.step, unitary.from), u,
                          {1, trace.mixed ? u.d_b : 1}, bound.ancilla)};
        found = power(u, again);
        bound.learned = true;
        bound.broken = bound.broken || r.most > found.value + kBoundTolerance;
        return found;
      };
      bound.up = find(bound.made, entangling_power);
      bound.down = find(bound.destroyed, disentangling_power);
    }
    share(bound.made, bound.up.value, bound.searched);
    share(bound.destroyed, bound.down.value, bound.searched);
    bounds.push_back(std::move(bound));
  }
  return bounds;
}

}  // namespace ebit::inline cell
