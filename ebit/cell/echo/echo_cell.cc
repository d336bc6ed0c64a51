#include "ebit/cell/echo/echo_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/cell/lanes.h"

namespace ebit::inline cell {
namespace {

const EchoOptions& checked(const EchoOptions& options) {
  check(options);
  const double n = options.hidden;
  // The recurrent matrix with its gradient, and what its eigenvalues take.
  require_memory(fmt::format("an echo state network of {} neurons", options.hidden), n * (4 * n + 64),
                 sizeof(double));
  return options;
}

}  // namespace

template <class T>
struct EchoCell<T>::Memory final : Scratch {
  AlignedVector<T> d_z;  // [N, kLanes] of what enters the tanh

  explicit Memory(std::size_t numbers) : d_z(numbers) {}
};

template <class T>
struct EchoCell<T>::Weights {
  MatrixView<T> input, recurrent;
  const T* bias;
};

template <class T>
EchoCell<T>::EchoCell(const EchoOptions& options) : options_(checked(options)), kernels_(dense_kernels<T>()) {
  const auto n = static_cast<std::int64_t>(neurons());
  const double in = options.input_scale, bias = options.bias_scale;
  add_segment(segments_, "input.weight", {n, static_cast<std::int64_t>(inputs())}, {-in, in},
              SegmentKind::kClassical);
  add_segment(segments_, "input.bias", {n}, {-bias, bias}, SegmentKind::kClassical);
  add_segment(segments_, "recurrent.weight", {n, n}, {-1, 1}, SegmentKind::kClassical);
  freeze(segments_, options.freeze);
}

template <class T>
std::size_t EchoCell<T>::row() const {
  return neurons() * kLanes<T>;
}

template <class T>
std::string EchoCell<T>::summary() const {
  return fmt::format("echo state network, hidden size {}, spectral radius {}, leak {}, density {}",
                     options_.hidden, options_.spectral_radius, options_.leak, options_.density);
}

template <class T>
void EchoCell<T>::initialise(Draws& draws, double* parameters) const {
  for (const Segment& segment : segments_)
    draw(draws, segment.initial, std::span(parameters + segment.offset, segment.size));
  // A draw for each entry, so that a denser matrix keeps those that a sparser one has.
  const Segment& recurrent = segments_.back();
  double* const w = parameters + recurrent.offset;
  for (std::size_t k = 0; k < recurrent.size; ++k)
    if (draws.uniform(0, 1) >= options_.density) w[k] = 0;
  const auto n = static_cast<Eigen::Index>(neurons());
  // w is in rows, and Eigen's matrix in columns.
  const double radius = spectral_radius(Eigen::Map<Eigen::MatrixXd>(w, n, n).transpose());
  // Without a cycle among its neurons the matrix has no eigenvalue but 0, and no memory beyond N steps.
  require(radius > 0 || options_.spectral_radius == 0,
          "the {} neurons drawn have no cycle, so that no spectral radius can be given: take a larger "
          "--density, --hidden-size or another --seed",
          neurons());
  for (std::size_t k = 0; k < recurrent.size; ++k)
    w[k] = options_.spectral_radius == 0 ? 0 : w[k] * (options_.spectral_radius / radius);
}

template <class T>
std::unique_ptr<typename RecurrentCell<T>::Scratch> EchoCell<T>::make_scratch() const {
  return std::make_unique<Memory>(row());
}

template <class T>
typename EchoCell<T>::Weights EchoCell<T>::weights_of(const T* parameters) const {
  const std::size_t n = neurons(), width = inputs();
  return {.input = {parameters + segments_[0].offset, n, width, width, 1},
          .recurrent = {parameters + segments_[2].offset, n, n, n, 1},
          .bias = parameters + segments_[1].offset};
}

template <class T>
void EchoCell<T>::run_step(const Step& step, Scratch& /*scratch*/) const {
  const Weights weights = weights_of(step.parameters);
  const T leak = static_cast<T>(options_.leak);
  T* const s = step.kept;
  for (std::size_t i = 0; i < neurons(); ++i) std::fill_n(s + i * kLanes<T>, kLanes<T>, weights.bias[i]);
  kernels_.product(weights.input, step.x, s);
  kernels_.product(weights.recurrent, step.before, s);
  for (std::size_t k = 0; k < row(); ++k) {
    s[k] = std::tanh(s[k]);
    step.after[k] = (1 - leak) * step.before[k] + leak * s[k];
  }
  if (!step.y) return;
  std::copy_n(step.after, row(), step.y);
  if (options_.read_input) std::copy_n(step.x, inputs() * kLanes<T>, step.y + row());
}

template <class T>
void EchoCell<T>::step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const {
  const Weights weights = weights_of(step.parameters);
  const T leak = static_cast<T>(options_.leak);
  T* const d_z = static_cast<Memory&>(scratch).d_z.data();
  T* const d_h = gradient.d_state;
  for (std::size_t k = 0; gradient.d_y && k < row(); ++k) d_h[k] += gradient.d_y[k];
  for (std::size_t k = 0; k < row(); ++k) d_z[k] = leak * d_h[k] * (1 - step.kept[k] * step.kept[k]);
  if (double* const d = gradient.d_parameters) {
    kernels_.outer(d_z, neurons(), step.x, inputs(), 1, d + segments_[0].offset);
    kernels_.outer(d_z, neurons(), step.before, neurons(), 1, d + segments_[2].offset);
    for (std::size_t k = 0; k < row(); ++k)
      d[segments_[1].offset + k / kLanes<T>] += static_cast<double>(d_z[k]);
  }
  kernels_.product(weights.input.transposed(), d_z, gradient.d_x);
  if (gradient.d_y && options_.read_input)
    for (std::size_t k = 0; k < inputs() * kLanes<T>; ++k) gradient.d_x[k] += gradient.d_y[row() + k];
  for (std::size_t k = 0; k < row(); ++k) d_h[k] *= 1 - leak;
  kernels_.product(weights.recurrent.transposed(), d_z, d_h);
}

template class EchoCell<float>;
template class EchoCell<double>;

}  // namespace ebit::inline cell
