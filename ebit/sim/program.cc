#include "ebit/sim/program.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"

namespace ebit {
namespace {

double evaluate(const Angle& angle, double parameter) {
  return angle.kind == Angle::Kind::kConstant ? angle.value : angle.value + angle.scale * parameter;
}

}  // namespace

template <class T>
Program<T>::Program(const Circuit& circuit, const kernels::KernelTable<T>& table)
    : circuit_(circuit), kernels_(table) {
  std::size_t shared_numbers = 0;
  for (const Operation& operation : circuit_.operations()) {
    const Gate& row = gate(operation.gate);
    Step step{.gate = &row,
              .operation = operation,
              .placement = kernels::place(row, operation.wires, circuit_.wires()),
              .structure = row.structure};
    bool per_sample = false;
    for (int k = 0; k < row.angles; ++k) {
      step.trained |= operation.angles[k].kind != Angle::Kind::kConstant;
      per_sample |= operation.angles[k].kind == Angle::Kind::kPerSample;
    }
    const std::size_t entries = static_cast<std::size_t>(row.dimension() * row.dimension());
    if (per_sample) {
      step.lane_matrix = static_cast<int>(lane_numbers_);
      lane_numbers_ += 2 * entries * kLanes<T>;
    } else {
      step.shared_matrix = static_cast<int>(shared_numbers);
      shared_numbers += 2 * entries;
    }
    steps_.push_back(step);
  }
  parameters_.assign(static_cast<std::size_t>(circuit_.shared_parameters()), 0.0);
  shared_.resize(shared_numbers);
}

template <class T>
std::array<double, kMaxGateAngles> Program<T>::shared_angles(const Step& step) const {
  std::array<double, kMaxGateAngles> angles{};
  for (int k = 0; k < step.gate->angles; ++k) {
    const Angle& angle = step.operation.angles[k];
    angles[k] = evaluate(angle, angle.kind == Angle::Kind::kShared ? parameters_[angle.index] : 0.0);
  }
  return angles;
}

template <class T>
void Program<T>::bind(std::span<const T> shared) {
  require(shared.size() == parameters_.size(), "the circuit has {} shared parameters, but {} were given",
          parameters_.size(), shared.size());
  std::copy(shared.begin(), shared.end(), parameters_.begin());
  for (const Step& step : steps_) {
    if (step.shared_matrix < 0) continue;
    const auto matrix = operation_matrix(circuit_, step.operation, shared_angles(step));
    T* re = shared_.data() + step.shared_matrix;
    T* im = re + matrix.size();
    for (std::size_t e = 0; e < matrix.size(); ++e) {
      re[e] = static_cast<T>(matrix[e].real());
      im[e] = static_cast<T>(matrix[e].imag());
    }
  }
}

template <class T>
void Program<T>::bind_lanes(const T* lane_angles, LaneMatrices<T>& lanes) const {
  lanes.numbers.resize(lane_numbers_);
  for (const Step& step : steps_) {
    if (step.lane_matrix < 0) continue;
    const int entries = step.gate->dimension() * step.gate->dimension();
    T* re = lanes.numbers.data() + step.lane_matrix;
    T* im = re + entries * kLanes<T>;
    for (int lane = 0; lane < kLanes<T>; ++lane) {
      auto angles = shared_angles(step);
      for (int k = 0; k < step.gate->angles; ++k) {
        const Angle& angle = step.operation.angles[k];
        if (angle.kind == Angle::Kind::kPerSample)
          angles[k] = evaluate(angle, lane_angles[angle.index * kLanes<T> + lane]);
      }
      Complex matrix[16];
      step.gate->matrix(angles.data(), matrix);
      for (int e = 0; e < entries; ++e) {
        re[e * kLanes<T> + lane] = static_cast<T>(matrix[e].real());
        im[e * kLanes<T> + lane] = static_cast<T>(matrix[e].imag());
      }
    }
  }
}

template <class T>
void Program<T>::run(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  for (const Step& step : steps_) apply<false>(step, psi, lanes);
}

template <class T>
void Program<T>::run_inverse(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) apply<true>(*step, psi, lanes);
}

template <class T>
void gather_lanes(std::span<const T> rows_of_batch, std::size_t batch, std::size_t tile,
                  AlignedVector<T>& out) {
  const std::size_t rows = rows_of_batch.size() / batch;
  out.resize(rows * kLanes<T>);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t lane = 0; lane < kLanes<T>; ++lane)
      out[row * kLanes<T> + lane] = rows_of_batch[row * batch + std::min(tile * kLanes<T> + lane, batch - 1)];
}

template <class T>
void run(const Circuit& circuit, StateBatch<T>& state, std::span<const T> shared,
         std::span<const T> per_sample) {
  require(state.wires() == circuit.wires(), "the circuit has {} wires, the state {}", circuit.wires(),
          state.wires());
  const std::size_t expected = static_cast<std::size_t>(circuit.per_sample_parameters()) * state.batch();
  require(per_sample.size() == expected,
          "the circuit takes {} per-sample angles for {} samples, but {} were given", expected, state.batch(),
          per_sample.size());
  Program<T> program(circuit);
  program.bind(shared);
  parallel_for(state.tiles(), [&](std::size_t t) {
    LaneMatrices<T> lanes;
    AlignedVector<T> angles;
    gather_lanes(per_sample, state.batch(), t, angles);
    program.bind_lanes(angles.data(), lanes);
    program.run(state.tile(t), &lanes);
  });
}

#define EBIT_INSTANTIATE(T)                                                                     \
  template class Program<T>;                                                                    \
  template void run<T>(const Circuit&, StateBatch<T>&, std::span<const T>, std::span<const T>); \
  template void gather_lanes<T>(std::span<const T>, std::size_t, std::size_t, AlignedVector<T>&);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit
