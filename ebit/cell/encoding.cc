#include "ebit/cell/encoding.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ebit/base/error.h"
#include "ebit/cell/register/fold.h"

namespace ebit::inline cell {
namespace {

// a = W x + b, [2^wires, kLanes]; parameters: W [2^wires, features], b [2^wires].
template <class T>
void linear(const T* x, const T* parameters, std::size_t rows, int features, T* a) {
  constexpr int kW = kLanes<T>;
  const T* bias = parameters + rows * features;
  for (std::size_t i = 0; i < rows; ++i) {
    T* ai = a + i * kW;
    std::fill_n(ai, kW, bias[i]);
    for (int f = 0; f < features; ++f)
#pragma omp simd
      for (int l = 0; l < kW; ++l) ai[l] += parameters[i * features + f] * x[f * kW + l];
  }
}

// |a + epsilon| lane by lane: the norm that Daskin's code divides by (epsilon = 1e-12 there, 0 by default).
template <class T>
void shifted_norm(const T* a, std::size_t rows, T epsilon, T* norm) {
  constexpr int kW = kLanes<T>;
  std::fill_n(norm, kW, T(0));
  for (std::size_t i = 0; i < rows; ++i)
#pragma omp simd
    for (int l = 0; l < kW; ++l) norm[l] += (a[i * kW + l] + epsilon) * (a[i * kW + l] + epsilon);
  for (int l = 0; l < kW; ++l) norm[l] = std::sqrt(norm[l]);
}

template <class T>
void add_angle_gradient(std::span<const AngleRule> rules, const T* x, const T* d_angles, T* d_x) {
  constexpr int kW = kLanes<T>;
  if (!d_x) return;
  for (std::size_t k = 0; k < rules.size(); ++k)
    for (int l = 0; l < kW; ++l) {
      const std::size_t at = static_cast<std::size_t>(rules[k].feature * kW + l);
      d_x[at] += d_angles[k * kW + l] * static_cast<T>(rules[k].slope(x[at]));
    }
}

}  // namespace

template <class T>
Encoding<T>::Encoding(const Encoder& encoder, int wires, int features, int register_wires)
    : encoder_(encoder), wires_(wires), features_(features), real_(true) {
  require(features >= 1, "a model needs at least 1 input feature, not {}", features);
  require(encoder.fits(wires, features), "{} features do not fit on {} system wires: {} takes {}", features,
          wires, encoder.name, encoder.feature_rule);
  if (!encoder.build) return;
  EncoderCircuit built = encoder.build(wires, features, register_wires);
  rules_ = std::move(built.rules);
  for (const AngleRule& rule : rules_)
    first_like_.push_back(static_cast<std::size_t>(
        std::distance(rules_.begin(), std::ranges::find_if(rules_, [&](const AngleRule& other) {
                        return other.feature == rule.feature && other.value == rule.value;
                      }))));
  real_ = keeps_states_real(built.circuit);
  program_.emplace_back(built.circuit);
  program_[0].bind({});
}

template <class T>
void Encoding<T>::add_segments(std::vector<Segment>& segments) const {
  if (encoder_.build) return;
  const std::int64_t rows = std::int64_t{1} << wires_;
  InitialRange range = linear_bias_range(static_cast<std::size_t>(features_));
  range.single = false;
  add_segment(segments, "encoder_weight", {rows, features_}, range, SegmentKind::kClassical);
  add_segment(segments, "encoder_bias", {rows}, range, SegmentKind::kClassical);
}

template <class T>
void Encoding<T>::bind(const T* x, EncodingScratch<T>& scratch) const {
  constexpr int kW = kLanes<T>;
  scratch.angles.resize(rules_.size() * kW);
  for (std::size_t k = 0; k < rules_.size(); ++k) {
    T* const angles = scratch.angles.data() + k * kW;
    if (first_like_[k] < k) {
      std::copy_n(scratch.angles.data() + first_like_[k] * kW, kW, angles);
      continue;
    }
    for (int l = 0; l < kW; ++l) angles[l] = static_cast<T>(rules_[k].value(x[rules_[k].feature * kW + l]));
  }
  program_[0].bind_lanes(scratch.angles.data(), scratch.matrices);
}

template <class T>
int Encoding<T>::prepare(const T* x, const T* parameters, T epsilon, const Tile<T>& system,
                         EncodingScratch<T>& scratch) const {
  constexpr int kW = kLanes<T>;
  std::fill_n(system.im, system.numbers(), T(0));
  if (encoder_.build) {
    std::fill_n(system.re, system.numbers(), T(0));
    std::fill_n(system.re, kW, T(1));
    apply(x, system, scratch);
    return -1;
  }
  linear(x, parameters, system.dimension(), features_, system.re);
  T norm[kW], bare_norm[kW];
  shifted_norm(system.re, system.dimension(), epsilon, norm);
  shifted_norm(system.re, system.dimension(), T(0), bare_norm);
  for (int l = 0; l < kW; ++l) norm[l] = 1 / norm[l];
  for (std::size_t i = 0; i < system.numbers(); i += kW)
#pragma omp simd
    for (int l = 0; l < kW; ++l) system.re[i + static_cast<std::size_t>(l)] *= norm[l];
  const auto zero = std::find(bare_norm, bare_norm + kW, T(0));
  return zero == bare_norm + kW ? -1 : static_cast<int>(zero - bare_norm);
}

template <class T>
void Encoding<T>::prepare_backward(const T* x, const T* parameters, T epsilon, const Tile<T>& system,
                                   const Tile<T>& g, GradientMethod method, EncodingScratch<T>& scratch,
                                   T* d_x, double* d_parameters) const {
  if (encoder_.build) {  // its gates have no parameters
    if (d_x) apply_backward(x, system, g, method, scratch, d_x);
    return;
  }
  // psi = a / N with v = a + epsilon, N = |v|: d_a = g / N - v <g, a> / N^3; a is real, so only Re g counts.
  constexpr std::size_t kW = kLanes<T>;
  const std::size_t rows = system.dimension(), features = static_cast<std::size_t>(features_);
  scratch.angles.resize(rows * kW);
  T* const a = scratch.angles.data();
  linear(x, parameters, rows, features_, a);
  T norm[kW], dot[kW] = {}, d_a[kW];
  shifted_norm(a, rows, epsilon, norm);
  for (std::size_t i = 0; i < rows * kW; i += kW)
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) dot[l] += g.re[i + l] * a[i + l];
  for (std::size_t l = 0; l < kW; ++l) norm[l] = 1 / norm[l], dot[l] *= norm[l] * norm[l];
  for (std::size_t i = 0; i < rows; ++i) {
    double* const d_bias = d_parameters + (rows * features + i) * kW;
#pragma omp simd
    for (std::size_t l = 0; l < kW; ++l) {
      d_a[l] = (g.re[i * kW + l] - (a[i * kW + l] + epsilon) * dot[l]) * norm[l];
      d_bias[l] += d_a[l];
    }
    for (std::size_t f = 0; f < features; ++f) {
      double* const d_weight = d_parameters + (i * features + f) * kW;
#pragma omp simd
      for (std::size_t l = 0; l < kW; ++l) d_weight[l] += d_a[l] * x[f * kW + l];
      if (!d_x) continue;
#pragma omp simd
      for (std::size_t l = 0; l < kW; ++l) d_x[f * kW + l] += d_a[l] * parameters[i * features + f];
    }
  }
}

template <class T>
void Encoding<T>::apply(const T* x, const Tile<T>& psi, EncodingScratch<T>& scratch) const {
  bind(x, scratch);
  program_[0].run(psi, &scratch.matrices);
}

template <class T>
void Encoding<T>::apply_backward(const T* x, const Tile<T>& psi, const Tile<T>& g, GradientMethod method,
                                 EncodingScratch<T>& scratch, T* d_x) const {
  bind(x, scratch);
  scratch.d_angles.assign(rules_.size() * kLanes<T>, T(0));
  circuit_backward(method, program_[0], &scratch.matrices, scratch.angles.data(), psi, g,
                   ParameterGradient<T>{nullptr, d_x ? scratch.d_angles.data() : nullptr});
  add_angle_gradient<T>(rules_, x, scratch.d_angles.data(), d_x);
}

template class Encoding<float>;
template class Encoding<double>;

}  // namespace ebit::inline cell
