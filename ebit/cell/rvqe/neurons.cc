#include "ebit/cell/rvqe/neurons.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ebit::inline cell {
namespace {

// As the authors start them: normal with these standard deviations.
constexpr double kThetaDeviation = 0.1, kPhiDeviation = 0.01, kAngleDeviation = 0.01;

// values_b <- the sum of values_S over all subsets S of b. With `upwards` over all supersets: the transpose.
void sum_subsets(std::vector<double>& values, bool upwards) {
  for (std::size_t bit = 1; bit < values.size(); bit <<= 1)
    for (std::size_t b = 0; b < values.size(); ++b)
      if (b & bit) (upwards ? values[b ^ bit] : values[b]) += upwards ? values[b] : values[b ^ bit];
}

// base^(2^order).
double raised(double base, int order) {
  for (int k = 0; k < order; ++k) base *= base;
  return base;
}

// base^(2^order - 1).
double raised_less(double base, int order) {
  double product = 1;
  for (int k = 0; k < order; ++k, base *= base) product *= base;
  return product;
}

}  // namespace

template <class T>
Neurons<T>::Neurons(const RvqeOptions& o, std::vector<Segment>& segments) : order_(o.order) {
  std::size_t entries = 0;
  const auto bits = static_cast<std::size_t>(o.bits()), workspace = static_cast<std::size_t>(o.workspace);
  std::size_t n = 0;
  for (NeuronTerms& terms : neurons_of(o)) {
    if (n >= workspace && n % workspace == 0 && angles_.size() < static_cast<std::size_t>(o.stages)) {
      angles_.push_back(numbers_of(segments));
      add_segment(segments, fmt::format("stages.{}.angles", angles_.size() - 1), {o.workspace},
                  normal_range(kAngleDeviation), SegmentKind::kQuantum);
    }
    Row row{.phi = numbers_of(segments),
            .theta = 0,
            .table = entries,
            .size = 0,
            .shift = 0,
            .width = 0,
            .masks = {}};
    row.theta = add_segment(segments, terms.name + ".phi", {static_cast<std::int64_t>(terms.masks.size())},
                            normal_range(kPhiDeviation), SegmentKind::kQuantum);
    add_segment(segments, terms.name + ".theta", {}, normal_range(kThetaDeviation), SegmentKind::kQuantum);
    const bool output = terms.qubit < o.bits();
    const auto before = static_cast<std::size_t>(terms.qubit);
    row.width = output ? workspace : bits + workspace - 1;
    row.shift = output ? bits - 1 - before : 0;
    row.size = std::size_t{1} << (output ? before + workspace : row.width);
    row.masks = std::move(terms.masks);
    entries += row.size;
    rows_.push_back(std::move(row));
    ++n;
  }
  cos_.resize(entries), sin_.resize(entries), eta_.resize(entries);
  settings_.resize(std::size_t{1} << (o.qubits() - 1));
}

template <class T>
void Neurons<T>::bind(const T* parameters) {
  for (const Row& row : rows_) {
    std::ranges::fill(settings_, 0.0);
    for (std::size_t k = 0; k < row.masks.size(); ++k)
      settings_[row.masks[k]] = static_cast<double>(parameters[row.phi + k]);
    sum_subsets(settings_, /*upwards=*/false);
    const double constant = static_cast<double>(parameters[row.theta]) + std::numbers::pi / 2;
    for (std::size_t entry = 0; entry < row.size; ++entry) {
      const double eta = (settings_[mask_of(row, entry)] + constant) / 2;
      eta_[row.table + entry] = eta;
      cos_[row.table + entry] = static_cast<T>(raised(std::cos(eta), order_));
      sin_[row.table + entry] = static_cast<T>(raised(std::sin(eta), order_));
    }
  }
}

template <class T>
void Neurons<T>::backward(const double* d_cos, const double* d_sin, double* d_parameters) {
  for (const Row& row : rows_) {
    std::ranges::fill(settings_, 0.0);
    double sum = 0;
    for (std::size_t entry = 0; entry < row.size; ++entry) {
      const std::size_t at = row.table + entry;
      const double c = std::cos(eta_[at]), s = std::sin(eta_[at]);
      const double d_eta =
          std::ldexp(d_sin[at] * raised_less(s, order_) * c - d_cos[at] * raised_less(c, order_) * s, order_);
      settings_[mask_of(row, entry)] += d_eta / 2;
      sum += d_eta / 2;
    }
    sum_subsets(settings_, /*upwards=*/true);
    for (std::size_t k = 0; k < row.masks.size(); ++k) d_parameters[row.phi + k] += settings_[row.masks[k]];
    d_parameters[row.theta] += sum;
  }
}

template class Neurons<float>;
template class Neurons<double>;

}  // namespace ebit::inline cell
