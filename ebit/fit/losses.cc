#include "ebit/fit/losses.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"

namespace ebit::fit {
namespace {

// The loss of one element and its slope, by the error prediction - truth.
template <class T>
struct Point {
  T value, slope;
};

template <class T>
Point<T> square(T error) {
  return {error * error, 2 * error};
}

// The slope at 0 is 0, as torch has it.
template <class T>
Point<T> absolute(T error) {
  return {std::abs(error), static_cast<T>((error > 0) - (error < 0))};
}

template <class T>
Point<T> huber(T error) {
  const T size = std::abs(error);
  if (size < 1) return {T(0.5) * error * error, error};
  return {size - T(0.5), error < 0 ? T(-1) : T(1)};
}

template <class T, Point<T> (*point)(T)>
double mean(std::size_t count, const T* prediction, const T* truth, T* d_prediction,
            std::span<const double>) {
  const T share = T(1) / static_cast<T>(count);
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const Point<T> p = point(prediction[i] - truth[i]);
    sum += p.value;
    if (d_prediction) d_prediction[i] = p.slope * share;
  }
  return static_cast<T>(sum / static_cast<double>(count));
}

// The slope where prediction and truth are equal is 0, as that of the absolute error.
template <class T>
double pinball(std::size_t count, const T* prediction, const T* truth, T* d_prediction,
               std::span<const double> levels) {
  constexpr double kMedian[] = {0.5};
  if (levels.empty()) levels = kMedian;
  const T share = T(1) / static_cast<T>(count * levels.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < count * levels.size(); ++i) {
    const T level = static_cast<T>(levels[i % levels.size()]);
    const T error = truth[i / levels.size()] - prediction[i];
    sum += error > 0 ? level * error : (level - 1) * error;
    if (d_prediction) d_prediction[i] = (error > 0 ? -level : error < 0 ? 1 - level : T(0)) * share;
  }
  return static_cast<T>(sum / static_cast<double>(count * levels.size()));
}

constexpr LossRow kLosses[] = {
    {"mse", "mean squared error", mean<double, square>, mean<float, square>},
    {"mae", "mean absolute error", mean<double, absolute>, mean<float, absolute>},
    {"huber", "squared error below 1, absolute error above (scaled units)", mean<double, huber>,
     mean<float, huber>},
    {kQuantileLoss, "pinball loss of the quantiles in --quantiles, each of which the model predicts",
     pinball<double>, pinball<float>},
};

double negative_logarithm(std::size_t classes, const double* p, std::size_t label, double* slope) {
  const double own = std::max(p[label], std::numeric_limits<double>::min());
  if (slope) std::fill_n(slope, classes, 0.0), slope[label] = -1 / own;
  return -std::log(own);
}

// The least is reached where p of the label is 1.
double logits_once_more(std::size_t classes, const double* p, std::size_t label, double* slope) {
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) sum += std::exp(p[c]);
  for (std::size_t c = 0; slope && c < classes; ++c) slope[c] = std::exp(p[c]) / sum - (c == label ? 1 : 0);
  const double least = std::log(static_cast<double>(classes) - 1 + std::numbers::e) - 1;
  return std::log(sum) - p[label] - least;
}

constexpr ClassLossRow kClassLosses[] = {
    {"cross-entropy", "-log of the probability of the true class, in nats", "", negative_logarithm},
    {"rvqe", "cross-entropy of the probabilities taken as logits once more, less the least that it can be",
     "Bausch 2020 (arXiv:2006.14619), his code", logits_once_more},
};

// p <- softmax of logits, in float64.
template <class T>
void softmax(std::size_t classes, const T* logits, double* p) {
  const double top = *std::max_element(logits, logits + classes);  // so that no exponential overflows
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) sum += p[c] = std::exp(static_cast<double>(logits[c]) - top);
  for (std::size_t c = 0; c < classes; ++c) p[c] /= sum;
}

}  // namespace

