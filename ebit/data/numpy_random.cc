#include "ebit/data/numpy_random.h"

#include <array>
#include <bit>

namespace ebit::inline data {
namespace {

// A word in, a word out; `constant` goes on from word to word.
std::uint32_t hashed(std::uint32_t value, std::uint32_t& constant, std::uint32_t multiplier) {
  value ^= constant;
  constant *= multiplier;
  value *= constant;
  return value ^ (value >> 16);
}

std::uint32_t mixed(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t value = 0xca01f9ddu * a - 0x4973f715u * b;
  return value ^ (value >> 16);
}

// SeedSequence(seed).generate_state(4, uint64).
std::array<std::uint64_t, 4> seed_state(std::uint64_t seed) {
  std::array<std::uint32_t, 4> pool{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  std::uint32_t constant = 0x43b0d7e5u;
  for (std::uint32_t& word : pool) word = hashed(word, constant, 0x931e8875u);
  for (std::size_t from = 0; from < 4; ++from)
    for (std::size_t to = 0; to < 4; ++to)
      if (from != to) pool[to] = mixed(pool[to], hashed(pool[from], constant, 0x931e8875u));
  constant = 0x8b51f9ddu;
  std::array<std::uint64_t, 4> state{};
  for (std::size_t i = 0; i < 8; ++i)
    state[i / 2] |= std::uint64_t{hashed(pool[i % 4], constant, 0x58f38dedu)} << (32 * (i % 2));
  return state;
}

}  // namespace

NumpyRandom::NumpyRandom(std::uint64_t seed) {
  const std::array<std::uint64_t, 4> words = seed_state(seed);
  increment_ = (((Wide{words[2]} << 64) | words[3]) << 1) | 1;
  step();
  state_ += (Wide{words[0]} << 64) | words[1];
  step();
}

void NumpyRandom::step() {
  constexpr Wide kMultiplier = (Wide{0x2360ed051fc65da4u} << 64) | 0x4385df649fccf645u;
  state_ = state_ * kMultiplier + increment_;
}

double NumpyRandom::uniform() {
  step();
  const std::uint64_t folded = static_cast<std::uint64_t>(state_ >> 64) ^ static_cast<std::uint64_t>(state_);
  const std::uint64_t bits = std::rotr(folded, static_cast<int>(state_ >> 122));
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

}  // namespace ebit::inline data
