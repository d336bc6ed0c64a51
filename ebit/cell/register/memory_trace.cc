#include "ebit/cell/register/memory_trace.h"

#include <Eigen/Core>
#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/cell/lanes.h"
#include "ebit/info/entropy.h"
#include "ebit/info/mixed.h"

namespace ebit::inline cell {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;

// Reads the registers out of the workspace of a step.
class Register {
 public:
  explicit Register(const RegisterCell<double>& cell)
      : shape_{cell.options().system, cell.options().ancilla},
        memory_(cell.hidden_update().memory),
        update_(cell.hidden_update()) {}

  std::size_t systems() const { return shape_.systems(); }
  std::size_t ancillas() const { return shape_.ancillas(); }
  bool mixed() const { return memory_ == Memory::kMixture; }
  bool loses() const { return memory_ == Memory::kAncillaState; }
  std::size_t purifier() const { return mixed() ? ancillas() : 1; }  // dimension of R

  // [2^n, R]: the pure state of both registers (rows) and of what purifies them (columns), normalised.
  MatrixXcd state(const StepWorkspace<double>& w, const double* h, std::size_t lane) const {
    MatrixXcd psi(static_cast<Index>(systems() * ancillas()), static_cast<Index>(purifier()));
    for (Index c = 0; c < psi.cols(); ++c)
      for (Index i = 0; i < psi.rows(); ++i)
        psi(i, c) = amplitude(w.psi[static_cast<std::size_t>(c)], i, lane);
    if (mixed()) {
      // rho = V p V^+ goes through the columns |j>: sum_k sqrt(p_k) (columns V_k) (x) |k> purifies the whole.
      const HermitianSpectrum rho = hermitian_spectrum(density(h, lane));
      psi = product(psi, rho.vectors) * rho.values.cwiseMax(0.0).cwiseSqrt().asDiagonal();
    }
    return psi / psi.norm();
  }

  // The ancilla's state that h stands for, [2^n_a, 2^n_a] (density, or any memory of the ancilla alone).
  MatrixXcd density(const double* h, std::size_t lane) const {
    const auto n = static_cast<Index>(ancillas());
    if (mixed()) {
      MatrixXcd rho(n, n);
      const std::size_t half = ancillas() * ancillas() * kLanes<double>;
      for (Index j = 0; j < n; ++j)
        for (Index k = 0; k < n; ++k) {
          const std::size_t at = static_cast<std::size_t>(j * n + k) * kLanes<double> + lane;
          rho(j, k) = Complex(h[at], h[half + at]);
        }
      return rho / rho.trace();
    }
    const Eigen::VectorXcd own = vector(h, lane);
    return own * own.adjoint();
  }

  // The pure ancilla state that h stands for, [2^n_a].
  Eigen::VectorXcd vector(const double* h, std::size_t lane) const {
    AlignedVector<double> numbers(2 * ancillas() * kLanes<double>);
    const Tile<double> tile{numbers.data(), numbers.data() + numbers.size() / 2, shape_.ancilla};
    update_.prepare(shape_, h, tile);
    Eigen::VectorXcd own(static_cast<Index>(ancillas()));
    for (Index j = 0; j < own.size(); ++j) own[j] = amplitude(tile, j, lane);
    return own / own.norm();
  }

  // The ancilla's reduced state of [2^n, R].
  MatrixXcd ancilla_of(const MatrixXcd& psi) const {
    const auto n = static_cast<Index>(ancillas());
    MatrixXcd rho = MatrixXcd::Zero(n, n);
    for (Index i = 0; i < psi.rows(); i += n) rho += psi.middleRows(i, n) * psi.middleRows(i, n).adjoint();
    return rho;
  }

  // The probability of the system's outcome i.
  double probability(const MatrixXcd& psi, int i) const {
    const auto n = static_cast<Index>(ancillas());
    return psi.middleRows(i * n, n).squaredNorm();
  }

  void entropies(const MatrixXcd& psi, const TraceOptions& options, std::size_t at,
                 RegisterEntropies& out) const {
    // A pure part may come out a rounding below 0.
    const auto von_neumann = [](const MatrixXcd& m) {
      return std::max(0.0, matrix_entropy(entropy(EntropyId::kVonNeumann), m));
    };
    // Rows and columns of the reshaped state are the two parts that a pure state is cut into.
    const auto system = static_cast<Index>(systems()), ancilla = static_cast<Index>(ancillas());
    MatrixXcd across(system, ancilla * psi.cols());
    for (Index i = 0; i < system; ++i)
      for (Index c = 0; c < psi.cols(); ++c)
        across.row(i).segment(c * ancilla, ancilla) = psi.col(c).segment(i * ancilla, ancilla).transpose();
    out.system[at] = out.ancilla[at] = von_neumann(across);
    if (!mixed()) return;
    MatrixXcd other(ancilla, system * psi.cols());
    for (Index i = 0; i < system; ++i)
      other.middleCols(i * psi.cols(), psi.cols()) = psi.middleRows(i * ancilla, ancilla);
    out.ancilla[at] = von_neumann(other);
    out.mutual_information[at] = std::max(0.0, out.system[at] + out.ancilla[at] - von_neumann(psi));
    if (!options.negativity) return;
    const MatrixXcd rho = (psi * psi.adjoint()).transpose();  // its columns lie as the rows that info/ reads
    ebit::negativity(Cut(static_cast<int>(system), static_cast<int>(ancilla)),
                     {rho.data(), static_cast<std::size_t>(rho.size())}, {&out.negativity[at], 1});
  }

