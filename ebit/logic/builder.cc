#include "ebit/logic/builder.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "ebit/base/error.h"

namespace ebit::inline logic {

Word bits_from(const Word& word, std::size_t from) {
  return {word.begin() + static_cast<std::ptrdiff_t>(std::min(from, word.size())), word.end()};
}

Word LogicBuilder::take(int bits) {
  Word word;
  for (int k = 0; k < bits; ++k) {
    if (free_.empty()) {
      word.push_back(circuit_.add_wire());
      continue;
    }
    std::ranges::pop_heap(free_, std::greater());
    word.push_back(free_.back());
    free_.pop_back();
  }
  return word;
}

void LogicBuilder::give_back(const Word& wires) {
  for (const int wire : wires) {
    free_.push_back(wire);
    std::ranges::push_heap(free_, std::greater());
  }
}

void LogicBuilder::x(int target) { circuit_.add({target}); }

void LogicBuilder::x(const Word& targets) {
  for (const int target : targets) x(target);
}

void LogicBuilder::cnot(int control, int target) {
  if (control != kZeroWire) circuit_.add({target, control});
}

void LogicBuilder::toffoli(int control, int control2, int target) {
  if (control != kZeroWire && control2 != kZeroWire) circuit_.add({target, control, control2});
}

void LogicBuilder::copy(const Word& from, const Word& to) {
  require(from.size() >= to.size(), "{} bits are copied to {}", from.size(), to.size());
  for (std::size_t k = 0; k < to.size(); ++k) cnot(from[k], to[k]);
}

void LogicBuilder::clean(const std::function<void()>& compute, const std::function<void()>& use) {
  const std::vector<int> free_before = free_;
  const int wires_before = circuit_.wires();
  const std::size_t from = circuit_.gates().size();
  compute();
  const std::size_t to = circuit_.gates().size();
  const int taken = in_use();
  use();
  require(in_use() == taken, "a computation that is undone was used by one that keeps wires");
  circuit_.add_inverse(from, to);
  // What was free before is free again, and so are the wires that are new.
  free_ = free_before;
  for (int wire = wires_before; wire < circuit_.wires(); ++wire) free_.push_back(wire);
  std::ranges::make_heap(free_, std::greater());
}

LogicCircuit LogicBuilder::finish() {
  free_.clear();
  return std::exchange(circuit_, {});
}

}  // namespace ebit::inline logic
