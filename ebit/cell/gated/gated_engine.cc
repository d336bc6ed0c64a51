// How a gated cell runs its circuits: folded into one table where that is expected to be faster, or gate by
// gate.
#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/gated/gated_workspace.h"

namespace ebit::inline cell {
namespace {

// Strings that the readouts of a folded circuit may become; a general circuit of 6 qubits has 4,096.
constexpr std::size_t kMostStrings = 8192;

// The cost model: nanoseconds of one core a tile and step, forward and backward. Measured by `ebit_microbench
// --benchmark_filter=gated_step` (readout_fold.perf.cc) on an Intel Xeon with AVX-512.
constexpr double kEntry = 1.4;     // an entry of the table
constexpr double kProduct = 5;     // a product of features
constexpr double kPair = 9;        // two coefficients mixed and mixed back, once a batch
constexpr double kLocal = 150;     // a fused gate of a circuit, beyond circuit_cost()
constexpr double kRotation = 130;  // a rotation of the encoder, by each sample's angle

}  // namespace

// The table of coefficients where it may be wanted, and the places of gradient sums.
template <class T>
void GatedCell<T>::fold(const std::vector<std::size_t>& angles) {
  const Engine wanted = find_engine(options_.engine);
  angle_offsets_ = angles;
  std::vector<std::size_t> measured;
  for (const Gate& gate : gates_) measured.push_back(gate.measured);
  const bool noisy = options_.noisy.active();
  const bool simple = !noisy && !gates_.front().mixture && encoder_.gives_products();
  require(simple || wanted != Engine::kFold, "{} cannot be folded: take engine gates, or auto",
          noisy                    ? "a circuit with noise or shots"
          : gates_.front().mixture ? "a mixture of circuits"
                                   : fmt::format("the encoder {}", encoder_.name));
  if (wanted != Engine::kGates && simple) {
    const Circuit trained = build_ansatz(ansatz_of(options_), options_.qubits, options_.layers);
    auto plan =
        plan_readouts(trained, static_cast<int>(std::ranges::max(measured)), axes_of(encoder_), kMostStrings);
    require(
        plan || wanted == Engine::kAuto,
        "the circuit cannot be folded: it has a gate that is neither Clifford nor made of rotations, or its "
        "readouts become more than {} Pauli strings; take engine gates, or auto",
        kMostStrings);
    if (plan)
      fold_ =
          std::make_unique<ReadoutFold<T>>(std::move(*plan), std::move(measured), gate_kernels_, kernels_);
  }
  sums_ = fold_ ? fold_->blocks() * fold_->products() * kLanes<T> : 0;
  for (Linear& linear : linears_) {
    linear.sums = sums_;
    sums_ += sums_of(linear);
  }
}

template <class T>
EngineChoice GatedCell<T>::engine(std::size_t samples, std::size_t steps) const {
  if (!fold_) return {.engine = Engine::kGates};
  const double states = static_cast<double>(tiles_of<T>(samples) * steps);
  const CircuitCost circuit = circuit_cost(gates_.front().program.program().plan());
  const double locals = static_cast<double>(gates_.front().program.program().plan().locals.size());
  const double gates = states * static_cast<double>(gates_.size()) *
                       (2 * circuit.forward + circuit.backward + kLocal * locals +
                        kRotation * circuit_.per_sample_parameters());
  const double products = static_cast<double>(fold_->products());
  const double fold =
      states * (products * static_cast<double>(fold_->rows()) * kEntry + products * kProduct) +
      static_cast<double>(fold_->pairs() * fold_->blocks()) * kPair;
  const Engine wanted = find_engine(options_.engine), cheaper = fold < gates ? Engine::kFold : Engine::kGates;
  return {wanted == Engine::kAuto ? cheaper : wanted, 1e-9 * fold, 1e-9 * gates};
}

template <class T>
double GatedCell<T>::circuit_flops(std::size_t samples, std::size_t steps) const {
  const bool folded = engine(samples, steps).engine == Engine::kFold;
  const double locals = static_cast<double>(gates_.front().program.program().plan().locals.size());
  const double gate = (3 * 28.0 + 24.0) * locals * std::ldexp(1.0, options_.qubits - 1);
  double flops = 0;
  for (std::size_t g = 0; g < gates_.size(); ++g) {
    const bool prediction = g > state_gates_;  // behind `hidden`
    const auto runs = static_cast<double>(samples * (prediction && !options_.every_step ? 1 : steps));
    const double row = 3 * 2.0 * static_cast<double>(fold_ ? fold_->products() : 0);
    flops += runs * (folded ? row * static_cast<double>(gates_[g].measured) : gate);
  }
  return flops;
}

#define EBIT_INSTANTIATE(T)                                                   \
  template void GatedCell<T>::fold(const std::vector<std::size_t>&);          \
  template EngineChoice GatedCell<T>::engine(std::size_t, std::size_t) const; \
  template double GatedCell<T>::circuit_flops(std::size_t, std::size_t) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
