#include "ebit/cell/cell.h"

#include <algorithm>

#include "ebit/base/aligned.h"
#include "ebit/base/error.h"

namespace ebit::inline cell {

template <class T>
std::size_t Cell<T>::parameters() const {
  return numbers_of(segments());
}

template <class T>
void Cell<T>::initialise(Draws& draws, double* parameters) const {
  for (const Segment& segment : segments())
    draw(draws, segment.initial, {parameters + segment.offset, segment.size});
}

template <class T>
void Cell<T>::check(std::span<const T> parameters, const SequenceInput<T>& input) const {
  require(parameters.size() == this->parameters(), "the cell has {} parameters, but {} were given",
          this->parameters(), parameters.size());
  require(input.samples >= 1 && input.steps >= 1, "a batch needs at least 1 sample of 1 step, not {} of {}",
          input.samples, input.steps);
  for (std::size_t b = 0; input.lengths && b < input.samples; ++b)
    require(input.lengths[b] >= 0 && input.lengths[b] <= static_cast<std::int64_t>(input.steps),
            "the length of sample {} is {}, but must be in 0 to {}", b, input.lengths[b], input.steps);
}

template <class T>
void Cell<T>::check_tape(const SequenceInput<T>& input, std::span<const std::byte> tape) const {
  const std::size_t needed = tape_bytes(input.samples, input.steps);
  require(tape.size() >= needed, "a tape of {} samples of {} steps takes {} bytes, but {} were given",
          input.samples, input.steps, needed, tape.size());
  require(reinterpret_cast<std::uintptr_t>(tape.data()) % kAlignment == 0,
          "a tape must start on a boundary of {} bytes", kAlignment);
}

template <class T>
void Cell<T>::check_entropy(bool wanted) const {
  require(!wanted || capabilities().entropy,
          "this cell gives no entropy: name one in the options that it is made of");
}

template <class T>
void Cell<T>::forward(std::span<const T> parameters, const SequenceInput<T>& input,
                      const SequenceOutput<T>& output, std::span<std::byte> tape) {
  const std::lock_guard lock(mutex_);
  check(parameters, input);
  check_entropy(output.entropy != nullptr);
  require(output.watched == nullptr || !watched().empty(), "nothing of this cell's steps can be looked at");
  if (!tape.empty()) check_tape(input, tape);
  run_forward(parameters, input, output, tape);
}

template <class T>
void Cell<T>::backward(std::span<const T> parameters, const SequenceInput<T>& input,
                       std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                       const SequenceGradient<T>& gradient) {
  const std::lock_guard lock(mutex_);
  check(parameters, input);
  check_entropy(cotangent.entropy != nullptr);
  check_tape(input, tape);
  SequenceGradient<T> wanted = gradient;
  if (std::ranges::all_of(segments(), &Segment::frozen)) wanted.parameters = nullptr;
  // Whatever a cell adds at the places of frozen numbers is taken back.
  double* const d = wanted.parameters;
  frozen_.clear();
  for (const Segment& s : segments())
    if (d && s.frozen) frozen_.insert(frozen_.end(), d + s.offset, d + s.offset + s.size);
  run_backward(parameters, input, tape, cotangent, wanted);
  auto kept = frozen_.begin();
  for (const Segment& s : segments())
    if (d && s.frozen) {
      std::copy_n(kept, s.size, d + s.offset);
      kept += static_cast<std::ptrdiff_t>(s.size);
    }
}

template class Cell<float>;
template class Cell<double>;

}  // namespace ebit::inline cell