std::span<const ClassLossRow> class_losses() { return kClassLosses; }

const ClassLossRow& find_class_loss(std::string_view name) {
  return find_row(kClassLosses, "no loss of classes is called", name);
}

template <class T>
double class_loss(const ClassLossRow& row, bool logits, std::size_t rows, std::size_t classes,
                  const T* numbers, const std::int64_t* labels, double terms, T* d_numbers,
                  std::vector<double>& scratch) {
  if (logits && row.loss == negative_logarithm)
    return cross_entropy(rows, classes, numbers, labels, terms, d_numbers);
  if (scratch.size() < 2 * classes) scratch.resize(2 * classes);
  double *const p = scratch.data(), *const slope = d_numbers ? p + classes : nullptr;
  double total = 0.0;
  for (std::size_t r = 0; r < rows; ++r, numbers += classes) {
    T* const d = d_numbers ? d_numbers + r * classes : nullptr;
    if (labels[r] < 0) {
      if (d) std::fill_n(d, classes, T(0));
      continue;
    }
    if (logits)
      softmax(classes, numbers, p);
    else
      std::copy_n(numbers, classes, p);
    total += row.loss(classes, p, static_cast<std::size_t>(labels[r]), slope);
    if (!d) continue;
    double mean = 0;  // behind a softmax: d_c = p_c (slope_c - sum p slope)
    for (std::size_t c = 0; logits && c < classes; ++c) mean += p[c] * slope[c];
    for (std::size_t c = 0; c < classes; ++c)
      d[c] = static_cast<T>((logits ? p[c] * (slope[c] - mean) : slope[c]) / terms);
  }
  return total;
}

template double class_loss(const ClassLossRow&, bool, std::size_t, std::size_t, const double*,
                           const std::int64_t*, double, double*, std::vector<double>&);
template double class_loss(const ClassLossRow&, bool, std::size_t, std::size_t, const float*,
                           const std::int64_t*, double, float*, std::vector<double>&);

std::span<const LossRow> losses() { return kLosses; }

void check_levels(std::span<const double> levels) {
  double last = 0;
  for (const double level : levels) {
    require(level > 0 && level < 1, "a level of --quantiles must be above 0 and below 1, not {}", level);
    require(level > last, "the levels of --quantiles must ascend: {} stands behind {}", level, last);
    last = level;
  }
  require(std::ranges::find(levels, 0.5) != levels.end(),
          "--quantiles must have 0.5, the median, among its levels: it is what is forecast where one number "
          "is asked");
}

const LossRow& find_loss(std::string_view name) { return find_row(kLosses, "no loss is called", name); }

template <class T>
double cross_entropy(std::size_t rows, std::size_t classes, const T* logits, const std::int64_t* labels,
                     double terms, T* d_logits) {
  double total = 0.0;
  for (std::size_t r = 0; r < rows; ++r) {
    const T* const row = logits + r * classes;
    T* const slope = d_logits ? d_logits + r * classes : nullptr;
    if (labels[r] < 0) {
      if (slope) std::fill_n(slope, classes, T(0));
      continue;
    }
    const auto label = static_cast<std::size_t>(labels[r]);
    const double top = *std::max_element(row, row + classes);  // so that no exponential overflows
    double sum = 0.0;
    for (std::size_t c = 0; c < classes; ++c) sum += std::exp(row[c] - top);
    total += std::log(sum) + top - row[label];
    if (!slope) continue;
    for (std::size_t c = 0; c < classes; ++c)
      slope[c] = static_cast<T>((std::exp(row[c] - top) / sum - (c == label ? 1.0 : 0.0)) / terms);
  }
  return total;
}

template double cross_entropy(std::size_t, std::size_t, const double*, const std::int64_t*, double, double*);
template double cross_entropy(std::size_t, std::size_t, const float*, const std::int64_t*, double, float*);

}  // namespace ebit::fit
