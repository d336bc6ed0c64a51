#include "ebit/sim/program.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"

namespace ebit::inline sim {
namespace {

// Numbers of a fused gate's matrix.
template <class T>
constexpr std::size_t kLocal = kernels::kLocalNumbers* kLanes<T>;

double evaluate(const Angle& angle, double parameter) {
  return angle.kind == Angle::Kind::kConstant ? angle.value : angle.value + angle.scale * parameter;
}

// The matrix of one factor of a local gate, from the sine and cosine of half its angle.
void factor_matrix(const LocalFactor& factor, double s, double c, Complex* out) {
  if (factor.constant) {
    std::ranges::copy(factor.matrix, out);
    return;
  }
  if (factor.rotation.phase) {
    const Complex matrix[4] = {1, 0, 0, Complex(c, s) * Complex(c, s)};
    std::ranges::copy(matrix, out);
    return;
  }
  const Complex rotation[3][4] = {
      {c, Complex(0, -s), Complex(0, -s), c}, {c, -s, s, c}, {Complex(c, -s), 0, 0, Complex(c, s)}};
  std::ranges::copy(rotation[static_cast<int>(factor.rotation.axis)], out);
}

// product <- factor product, 2x2.
void multiply_left(const Complex* factor, Complex* product) {
  for (int column = 0; column < 2; ++column) {
    const Complex top = product[column], bottom = product[2 + column];
    product[column] = factor[0] * top + factor[1] * bottom;
    product[2 + column] = factor[2] * top + factor[3] * bottom;
  }
}

// The same for a matrix with lanes, [kLocalNumbers, kLanes].
template <class T>
void multiply_lanes_left(const Complex* factor, T* matrix) {
  for (int lane = 0; lane < kLanes<T>; ++lane) {
    Complex product[4];
    for (int e = 0; e < 4; ++e)
      product[e] = {matrix[e * kLanes<T> + lane], matrix[(4 + e) * kLanes<T> + lane]};
    multiply_left(factor, product);
    for (int e = 0; e < 4; ++e) {
      matrix[e * kLanes<T> + lane] = static_cast<T>(product[e].real());
      matrix[(4 + e) * kLanes<T> + lane] = static_cast<T>(product[e].imag());
    }
  }
}

}  // namespace

template <class T>
Program<T>::Program(const Circuit& circuit, const kernels::KernelTable<T>& table)
    : circuit_(circuit), plan_(make_plan(circuit_)), kernels_(table) {
  std::size_t shared_numbers = 0;
  for (const Operation& operation : circuit_.operations()) {
    const Gate& row = gate(operation.gate);
    Step step{.gate = &row,
              .operation = operation,
              .placement = kernels::place(row, operation.wires, Layout(circuit_.wires())),
              .structure = row.structure,
              .fused = true};
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
  for (const Sweep& sweep : plan_.forward)
    if (sweep.locals == 0) steps_[static_cast<std::size_t>(sweep.item[0])].fused = false;
  sine_.assign(plan_.factors.size(), 0.0);
  cosine_.assign(plan_.factors.size(), 1.0);
  shared_locals_.resize(plan_.locals.size() * kLocal<T>);
  for (const LocalGate& local : plan_.locals) any_per_lane_ |= local.per_lane;
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
    const auto angles = shared_angles(step);
    Complex kept[16];
    const Complex* matrix = kept;
    if (step.gate->matrix)
      step.gate->matrix(angles.data(), kept);
    else
      matrix = circuit_.matrices()[static_cast<std::size_t>(step.operation.matrix)].data();
    const int entries = step.gate->dimension() * step.gate->dimension();
    T* const re = shared_.data() + step.shared_matrix;
    for (int e = 0; e < entries; ++e) {
      re[e] = static_cast<T>(matrix[e].real());
      re[entries + e] = static_cast<T>(matrix[e].imag());
    }
  }
  for (std::size_t f = 0; f < plan_.factors.size(); ++f) {
    const LocalFactor& factor = plan_.factors[f];
    if (factor.constant || factor.angle.kind == Angle::Kind::kPerSample) continue;
    const bool shared_angle = factor.angle.kind == Angle::Kind::kShared;
    const double half =
        evaluate(factor.angle,
                 shared_angle ? parameters_[static_cast<std::size_t>(factor.angle.index)] : 0.0) /
        2;
    sine_[f] = std::sin(half), cosine_[f] = std::cos(half);
  }
  for (std::size_t k = 0; k < plan_.locals.size(); ++k) bind_shared_local(k);
}

// The product of a local gate's factors where none differs from lane to lane, the same in every lane.
template <class T>
void Program<T>::bind_shared_local(std::size_t index) {
  const LocalGate& local = plan_.locals[index];
  if (local.per_lane) return;
  Complex product[4] = {1, 0, 0, 1};
  for (int f = local.first; f < local.first + local.count; ++f) {
    Complex factor[4];
    factor_matrix(plan_.factors[static_cast<std::size_t>(f)], sine_[static_cast<std::size_t>(f)],
                  cosine_[static_cast<std::size_t>(f)], factor);
    multiply_left(factor, product);
  }
  T* const matrix = shared_locals_.data() + index * kLocal<T>;
  for (int e = 0; e < 4; ++e) {
    std::fill_n(matrix + e * kLanes<T>, kLanes<T>, static_cast<T>(product[e].real()));
    std::fill_n(matrix + (4 + e) * kLanes<T>, kLanes<T>, static_cast<T>(product[e].imag()));
  }
}

template <class T>
void Program<T>::bind_lanes(const T* lane_angles, LaneMatrices<T>& lanes) const {
  lanes.numbers.resize(lane_numbers_);
  for (const Step& step : steps_)
    if (step.lane_matrix >= 0 && !step.fused) bind_lane_step(step, lane_angles, lanes);
  if (!any_per_lane_) return;
  const std::size_t factors = plan_.factors.size() * kLanes<T>;
  lanes.half.resize(factors), lanes.sine.resize(factors), lanes.cosine.resize(factors);
  lanes.locals.resize(plan_.locals.size() * kLocal<T>);
  for (std::size_t f = 0; f < plan_.factors.size(); ++f) {
    const Angle& angle = plan_.factors[f].angle;
    T* const half = lanes.half.data() + f * kLanes<T>;
    if (plan_.factors[f].constant || angle.kind != Angle::Kind::kPerSample) {
      std::fill_n(half, kLanes<T>, T(0));
      continue;
    }
    const T* const given = lane_angles + static_cast<std::size_t>(angle.index) * kLanes<T>;
    const T scale = static_cast<T>(angle.scale / 2), offset = static_cast<T>(angle.value / 2);
    for (int l = 0; l < kLanes<T>; ++l) half[l] = offset + scale * given[l];
  }
  kernels_.sincos(lanes.half.data(), lanes.sine.data(), lanes.cosine.data(), factors);
  for (std::size_t k = 0; k < plan_.locals.size(); ++k)
    if (plan_.locals[k].per_lane) bind_lane_local(k, lanes);
}

template <class T>
void Program<T>::bind_every_step(const T* lane_angles, LaneMatrices<T>& lanes) const {
  lanes.numbers.resize(lane_numbers_);
  for (const Step& step : steps_)
    if (step.lane_matrix >= 0) bind_lane_step(step, lane_angles, lanes);
}

template <class T>
void Program<T>::bind_lane_local(std::size_t index, LaneMatrices<T>& lanes) const {
  const LocalGate& local = plan_.locals[index];
  T* const matrix = lanes.locals.data() + index * kLocal<T>;
  std::fill_n(matrix, kLocal<T>, T(0));
  std::fill_n(matrix, kLanes<T>, T(1));
  std::fill_n(matrix + 3 * kLanes<T>, kLanes<T>, T(1));
  for (std::size_t f = static_cast<std::size_t>(local.first);
       f < static_cast<std::size_t>(local.first + local.count); ++f) {
    const LocalFactor& factor = plan_.factors[f];
    T *const sine = lanes.sine.data() + f * kLanes<T>, *const cosine = lanes.cosine.data() + f * kLanes<T>;
    if (factor.constant) {
      multiply_lanes_left(factor.matrix, matrix);
      continue;
    }
    if (factor.angle.kind != Angle::Kind::kPerSample) {
      std::fill_n(sine, kLanes<T>, static_cast<T>(sine_[f]));
      std::fill_n(cosine, kLanes<T>, static_cast<T>(cosine_[f]));
    }
    kernels_.rotate[factor.rotation.phase ? 3 : static_cast<int>(factor.rotation.axis)](matrix, sine, cosine);
  }
}

// A gate by itself with at least one per-sample angle: its matrix, lane by lane.
template <class T>
void Program<T>::bind_lane_step(const Step& step, const T* lane_angles, LaneMatrices<T>& lanes) const {
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

template <class T>
void Program<T>::local_matrices(const Sweep& sweep, const LaneMatrices<T>* lanes, const T** matrices) const {
  for (int t = 0; t < sweep.locals; ++t) {
    const auto local = static_cast<std::size_t>(sweep.item[t]);
    matrices[t] = (plan_.locals[local].per_lane ? lanes->locals : shared_locals_).data() + local * kLocal<T>;
  }
}

template <class T>
template <bool kAdjoint>
void Program<T>::sweep(const Sweep& sweep, const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  if (sweep.locals == 0)
    return apply<kAdjoint>(steps_[static_cast<std::size_t>(sweep.item[0])], sweep.placement, psi, lanes);
  const T* matrices[kMaxDiagonal];
  local_matrices(sweep, lanes, matrices);
  if (sweep.diagonal) return kernels_.diagonal[kAdjoint](psi, sweep.placement, matrices);
  kernels_.local[sweep.locals - 1][sweep.real][kAdjoint](psi, sweep.placement, matrices);
}

template <class T>
void Program<T>::run(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  run_relabelled(psi, lanes);
  usual_layout(psi);
}

template <class T>
void Program<T>::run_relabelled(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  for (const Sweep& each : plan_.forward) sweep<false>(each, psi, lanes);
}

template <class T>
void Program<T>::run_from_zero(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  opening_state(psi, lanes);
  for (const Sweep& each : plan_.forward)
    if (!each.opening) sweep<false>(each, psi, lanes);
}

// The product of the first columns of the opening's gates: each doubles the rows that are filled.
template <class T>
void Program<T>::opening_state(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  constexpr int kW = kLanes<T>;
  std::fill_n(psi.re, kW, T(1));
  std::fill_n(psi.im, kW, T(0));
  std::size_t filled = 1;
  for (; filled < psi.dimension(); filled *= 2) {
    const T* column = nullptr;  // of the gate on the wire whose bit is `filled`
    for (int k = 0; k < plan_.opening; ++k) {
      const auto local = static_cast<std::size_t>(k);
      if (plan_.locals[local].x == filled)
        column = (plan_.locals[local].per_lane ? lanes->locals : shared_locals_).data() + local * kLocal<T>;
    }
    T *const upper_re = psi.re + filled * kW, *const upper_im = psi.im + filled * kW;
    if (!column) {
      std::fill_n(upper_re, filled * kW, T(0));
      std::fill_n(upper_im, filled * kW, T(0));
      continue;
    }
    const T *const zero_re = column, *const zero_im = column + 4 * kW;         // U_00
    const T *const one_re = column + 2 * kW, *const one_im = column + 6 * kW;  // U_10
    for (std::size_t row = 0; row < filled * kW; row += kW)
#pragma omp simd
      for (int l = 0; l < kW; ++l) {
        const T re = psi.re[row + l], im = psi.im[row + l];
        upper_re[row + l] = one_re[l] * re - one_im[l] * im;
        upper_im[row + l] = one_re[l] * im + one_im[l] * re;
        psi.re[row + l] = zero_re[l] * re - zero_im[l] * im;
        psi.im[row + l] = zero_re[l] * im + zero_im[l] * re;
      }
  }
}

template <class T>
void Program<T>::run_inverse(const Tile<T>& psi, const LaneMatrices<T>* lanes) const {
  last_layout(psi);
  for (auto each = plan_.forward.rbegin(); each != plan_.forward.rend(); ++each)
    sweep<true>(*each, psi, lanes);
}

template <class T>
void Program<T>::usual_layout(const Tile<T>& psi) const {
  rotate_rows<false>(psi);
}

template <class T>
void Program<T>::last_layout(const Tile<T>& psi) const {
  rotate_rows<true>(psi);
}

template <class T>
template <bool kInverse>
void Program<T>::rotate_rows(const Tile<T>& psi) const {
  std::size_t begin = 0;
  for (const std::size_t end : plan_.cycle_ends) {
    kernels_.rotate_rows[kInverse](psi, plan_.cycles.data() + begin, end - begin);
    begin = end;
  }
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

}  // namespace ebit::inline sim
