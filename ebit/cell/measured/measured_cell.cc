// A measured cell but for its steps, which are in measured_steps.cc: what it takes.
#include "ebit/cell/measured/measured_cell.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/finite_input.h"

namespace ebit::inline cell {
namespace {

constexpr double kStates = 16;  // of a workspace, about

// Before anything of the size of a state is made.
template <class T>
const MeasuredOptions& checked(const MeasuredOptions& options) {
  check(options);
  require_memory(fmt::format("a measured cell of {} qubits", options.qubits()),
                 std::ldexp(kStates * kLanes<T>, options.qubits()), sizeof(T));
  return options;
}

}  // namespace

template <class T>
MeasuredCell<T>::MeasuredCell(const MeasuredOptions& options)
    : options_(checked<T>(options)),
      form_(make_form<T>(options_)),
      segments_(form_->segments()),
      initial_(state_numbers()) {
  initial_[0] = 1;
  freeze(segments_, options_.freeze);
}

template <class T>
std::string MeasuredCell<T>::summary() const {
  return fmt::format("measured, form {}, memory of {} qubit{}", options_.form, options_.qubits(),
                     options_.qubits() == 1 ? "" : "s");
}

// Settings, outcomes, and states that have a norm.
template <class T>
void MeasuredCell<T>::check_input(const SequenceInput<T>& input) const {
  require_finite(*this, input);
  const bool shared = options_.form == "shared";
  const std::size_t numbers = inputs() - 1, group = shared ? 4 : numbers;
  for (std::size_t b = 0; b < input.samples; ++b) {
    const std::size_t length = input.lengths ? static_cast<std::size_t>(input.lengths[b]) : input.steps;
    for (std::size_t t = 0; t < length; ++t) {
      const T* const x = input.x + (b * input.steps + t) * inputs();
      for (std::size_t first = 0; first < numbers; first += group) {
        std::size_t ones = 0;
        for (std::size_t f = first; f < first + group; ++f) {
          require(x[f] == 0 || x[f] == 1, "input {} of sample {}, step {}, feature {} is not 0 or 1", x[f], b,
                  t, f);
          ones += x[f] == 1;
        }
        require(ones == 1 || (shared && ones == 0),
                "{} inputs of sample {}, step {}, from feature {} are 1: {}", ones, b, t, first,
                shared ? "a qubit has one letter of four, or none" : "a step has one setting");
      }
      const T outcome = x[numbers];
      require(
          outcome == 0 || outcome == 1 || outcome == -1,
          "input {} of sample {}, step {}, feature {} is not the outcome to project on: 0 or 1, or -1 for "
          "one that is drawn",
          outcome, b, t, numbers);
    }
    if (!input.state) continue;
    const T* const own = input.state + b * state_numbers();
    require(std::any_of(own, own + state_numbers(), [](T v) { return v != 0; }),
            "the state of sample {} before the first step is zero, which is no quantum state", b);
  }
}

template class MeasuredCell<float>;
template class MeasuredCell<double>;

}  // namespace ebit::inline cell