 private:
  static Complex amplitude(const Tile<double>& psi, Index i, std::size_t lane) {
    const std::size_t at = static_cast<std::size_t>(i) * kLanes<double> + lane;
    return {psi.re[at], psi.im[at]};
  }

  RegisterShape shape_;
  Memory memory_;
  const HiddenUpdate<double>& update_;
};

MemoryTrace empty_trace(const RegisterCell<double>& cell, const Register& registers,
                        const SequenceInput<double>& input, const TraceOptions& options) {
  MemoryTrace trace;
  trace.samples = input.samples, trace.steps = input.steps, trace.mixed = registers.mixed();
  const std::size_t size = input.samples * input.steps;
  for (RegisterEntropies& point : trace.at) {
    point.ancilla.resize(size), point.system.resize(size);
    if (trace.mixed) point.mutual_information.resize(size);
    if (trace.mixed && options.negativity) point.negativity.resize(size);
  }
  if (cell.hidden_update().measures) trace.outcome.resize(size), trace.probability.resize(size);
  if (registers.loses()) trace.survived.resize(size);
  if (options.hidden) trace.hidden.resize(size * registers.ancillas() * registers.ancillas());
  return trace;
}

}  // namespace

MemoryTrace trace_memory(RegisterCell<double>& cell, std::span<const double> parameters,
                         const SequenceInput<double>& input, const TraceOptions& options) {
  const Register registers(cell);
  MemoryTrace trace = empty_trace(cell, registers, input, options);
  // Each call writes to the samples of its own tile only.
  cell.observe(
      parameters, input, {},
      [&](Stage stage, std::size_t tile, std::size_t step, const StepWorkspace<double>& w, const double* h) {
        const LaneMap lanes{input.samples, tile * kLanes<double>};
        const LaneSteps<double> steps(lanes, input.lengths, input.steps);
        for (std::size_t lane = 0; lane < kLanes<double> && lanes.real(lane); ++lane) {
          if (!steps.runs(lane, step)) continue;
          const std::size_t at = lanes.sample(lane) * input.steps + step;
          if (stage != Stage::kUpdated) {
            registers.entropies(registers.state(w, h, lane), options, at,
                                trace.at[static_cast<std::size_t>(stage)]);
            continue;
          }
          if (trace.outcome.empty() && trace.survived.empty() && trace.hidden.empty()) continue;
          MatrixXcd left;  // the ancilla's state that leaves the step
          if (registers.loses()) {
            const MatrixXcd psi = registers.state(w, h, lane);
            const Eigen::VectorXcd next = registers.vector(h, lane);
            trace.survived[at] = next.dot(registers.ancilla_of(psi) * next).real();
            if (!trace.outcome.empty()) {
              trace.outcome[at] = w.outcome[lane];
              trace.probability[at] = registers.probability(psi, w.outcome[lane]);
            }
            left = next * next.adjoint();
          } else {
            left = registers.mixed() ? registers.density(h, lane)
                                     : registers.ancilla_of(registers.state(w, h, lane));
          }
          if (trace.hidden.empty()) continue;
          left.transposeInPlace();  // columns of Eigen's matrix become the rows of the array
          std::copy_n(left.data(), left.size(),
                      trace.hidden.begin() + static_cast<std::ptrdiff_t>(at) * left.size());
        }
      });
  return trace;
}

std::vector<double> realised_change(const MemoryTrace& trace, TracePoint from, TracePoint to) {
  std::vector<double> change = trace[to].system;
  for (std::size_t i = 0; i < change.size(); ++i) change[i] -= trace[from].system[i];
  return change;
}

std::vector<Complex> traced_state(RegisterCell<double>& cell, std::span<const double> parameters,
                                  const SequenceInput<double>& input, std::size_t sample, std::size_t step,
                                  TracePoint point) {
  const auto steps =
      sample < input.samples && input.lengths ? static_cast<std::size_t>(input.lengths[sample]) : input.steps;
  require(sample < input.samples && step < steps, "there is no step {} of sample {}: it is {} of {}", step,
          sample, steps, input.samples);
  const Register registers(cell);
  std::vector<Complex> state;
  cell.observe(
      parameters, input, {},
      [&](Stage stage, std::size_t tile, std::size_t t, const StepWorkspace<double>& w, const double* h) {
        if (tile != sample / kLanes<double> || t != step || stage != static_cast<Stage>(point)) return;
        const MatrixXcd psi = registers.state(w, h, sample % kLanes<double>).transpose();
        state.assign(psi.data(), psi.data() + psi.size());
      });
  return state;
}

std::vector<double> hidden_fidelity(const MemoryTrace& pure, const MemoryTrace& other) {
  require(!pure.hidden.empty() && pure.hidden.size() == other.hidden.size() &&
              pure.samples == other.samples && pure.steps == other.steps,
          "a fidelity needs the hidden states of two traces of the same sequences");
  require(!pure.survived.empty(), "a fidelity <h|rho|h> needs pure hidden states on one side");
  const std::size_t size = pure.samples * pure.steps, entries = pure.hidden.size() / size;
  std::vector<double> fidelity(size, 0.0);
  for (std::size_t i = 0; i < size * entries; ++i)
    fidelity[i / entries] += (std::conj(pure.hidden[i]) * other.hidden[i]).real();  // Tr(A B), A Hermitian
  return fidelity;
}

}  // namespace ebit::inline cell
