#include "ebit/sim/state.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"

namespace ebit::inline sim {

void require_memory(std::string_view what, double numbers, std::size_t bytes_each) {
  constexpr double kSmall = 16 << 20;  // not worth asking the system, which takes longer than a small step
  const double bytes = numbers * static_cast<double>(bytes_each);
  if (bytes <= kSmall) return;
  const double available = available_memory();
  require(bytes <= available,
          "{} would take {} of memory, and {} is free: use fewer wires, a smaller batch or float32", what,
          readable_bytes(bytes), readable_bytes(available));
}

void require_state(int wires) {
  constexpr int kMost = 31;  // rows of a state are numbered by 32 bits
  constexpr int kSmall = 17;
  constexpr double kBytes = 2 * kAlignment;  // of an amplitude of all samples of a tile
  if (wires <= kSmall) return;
  const double available = available_memory(), bytes = std::ldexp(kBytes, wires);
  const int fit = std::min(kMost, static_cast<int>(std::log2(std::max(available, kBytes) / kBytes)));
  require(wires <= fit,
          "a state of {} wires would take {} of memory, and {} is free: at most {} wires fit here", wires,
          readable_bytes(bytes), readable_bytes(available), fit);
}

template <class T>
StateBatch<T>::StateBatch(int wires, std::size_t batch) : wires_(wires), batch_(batch) {
  require(wires >= 1, "a state needs at least 1 wire, not {}", wires);
  require(batch >= 1, "a batch needs at least 1 sample");
  const double numbers = std::ldexp(2.0, wires) * static_cast<double>(tiles() * kLanes<T>);
  require_memory(fmt::format("a batch of {} states of {} wires", batch, wires), numbers, sizeof(T));
  numbers_.assign(tiles() * 2 * half_tile<T>(wires), T(0));
}

template <class T>
void StateBatch<T>::reset() {
  std::ranges::fill(numbers_, T(0));
  for (std::size_t t = 0; t < tiles(); ++t) std::fill_n(tile(t).re, kLanes<T>, T(1));
}

template <class T>
Tile<T> StateBatch<T>::tile(std::size_t index) {
  const std::size_t half = half_tile<T>(wires_);
  T* begin = numbers_.data() + index * 2 * half;
  return {begin, begin + half, wires_};
}

template <class T>
std::size_t StateBatch<T>::offset(std::size_t sample, std::size_t index) const {
  const std::size_t half = half_tile<T>(wires_);
  return sample / kLanes<T> * 2 * half + index * kLanes<T> + sample % kLanes<T>;
}

template <class T>
Complex StateBatch<T>::amplitude(std::size_t sample, std::size_t index) const {
  const std::size_t half = half_tile<T>(wires_);
  return {numbers_[offset(sample, index)], numbers_[offset(sample, index) + half]};
}

template <class T>
void StateBatch<T>::set(std::size_t sample, std::size_t index, Complex value) {
  const std::size_t half = half_tile<T>(wires_);
  numbers_[offset(sample, index)] = static_cast<T>(value.real());
  numbers_[offset(sample, index) + half] = static_cast<T>(value.imag());
}

template class StateBatch<float>;
template class StateBatch<double>;

}  // namespace ebit::inline sim
