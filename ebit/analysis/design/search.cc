// The search for a circuit of wanted power.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "ebit/analysis/design/design.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/base/random.h"
#include "ebit/grad/adjoint.h"
#include "ebit/info/minimize.h"
#include "ebit/info/power_slope.h"

namespace ebit::analysis {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;

constexpr double kSolved = 1e-11;       // of the loss: every wanted value is met to some 1e-6
constexpr double kBetter = 1e-7;        // losses that differ by less are as good
constexpr std::size_t kRound = 4;       // restarts between two looks at what was found
constexpr int kAngleEvaluations = 120;  // of a descent in the angles
constexpr int kDescents = 3;            // of them, each followed by a search for states that were overlooked
constexpr int kFirstSearches = 2, kFurtherSearches = 3;

// The gates of the options by what they are.
struct GateSet {
  std::vector<const Gate*> turned, fixed, two;

  explicit GateSet(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const Gate& row = gate(name);
      (row.wires == 2 ? two : row.angles > 0 ? turned : fixed).push_back(&row);
    }
  }
};

// A two-wire gate with the one-wire gates before it.
struct Slot {
  std::size_t gate = 0, edge = 0;
  bool flipped = false;
  std::array<int, 2> fixed{-1, -1};  // on its wires; -1: none
  std::vector<double> angles;        // of the rotations on its first wire, its second, and its own
};

struct Candidate {
  std::vector<Slot> slots;
  double loss = HUGE_VAL;
  bool solved = false;
};

class Searcher {
 public:
  explicit Searcher(const DesignOptions& options)
      : options_(options), set_(options.gates), wires_(options.system + options.ancilla) {}

  // One restart: from a random list to what its changes come to.
  Candidate from_random(std::uint64_t restart, long& circuits) const;
  Circuit circuit_of(const Candidate& candidate, std::vector<double>& angles) const;

 private:
  Slot random_slot(Random& random) const;
  Candidate random_candidate(Random& random) const;
  std::array<int, 2> random_fixed(Random& random) const;
  Candidate changed(const Candidate& from, Random& random) const;
  void optimise(Candidate& candidate, Random& random) const;
  void shorten(Candidate& candidate, Random& random, long& circuits) const;
  std::size_t angles_in(const Slot& slot) const;

  const DesignOptions& options_;
  GateSet set_;
  int wires_;
};

// The loss of a circuit over its angles, with its gradient.
class Landscape {
 public:
  Landscape(const DesignOptions& options, const Circuit& circuit, int two_qubit)
      : options_(options),
        program_(circuit),
        columns_(circuit.wires(), std::size_t{1} << circuit.wires()),
        cotangent_(columns_),
        up_(PowerKind::kUp, options.partners[0], options.partners[1]),
        down_(PowerKind::kDown, options.partners[0], options.partners[1]),
        two_qubit_(two_qubit) {
    for (const Wish& wish : options.wishes) {
      wants_up_ = wants_up_ || wish.name == "e-up" || wish.name == "gap";
      wants_down_ = wants_down_ || wish.name == "e-down" || wish.name == "gap";
      wants_average_ = wants_average_ || wish.name.starts_with("e-p");
    }
  }

  // Looks for states that do better than those followed.
  void search(std::span<const double> angles, int searches, std::uint64_t seed) {
    const BipartiteUnitary u = unitary(angles);
    if (wants_up_) up_.search(u, searches, seed);
    if (wants_down_) down_.search(u, searches, seed);
  }

  double operator()(std::span<const double> angles, std::span<double> gradient) {
    const BipartiteUnitary u = unitary(angles);
    const UnitarySlope none{0, MatrixXcd::Zero(u.matrix.rows(), u.matrix.cols())};
    const UnitarySlope up = wants_up_ ? up_.at(u) : none, down = wants_down_ ? down_.at(u) : none;
    const UnitarySlope average = wants_average_ ? average_power_slope(u) : none;
    double loss = 0;
    MatrixXcd slope = none.slope;
    for (const Wish& wish : options_.wishes) {
      UnitarySlope is = wish.name == "e-up" ? up : wish.name == "e-down" ? down : average;
      if (wish.name == "gap") is = {up.value - down.value, up.slope - down.slope};
      if (wish.name == "e-p-per-gate")
        is.value /= std::max(1, two_qubit_), is.slope /= std::max(1, two_qubit_);
      const double miss = wish.value ? is.value - *wish.value : 0;
      loss += wish.value ? miss * miss : -is.value;
      slope += (wish.value ? 2 * miss : -1.0) * is.slope;
    }
    if (!gradient.empty()) add_gradient(slope, gradient);
    return loss;
  }

