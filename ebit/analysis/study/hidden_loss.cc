#include "ebit/analysis/study/hidden_loss.h"

#include <cmath>
#include <numeric>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/cell/register/memory_trace.h"
#include "ebit/info/entropy.h"

namespace ebit::analysis {
namespace {

using Matrix = Eigen::Matrix<Complex, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

double mean_of(std::span<const double> values) {
  return values.empty()
             ? 0
             : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The ancilla's density matrix that left a step.
Eigen::Map<const Matrix> hidden_of(const MemoryTrace& trace, std::size_t sample, std::size_t step) {
  const std::size_t entries = trace.hidden.size() / (trace.samples * trace.steps);
  const auto d = static_cast<Eigen::Index>(std::lround(std::sqrt(static_cast<double>(entries))));
  return {trace.hidden.data() + (sample * trace.steps + step) * entries, d, d};
}

double entropy_of(const Matrix& rho) {
  double bits = 0;
  density_entropy(entropy(EntropyId::kVonNeumann), static_cast<std::size_t>(rho.rows()),
                  {rho.data(), static_cast<std::size_t>(rho.size())}, {&bits, 1});
  return bits;
}

double trace_distance(const Matrix& a, const Matrix& b) {
  return hermitian_eigenvalues(a - b).cwiseAbs().sum() / 2;
}

double holevo_of(const MemoryTrace& trace) {
  Matrix mean = hidden_of(trace, 0, trace.steps - 1);
  mean.setZero();
  double entropies = 0;
  const auto count = static_cast<double>(trace.samples);
  for (std::size_t b = 0; b < trace.samples; ++b) {
    const Matrix rho = hidden_of(trace, b, trace.steps - 1);
    mean += rho / count;
    entropies += entropy_of(rho) / count;
  }
  return entropy_of(mean) - entropies;
}

}  // namespace

HiddenLoss hidden_loss(RegisterCell<double>& cell, std::span<const double> parameters,
                       const SequenceInput<double>& input) {
  require(input.state == nullptr, "the loss of a hidden update is measured from |0...0> on");
  const TraceOptions options{.negativity = false, .hidden = true};
  const MemoryTrace own = trace_memory(cell, parameters, input, options);
  RegisterOptions exact_options = cell.options();
  exact_options.hidden = "density";
  RegisterCell<double> exact_cell(exact_options);
  const MemoryTrace exact = trace_memory(exact_cell, parameters, input, options);

  const bool coherent = cell.hidden_update().memory == Memory::kWholeState;
  const RegisterEntropies& behind = own[TracePoint::kDisentangled];
  HiddenLoss loss;
  if (!own.survived.empty()) {
    loss.infidelity = 1 - mean_of(own.survived);
    loss.entropy_removed = mean_of(behind.ancilla);  // what is kept of it is pure
  }
  // Of a pure state both parts have the same entropy, and I is twice that.
  if (!coherent)
    loss.correlation_lost = own.mixed ? mean_of(behind.mutual_information) : 2 * mean_of(behind.ancilla);
  const auto steps = static_cast<double>(input.steps), samples = static_cast<double>(input.samples);
  for (std::size_t b = 0; b < input.samples; ++b)
    for (std::size_t t = 0; t < input.steps; ++t) {
      const double distance = trace_distance(hidden_of(own, b, t), hidden_of(exact, b, t));
      loss.distance += distance / (samples * steps);
      if (t + 1 == input.steps) loss.distance_last += distance / samples;
    }
  loss.holevo = holevo_of(own), loss.holevo_density = holevo_of(exact);
  return loss;
}

}  // namespace ebit::analysis
