#include "ebit/cell/controlled/controlled_trace.h"

#include <Eigen/Dense>
#include <algorithm>
#include <numeric>

#include "ebit/base/error.h"
#include "ebit/cell/lanes.h"
#include "ebit/info/entropy.h"

namespace ebit::inline cell {

ControlledTrace trace_memory(ControlledCell<double>& cell, std::span<const double> parameters,
                             const SequenceInput<double>& input, std::span<const int> cut) {
  const auto qubits = static_cast<std::size_t>(cell.options().qubits);
  ControlledTrace trace;
  trace.samples = input.samples, trace.steps = input.steps, trace.outputs = cell.outputs();
  trace.cut.assign(cut.begin(), cut.end());
  if (cut.empty()) {
    trace.cut.resize(qubits / 2);
    std::iota(trace.cut.begin(), trace.cut.end(), 0);
  }
  require(!trace.cut.empty() && trace.cut.size() < qubits,
          "a memory of {} qubit{} cannot be cut with {} on one side: both sides need at least 1", qubits,
          qubits == 1 ? "" : "s", trace.cut.size());
  const std::vector<int> dimensions(qubits, 2);
  const Cut parts(dimensions, trace.cut);
  trace.largest = static_cast<double>(std::min(trace.cut.size(), qubits - trace.cut.size()));
  trace.entropy.assign(input.samples * input.steps, 0.0);
  trace.readout.assign(input.samples * input.steps * trace.outputs, 0.0);

  // Each call writes to the samples of its own tile only.
  cell.observe(parameters, input, {},
               [&](std::size_t tile, std::size_t step, const Tile<double>& psi, const double* z) {
                 const LaneMap lanes{input.samples, tile * kLanes<double>};
                 const LaneSteps<double> steps(lanes, input.lengths, input.steps);
                 const auto runs = [&](std::size_t lane) { return steps.runs(lane, step); };
                 store_rows(lanes, z, trace.outputs, input.steps, step, trace.readout.data(), runs);
                 std::vector<Complex> state(psi.dimension());
                 for (std::size_t lane = 0; lane < kLanes<double> && lanes.real(lane); ++lane) {
                   if (!runs(lane)) continue;
                   for (std::size_t i = 0; i < state.size(); ++i)
                     state[i] = {psi.re[i * kLanes<double> + lane], psi.im[i * kLanes<double> + lane]};
                   Eigen::MatrixXcd amplitudes = parts.matrix(state);
                   amplitudes /= amplitudes.norm();
                   // A product state may come out a rounding below 0.
                   trace.entropy[lanes.sample(lane) * input.steps + step] =
                       std::max(0.0, matrix_entropy(entropy(EntropyId::kVonNeumann), amplitudes));
                 }
               });
  return trace;
}

}  // namespace ebit::inline cell