 private:
  BipartiteUnitary unitary(std::span<const double> angles) {
    const std::size_t d = columns_.batch();
    for (std::size_t k = 0; k < d; ++k)
      for (std::size_t i = 0; i < d; ++i) columns_.set(k, i, i == k ? 1 : 0);
    program_.bind(angles);
    for (std::size_t t = 0; t < columns_.tiles(); ++t) program_.run(columns_.tile(t));
    BipartiteUnitary u{1 << options_.system, 1 << options_.ancilla,
                       MatrixXcd(static_cast<Index>(d), static_cast<Index>(d))};
    for (std::size_t k = 0; k < d; ++k)
      for (std::size_t i = 0; i < d; ++i)
        u.matrix(static_cast<Index>(i), static_cast<Index>(k)) = columns_.amplitude(k, i);
    return u;
  }

  // The columns hold U; they are run back. @param slope of the loss in U.
  void add_gradient(const MatrixXcd& slope, std::span<double> gradient) {
    std::ranges::fill(gradient, 0.0);
    for (std::size_t k = 0; k < columns_.batch(); ++k)
      for (std::size_t i = 0; i < columns_.batch(); ++i)
        cotangent_.set(k, i, slope(static_cast<Index>(i), static_cast<Index>(k)));
    for (std::size_t t = 0; t < columns_.tiles(); ++t)
      adjoint_backward<double>(program_, nullptr, nullptr, columns_.tile(t), cotangent_.tile(t),
                               {.shared = gradient.data()});
  }

  const DesignOptions& options_;
  Program<double> program_;
  StateBatch<double> columns_, cotangent_;
  MovingPower up_, down_;
  int two_qubit_;
  bool wants_up_ = false, wants_down_ = false, wants_average_ = false;
};

std::size_t Searcher::angles_in(const Slot& slot) const {
  int count = set_.two[slot.gate]->angles;
  for (const Gate* row : set_.turned) count += 2 * row->angles;
  return static_cast<std::size_t>(count);
}

std::array<int, 2> Searcher::random_fixed(Random& random) const {
  std::array<int, 2> fixed{};
  for (int& one : fixed) one = static_cast<int>(random.below(set_.fixed.size() + 1)) - 1;
  return fixed;
}

Slot Searcher::random_slot(Random& random) const {
  Slot slot{.gate = random.below(set_.two.size()),
            .edge = random.below(options_.edges.size()),
            .flipped = random.below(2) == 1,
            .fixed = random_fixed(random),
            .angles = {}};
  // Some are small: where a power is flat at its most, only they lead away.
  const double most = std::numbers::pi / static_cast<double>(1 << (2 * random.below(3)));
  for (std::size_t k = angles_in(slot); k > 0; --k) slot.angles.push_back(random.uniform(-most, most));
  return slot;
}

// A random list; every second one ends as it began, backward, so that with small angles it does nearly
// nothing.
Candidate Searcher::random_candidate(Random& random) const {
  Candidate candidate;
  const auto count = static_cast<std::size_t>(options_.two_qubit);
  for (std::size_t k = 0; k < count; ++k) candidate.slots.push_back(random_slot(random));
  if (random.below(2) == 1)
    for (std::size_t k = 0; k < count / 2; ++k) {
      Slot& last = candidate.slots[count - 1 - k];
      last = candidate.slots[k];
      for (double& angle : last.angles) angle = -angle;
    }
  return candidate;
}

