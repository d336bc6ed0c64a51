#include "ebit/corpus/pauli.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline corpus {
namespace {

constexpr std::uint64_t kPauliStream = 0x7061756C69 << 2;  // "pauli", and two bits for the part
constexpr std::uint64_t kMostPool = 1 << 16;

// Different numbers of strings from 1 on: drawn anew where one is there already, from small sets a shuffle.
std::vector<std::uint64_t> drawn_pool(const PauliTask& task, Random& random) {
  const std::uint64_t size = task.pool_size(), all = task.settings();
  std::vector<std::uint64_t> pool;
  if (2 * size > all) {
    for (const std::size_t k : random.permutation(static_cast<std::size_t>(all))) pool.push_back(k + 1);
    pool.resize(size);
    return pool;
  }
  while (pool.size() < size) {
    const std::uint64_t next = random.below(all) + 1;
    if (std::ranges::find(pool, next) == pool.end()) pool.push_back(next);
  }
  return pool;
}

}  // namespace

std::uint64_t PauliTask::pool_size() const {
  return pool == 0 ? settings() : std::min<std::uint64_t>(static_cast<std::uint64_t>(pool), settings());
}

void check(const PauliTask& task) {
  require(task.qubits >= 1 && task.qubits <= Tableau::kMostQubits,
          "the measured state has 1 to {} qubits, not {}", Tableau::kMostQubits, task.qubits);
  require(task.pool >= 0 && static_cast<std::uint64_t>(task.pool) <= kMostPool,
          "--setting-pool must be 0 (all strings) or from 1 to {}, not {}", kMostPool, task.pool);
  require(task.length >= 1, "--length must be at least 1, not {}", task.length);
}

PauliBatch pauli_batch(const PauliTask& task, std::uint64_t part, std::span<const std::int64_t> rows) {
  check(task);
  PauliBatch batch{rows.size(), task.length, {}, {}, {}, {}};
  const std::uint64_t all = task.settings();
  Tableau state(task.qubits);
  for (const std::int64_t row : rows) {
    // A stream for each sequence: how many numbers a pool takes is not known beforehand.
    Random random(task.seed ^ (static_cast<std::uint64_t>(row) << 8), kPauliStream | part,
                  static_cast<std::uint64_t>(task.qubits) << 40);
    const std::vector<std::uint64_t> pool =
        task.pool == 0 ? std::vector<std::uint64_t>() : drawn_pool(task, random);
    state.reset();
    for (std::size_t t = 0; t < task.length; ++t) {
      const std::uint64_t number = pool.empty() ? random.below(all) + 1 : pool[random.below(pool.size())];
      const PauliString string = pauli_string(number, task.qubits);
      const int certain = state.outcome(string);
      const int outcome = certain >= 0 ? certain : static_cast<int>(random.below(2));
      state.project(string, outcome);
      batch.strings.push_back(string), batch.settings.push_back(static_cast<std::int64_t>(number) - 1);
      batch.outcomes.push_back(outcome), batch.determined.push_back(certain >= 0);
    }
  }
  return batch;
}

}  // namespace ebit::inline corpus
