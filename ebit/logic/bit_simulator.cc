#include "ebit/logic/bit_simulator.h"

#include <algorithm>
#include <bit>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/sim/state.h"

namespace ebit::inline logic {

BitSimulator::BitSimulator(int wires, std::size_t lanes)
    : wires_(wires), lanes_(lanes), blocks_((lanes + 64 * kWords - 1) / (64 * kWords)) {
  const std::size_t words = blocks_ * static_cast<std::size_t>(wires) * kWords;
  require_memory("simulating the circuit", static_cast<double>(words), sizeof(std::uint64_t));
  bits_.assign(words, 0);
}

void BitSimulator::reset() { std::ranges::fill(bits_, 0); }

void BitSimulator::reset(const Word& word) {
  for (const int wire : word)
    for (std::size_t lane = 0; lane < lanes_; lane += 64) bits_[place(wire, lane)] = 0;
}

void BitSimulator::set(const Word& word, std::size_t lane, std::int64_t value) {
  const std::uint64_t mask = std::uint64_t{1} << (lane % 64);
  for (std::size_t k = 0; k < word.size(); ++k) {
    std::uint64_t& bits = bits_[place(word[k], lane)];
    const bool one = (value >> std::min<std::size_t>(k, 63)) & 1;
    bits = one ? bits | mask : bits & ~mask;
  }
}

std::uint64_t BitSimulator::value(const Word& word, std::size_t lane) const {
  std::uint64_t value = 0;
  for (std::size_t k = 0; k < word.size(); ++k) value |= std::uint64_t{bit(word[k], lane)} << k;
  return value;
}

std::int64_t BitSimulator::signed_value(const Word& word, std::size_t lane) const {
  const int unused = 64 - static_cast<int>(word.size());
  return static_cast<std::int64_t>(value(word, lane) << unused) >> unused;
}

void BitSimulator::run(const LogicCircuit& circuit) {
  require(circuit.wires() == wires_, "a circuit of {} wires cannot run on {}", circuit.wires(), wires_);
  parallel_for(blocks_, [&](std::size_t block) {
    std::uint64_t* const bits = bits_.data() + block * static_cast<std::size_t>(wires_) * kWords;
    const auto at = [&](int wire) { return bits + static_cast<std::size_t>(wire) * kWords; };
    for (const LogicGate& g : circuit.gates()) {
      std::uint64_t* const target = at(g.target);
      if (g.control2 >= 0) {
        const std::uint64_t *const a = at(g.control), *const c = at(g.control2);
        for (std::size_t k = 0; k < kWords; ++k) target[k] ^= a[k] & c[k];
      } else if (g.control >= 0) {
        const std::uint64_t* const a = at(g.control);
        for (std::size_t k = 0; k < kWords; ++k) target[k] ^= a[k];
      } else {
        for (std::size_t k = 0; k < kWords; ++k) target[k] = ~target[k];
      }
    }
  });
}

std::size_t BitSimulator::lanes_with_ones(std::span<const int> wires) const {
  std::size_t count = 0;
  for (std::size_t first = 0; first < lanes_; first += 64) {
    std::uint64_t ones = 0;
    for (const int wire : wires) ones |= word_at(wire, first);
    const std::size_t there = std::min<std::size_t>(64, lanes_ - first);
    if (there < 64) ones &= (std::uint64_t{1} << there) - 1;
    count += static_cast<std::size_t>(std::popcount(ones));
  }
  return count;
}

}  // namespace ebit::inline logic