Circuit Searcher::circuit_of(const Candidate& candidate, std::vector<double>& angles) const {
  Circuit circuit(wires_);
  angles.clear();
  for (const Slot& slot : candidate.slots) {
    Edge wires = options_.edges[slot.edge];
    if (slot.flipped) std::swap(wires[0], wires[1]);
    const auto add = [&](const Gate& row, std::span<const int> on) {
      std::vector<Angle> own;
      for (int k = 0; k < row.angles; ++k) own.push_back(Angle::shared(static_cast<int>(angles.size()) + k));
      circuit.add(row, on, own);
      angles.resize(angles.size() + own.size());
    };
    const std::size_t first = angles.size();
    for (std::size_t side = 0; side < 2; ++side) {
      const std::span<const int> on(&wires[side], 1);
      if (slot.fixed[side] >= 0) add(*set_.fixed[static_cast<std::size_t>(slot.fixed[side])], on);
      for (const Gate* row : set_.turned) add(*row, on);
    }
    add(*set_.two[slot.gate], wires);
    std::ranges::copy(slot.angles, angles.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return circuit;
}

// Goes down in the angles, and looks again whether the powers are what they seemed.
void Searcher::optimise(Candidate& candidate, Random& random) const {
  std::vector<double> angles;
  const Circuit circuit = circuit_of(candidate, angles);
  Landscape land(options_, circuit, static_cast<int>(candidate.slots.size()));
  const auto seed = [&] { return static_cast<std::uint64_t>(random.below(1u << 30)); };
  land.search(angles, kFirstSearches, seed());
  const auto loss = [&](std::span<const double> x, std::span<double> g) { return land(x, g); };
  candidate.loss = land(angles, {});
  for (int k = 0; k < kDescents; ++k) {
    const double seemed =
        angles.empty() ? candidate.loss : minimize(loss, angles, {.evaluations = kAngleEvaluations});
    land.search(angles, kFurtherSearches, seed());
    candidate.loss = land(angles, {});
    if (angles.empty() || std::abs(candidate.loss - seemed) < kSolved) break;
  }
  candidate.solved = candidate.loss <= kSolved &&
                     std::ranges::all_of(options_.wishes, [](const Wish& w) { return w.value.has_value(); });
  std::size_t next = 0;
  for (Slot& slot : candidate.slots)
    for (double& angle : slot.angles) angle = angles[next++];
}

// One gate, wire, place or number of gates changed.
Candidate Searcher::changed(const Candidate& from, Random& random) const {
  Candidate to = from;
  if (random.below(6) == 0) return random_candidate(random);
  const bool may_grow = static_cast<int>(to.slots.size()) < options_.two_qubit;
  if (to.slots.empty() || (may_grow && random.below(4) == 0)) {
    to.slots.insert(to.slots.begin() + static_cast<std::ptrdiff_t>(random.below(to.slots.size() + 1)),
                    random_slot(random));
    return to;
  }
  Slot& slot = to.slots[random.below(to.slots.size())];
  switch (random.below(options_.exact ? 5 : 6)) {
    case 0:
      slot.edge = random.below(options_.edges.size());
      break;
    case 1:
      slot = random_slot(random);
      break;
    case 2:
      slot.flipped = !slot.flipped;
      break;
    case 3:
      std::swap(slot, to.slots[random.below(to.slots.size())]);
      break;
    case 4:
      slot.fixed = random_fixed(random);
      break;
    default:
      to.slots.erase(to.slots.begin() + (&slot - to.slots.data()));
  }
  for (Slot& each : to.slots)
    for (double& angle : each.angles) angle += 0.1 * random.normal();
  return to;
}

// Takes gates away while the circuit stays as good.
void Searcher::shorten(Candidate& candidate, Random& random, long& circuits) const {
  for (std::size_t k = 0; k < candidate.slots.size() && candidate.slots.size() > 1;) {
    Candidate less = candidate;
    less.slots.erase(less.slots.begin() + static_cast<std::ptrdiff_t>(k));
    optimise(less, random);
    ++circuits;
    if (less.solved || less.loss <= candidate.loss + (candidate.solved ? 0 : kBetter))
      candidate = std::move(less), k = 0;
    else
      ++k;
  }
}

Candidate Searcher::from_random(std::uint64_t restart, long& circuits) const {
  Random random(options_.seed, restart);
  Candidate best = random_candidate(random);
  optimise(best, random);
  ++circuits;
  for (int step = 0; step < options_.steps && !best.solved; ++step) {
    Candidate next = changed(best, random);
    if (next.slots.empty()) continue;
    optimise(next, random);
    ++circuits;
    const bool shorter = next.slots.size() < best.slots.size();
    if (next.loss < best.loss - kBetter || (shorter && next.loss <= best.loss + kBetter))
      best = std::move(next);
  }
  if (!options_.exact) shorten(best, random, circuits);
  return best;
}

// A rotation comes back after 2 pi but for a sign, which is a phase where no wire controls it.
double wrapped(double angle, bool controlled) {
  const double period = (controlled ? 4 : 2) * std::numbers::pi;
  const double rest = std::remainder(angle, period);
  return std::abs(rest) < 1e-9 ? 0 : rest;
}

}  // namespace

Design search_design(const DesignOptions& options, const std::function<bool(int, int)>& progress) {
  check_design(options);
  const Searcher searcher(options);
  const auto all = static_cast<std::size_t>(options.restarts);
  std::vector<Candidate> found;
  std::vector<long> circuits(all, 0);
  while (found.size() < all) {
    if (progress && !progress(static_cast<int>(found.size()), options.restarts) && !found.empty()) break;
    const std::size_t done = found.size();
    found.resize(std::min(all, done + kRound));
    parallel_for(found.size() - done, [&](std::size_t k) {
      found[done + k] = searcher.from_random(done + k, circuits[done + k]);
    });
    if (std::ranges::any_of(found, &Candidate::solved)) break;
  }
  const auto better = [](const Candidate& a, const Candidate& b) {
    const bool same = (a.solved && b.solved) || std::abs(a.loss - b.loss) <= kBetter;
    return same ? a.slots.size() < b.slots.size() : a.loss < b.loss;
  };
  std::size_t best = 0;
  for (std::size_t r = 1; r < found.size(); ++r)
    if (better(found[r], found[best])) best = r;
  Design design{.loss = found[best].loss, .two_qubit = static_cast<int>(found[best].slots.size())};
  design.restart = static_cast<int>(best), design.restarts = static_cast<int>(found.size());
  for (const long count : circuits) design.circuits += count;
  design.circuit = searcher.circuit_of(found[best], design.angles);
  for (const Operation& operation : design.circuit.operations())
    for (int k = 0; k < gate(operation.gate).angles; ++k) {
      double& angle =
          design.angles[static_cast<std::size_t>(operation.angles[static_cast<std::size_t>(k)].index)];
      angle = wrapped(angle, gate(operation.gate).controls > 0);
    }
  return design;
}

}  // namespace ebit::analysis
