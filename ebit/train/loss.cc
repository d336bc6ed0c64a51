#include "ebit/train/loss.h"

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::train {
namespace {

using torch::Tensor;

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
double mean(std::size_t count, const T* prediction, const T* truth, T* d_prediction) {
  const T share = T(1) / static_cast<T>(count);
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const Point<T> p = point(prediction[i] - truth[i]);
    sum += p.value;
    if (d_prediction) d_prediction[i] = p.slope * share;
  }
  return static_cast<T>(sum / static_cast<double>(count));
}

constexpr LossRow kLosses[] = {
    {"mse", "mean squared error",
     [](const Tensor& prediction, const Tensor& truth) { return torch::mse_loss(prediction, truth); },
     mean<double, square>, mean<float, square>},
    {"mae", "mean absolute error",
     [](const Tensor& prediction, const Tensor& truth) { return torch::l1_loss(prediction, truth); },
     mean<double, absolute>, mean<float, absolute>},
    {"huber", "squared error below 1, absolute error above (scaled units)",
     [](const Tensor& prediction, const Tensor& truth) { return torch::huber_loss(prediction, truth); },
     mean<double, huber>, mean<float, huber>},
};

}  // namespace

std::span<const LossRow> loss_table() { return kLosses; }

const LossRow& loss_row(std::string_view name) {
  for (const LossRow& row : kLosses) {
    if (row.name == name) return row;
  }
  fail("no loss is called '{}'{}", name, suggestion(name, names_of(kLosses)));
}

}  // namespace ebit::train
