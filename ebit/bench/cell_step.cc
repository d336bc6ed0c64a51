#include "ebit/bench/cell_step.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/random.h"
#include "ebit/cell/cells.h"

namespace ebit::bench {
namespace {

template <class T>
std::vector<T> uniform(std::size_t count, Random& random) {
  std::vector<T> numbers(count);
  for (T& x : numbers) x = static_cast<T>(random.uniform(-1, 1));
  return numbers;
}

}  // namespace

RegisterOptions collapse_cell(const CellShape& shape) {
  RegisterOptions cell;
  cell.system = shape.system;
  cell.ancilla = shape.ancilla;
  cell.layers_en = cell.layers_dis = shape.layers;
  return cell;
}

RegisterOptions coherent_cell(const CellShape& shape) {
  RegisterOptions cell = collapse_cell(shape);
  cell.encoder = "arccos-angle";
  cell.ansatz = "hardware-efficient";
  cell.layers_dis = 0;
  cell.hidden = "coherent";
  cell.every_step = true;
  return cell;
}

template <class T>
CellStep<T>::CellStep(const RegisterOptions& options, const CellShape& shape, std::uint64_t seed)
    : shape_(shape), cell_(make_cell<T>(options)) {
  Random random(seed);
  parameters_ = uniform<T>(cell_->parameters(), random);
  x_ = uniform<T>(shape.batch * shape.steps * static_cast<std::size_t>(options.features), random);
  d_y_ = uniform<T>(shape.batch * (options.every_step ? shape.steps : 1) * cell_->outputs(), random);
  // Written once, so that their memory is there before a peak is looked for.
  y_.assign(d_y_.size(), T(0));
  d_x_.assign(x_.size(), T(0));
  d_parameters_.assign(cell_->parameters(), 0.0);
}

template <class T>
void CellStep<T>::run() {
  const SequenceInput<T> input{.samples = shape_.batch, .steps = shape_.steps, .x = x_.data()};
  tape_.resize(cell_->tape_bytes(shape_.batch, shape_.steps));
  cell_->forward(parameters_, input, {.y = y_.data()}, tape_);
  std::fill(d_parameters_.begin(), d_parameters_.end(), 0.0);
  cell_->backward(parameters_, input, tape_, {.y = d_y_.data()},
                  {.parameters = d_parameters_.data(), .x = d_x_.data()});
}

template <class T>
double CellStep<T>::gate_flops() const {
  std::size_t angles = 0;
  for (const Segment& segment : cell_->segments())
    if (segment.name == "theta_en" || segment.name == "theta_dis") angles += segment.size;
  const double pairs = std::ldexp(1.0, shape_.system + shape_.ancilla - 1);
  return (3 * 12.0 + 8.0) * static_cast<double>(angles) * pairs *
         static_cast<double>(shape_.steps * shape_.batch);
}

template class CellStep<float>;
template class CellStep<double>;

}  // namespace ebit::bench
