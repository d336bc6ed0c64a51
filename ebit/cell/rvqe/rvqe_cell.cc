// An RVQE cell but for its steps, which are in rvqe_steps.cc: what it takes, and its gradient from the
// tables.
#include "ebit/cell/rvqe/rvqe_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/finite_input.h"

namespace ebit::inline cell {
namespace {

// Before anything of the size of a state is made: the states of a step, and the tables of all neurons.
template <class T>
const RvqeOptions& checked(const RvqeOptions& options) {
  check(options);
  const double neurons = options.workspace * (1.0 + options.stages) + options.bits();
  require_memory(fmt::format("an rvqe of {} qubits", options.qubits()),
                 std::ldexp((4.0 + options.stages) * kLanes<T> + 4 * neurons, options.qubits()),
                 sizeof(double));
  return options;
}

}  // namespace

template <class T>
RvqeCell<T>::RvqeCell(const RvqeOptions& options)
    : options_(checked<T>(options)),
      neurons_(options_, segments_),
      kernels_(neuron_kernels<T>()),
      lane_kernels_(lane_kernels<T>()),
      initial_(state_numbers()) {
  initial_[0] = 1;
  freeze(segments_, options_.freeze);
}

template <class T>
std::string RvqeCell<T>::summary() const {
  return fmt::format(
      "rvqe, words of {} bits, workspace of {} qubits, {} stage{}, neurons of order {}, degree {}",
      options_.bits(), options_.workspace, options_.stages, options_.stages == 1 ? "" : "s", options_.order,
      options_.degree);
}

// Words of bits and words to project on, and states that have a norm.
template <class T>
void RvqeCell<T>::check_input(const SequenceInput<T>& input) const {
  require_finite(*this, input);
  const T words = static_cast<T>(outputs());
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::size_t length = input.lengths ? static_cast<std::size_t>(input.lengths[b]) : input.steps;
    for (std::size_t t = 0; t < length; ++t) {
      const T* const x = input.x + (b * input.steps + t) * inputs();
      for (std::size_t f = 0; f < bits(); ++f)
        require(x[f] == 0 || x[f] == 1, "input {} of sample {}, step {}, feature {} is not a bit: 0 or 1",
                x[f], b, t, f);
      const T word = x[bits()];
      require(
          word == std::floor(word) && word >= -1 && word < words,
          "input {} of sample {}, step {}, feature {} is not the word to project on: 0 to {}, or -1 for one "
          "that is drawn",
          word, b, t, bits(), outputs() - 1);
    }
    if (!input.state) continue;
    const T* const own = input.state + b * state_numbers();
    require(std::any_of(own, own + state_numbers(), [](T v) { return v != 0; }),
            "the state of sample {} before the first step is zero, which is no quantum state", b);
  }
}

template <class T>
void RvqeCell<T>::finish_backward(std::span<const T> /*parameters*/, const double* d_shared,
                                  double* d_parameters) {
  neurons_.backward(d_shared, d_shared + neurons_.entries(), d_parameters);
}

template class RvqeCell<float>;
template class RvqeCell<double>;

}  // namespace ebit::inline cell
