#include "ebit/sim/routing.h"

#include <algorithm>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/sim/draw.h"
#include "ebit/sim/routed_gates.h"

namespace ebit::inline sim {
namespace {

constexpr std::size_t kAhead = 20;    // gates beyond the next ones that a SWAP is chosen for
constexpr double kAheadWeight = 0.5;  // of them, against the next ones
constexpr double kDecay = 0.001;      // what a SWAP of a qubit just swapped costs more
constexpr int kDecayLength = 5;       // SWAPs after which that is forgotten
constexpr int kRounds = 2;            // forward and back, to better a first placement

/// Which wire is where.
struct WireQubits {
  std::vector<int> qubit;  // [wires]
  std::vector<int> wire;   // [qubits]; -1: none

  void swap(int a, int b) {
    std::swap(wire[static_cast<std::size_t>(a)], wire[static_cast<std::size_t>(b)]);
    for (const int q : {a, b})
      if (const int w = wire[static_cast<std::size_t>(q)]; w >= 0) qubit[static_cast<std::size_t>(w)] = q;
  }
};

/// One way over a list of items, from a placement to another.
class Pass {
 public:
  Pass(const CouplingMap& map, const std::vector<int>& steps, std::span<const CircuitItem* const> items,
       WireQubits& placement, Random& random, RoutedGates* out)
      : map_(map),
        steps_(steps),
        items_(items),
        placement_(placement),
        random_(random),
        out_(out),
        waiting_(placement.qubit.size()),
        done_(items.size()),
        decay_(static_cast<std::size_t>(map.qubits), 1.0) {
    for (std::size_t i = items.size(); i-- > 0;)
      for (const int wire : items[i]->wires) waiting_[static_cast<std::size_t>(wire)].push_back(i);
  }

  /// @returns how many SWAPs it took.
  int run() {
    int swaps = 0, since = 0;
    while (true) {
      if (act_all()) since = 0, std::ranges::fill(decay_, 1.0);
      const std::vector<std::size_t> next = blocked();
      if (next.empty()) return swaps;
      const Edge edge = ++since > 3 * map_.qubits ? shortest(next[0]) : best(next);
      placement_.swap(edge[0], edge[1]);
      if (out_) out_->add_swap(edge[0], edge[1]);
      for (const int q : edge) decay_[static_cast<std::size_t>(q)] += kDecay;
      if (++swaps % kDecayLength == 0) std::ranges::fill(decay_, 1.0);
    }
  }

 private:
  std::size_t at(int wire) const {
    return static_cast<std::size_t>(placement_.qubit[static_cast<std::size_t>(wire)]);
  }
  int distance(std::size_t a, std::size_t b) const {
    return steps_[a * static_cast<std::size_t>(map_.qubits) + b];
  }
  int distance(const CircuitItem& item) const { return distance(at(item.wires[0]), at(item.wires[1])); }
  bool ready(std::size_t i) const {
    return std::ranges::all_of(items_[i]->wires, [&](int wire) {
      const auto& own = waiting_[static_cast<std::size_t>(wire)];
      return !own.empty() && own.back() == i;
    });
  }

  // Everything that can act now; whether there was something.
  bool act_all() {
    bool any = false;
    for (bool more = true; more;) {
      more = false;
      for (std::size_t wire = 0; wire < waiting_.size(); ++wire)
        while (!waiting_[wire].empty()) {
          const std::size_t i = waiting_[wire].back();
          const CircuitItem& item = *items_[i];
          if (!ready(i) || (item.wires.size() == 2 && distance(item) > 1)) break;
          std::vector<int> qubits;
          for (const int own : item.wires) {
            qubits.push_back(placement_.qubit[static_cast<std::size_t>(own)]);
            waiting_[static_cast<std::size_t>(own)].pop_back();
          }
          if (out_) out_->add(item, qubits);
          done_[i] = more = any = true;
        }
    }
    return any;
  }

  std::vector<std::size_t> blocked() const {
    std::vector<std::size_t> next;
    for (const auto& own : waiting_)
      if (!own.empty() && ready(own.back()) && std::ranges::find(next, own.back()) == next.end())
        next.push_back(own.back());
    return next;
  }

  // The SWAP behind which the next gates, and those behind them, are nearest.
  Edge best(const std::vector<std::size_t>& next) {
    while (first_ < items_.size() && done_[first_]) ++first_;
    std::vector<std::size_t> ahead;
    for (std::size_t i = first_; i < items_.size() && ahead.size() < kAhead; ++i)
      if (!done_[i] && items_[i]->wires.size() == 2 && std::ranges::find(next, i) == next.end())
        ahead.push_back(i);
    std::vector<bool> matters(static_cast<std::size_t>(map_.qubits));
    for (const std::size_t i : next)
      for (const int wire : items_[i]->wires) matters[at(wire)] = true;
    Edge chosen{};
    double least = 0;
    int ties = 0;
    for (const Edge& edge : map_.edges) {
      const auto a = static_cast<std::size_t>(edge[0]), b = static_cast<std::size_t>(edge[1]);
      if (!matters[a] && !matters[b]) continue;
      placement_.swap(edge[0], edge[1]);
      const double cost = std::max(decay_[a], decay_[b]) * (mean(next) + kAheadWeight * mean(ahead));
      placement_.swap(edge[0], edge[1]);
      if (ties > 0 && cost > least + 1e-12) continue;
      ties = ties > 0 && cost > least - 1e-12 ? ties + 1 : 1;
      if (ties == 1 || random_.below(static_cast<std::size_t>(ties)) == 0) chosen = edge;
      least = ties == 1 ? cost : least;
    }
    return chosen;
  }

  double mean(const std::vector<std::size_t>& list) const {
    double sum = 0;
    for (const std::size_t i : list) sum += distance(*items_[i]);
    return list.empty() ? 0 : sum / static_cast<double>(list.size());
  }

  // Where the search goes round in circles: one step of the way between a gate's wires.
  Edge shortest(std::size_t i) const {
    const std::size_t from = at(items_[i]->wires[0]), to = at(items_[i]->wires[1]);
    for (const Edge& edge : map_.edges)
      for (const auto& [a, b] : {std::pair{edge[0], edge[1]}, std::pair{edge[1], edge[0]}})
        if (static_cast<std::size_t>(a) == from &&
            distance(static_cast<std::size_t>(b), to) < distance(from, to))
          return edge;
    fail("no way leads from qubit {} to {}", from, to);
  }

  const CouplingMap& map_;
  const std::vector<int>& steps_;
  std::span<const CircuitItem* const> items_;
  WireQubits& placement_;
  Random& random_;
  RoutedGates* out_;
  std::vector<std::vector<std::size_t>> waiting_;  // [wires] items, the next one last
  std::vector<bool> done_;
  std::vector<double> decay_;  // [qubits]
  std::size_t first_ = 0;      // items before it are done
};

// Wires on qubits that hang together, in random order.
WireQubits random_placement(const CouplingMap& map, std::size_t wires, Random& random) {
  const auto n = static_cast<std::size_t>(map.qubits);
  std::vector<bool> taken(n);
  std::vector<int> chosen = {static_cast<int>(random.below(n))};
  taken[static_cast<std::size_t>(chosen[0])] = true;
  while (chosen.size() < wires) {
    std::vector<int> beside;
    for (const auto& [a, b] : map.edges)
      if (taken[static_cast<std::size_t>(a)] != taken[static_cast<std::size_t>(b)])
        beside.push_back(taken[static_cast<std::size_t>(a)] ? b : a);
    chosen.push_back(beside[random.below(beside.size())]);
    taken[static_cast<std::size_t>(chosen.back())] = true;
  }
  WireQubits placement{std::vector<int>(wires), std::vector<int>(n, -1)};
  const std::vector<std::size_t> order = random.permutation(wires);
  for (std::size_t w = 0; w < wires; ++w) {
    placement.qubit[w] = chosen[order[w]];
    placement.wire[static_cast<std::size_t>(placement.qubit[w])] = static_cast<int>(w);
  }
  return placement;
}

int two_qubit_gates(const Circuit& circuit) {
  return static_cast<int>(std::ranges::count(circuit.operations(), GateId::kCNOT, &Operation::gate));
}

int qubits_used(const Circuit& circuit) {
  std::vector<bool> used(static_cast<std::size_t>(circuit.wires()));
  for (const CircuitItem& item : items_of(circuit))
    for (const int q : item.wires) used[static_cast<std::size_t>(q)] = true;
  return static_cast<int>(std::ranges::count(used, true));
}

}  // namespace

RoutedCircuit route(const Circuit& circuit, const CouplingMap& map, const RoutingOptions& options) {
  require(circuit.wires() <= map.qubits, "the map {} has {} qubits, and {} are needed", map.name, map.qubits,
          circuit.wires());
  require(options.trials >= 1, "routing needs at least 1 trial, not {}", options.trials);
  const std::vector<CircuitItem> items = items_of(circuit);
  std::vector<const CircuitItem*> forward;
  for (const CircuitItem& item : items) {
    require(item.wires.size() == 1 || (item.gate && item.gate->gate == GateId::kCNOT),
            "routing takes gates of one wire, CNOTs and channels of one wire: lower the circuit first");
    forward.push_back(&item);
  }
  const std::vector<const CircuitItem*> back(forward.rbegin(), forward.rend());
  const std::vector<int> steps = map.distances();
  const auto wires = static_cast<std::size_t>(circuit.wires());
  Random random(options.seed);
  std::optional<RoutedCircuit> best;
  std::pair<int, int> least;
  for (int trial = 0; trial < options.trials; ++trial) {
    WireQubits placement = random_placement(map, wires, random);
    for (int round = 0; round < kRounds; ++round) {
      Pass(map, steps, forward, placement, random, nullptr).run();
      Pass(map, steps, back, placement, random, nullptr).run();
    }
    RoutedGates out(circuit, map.qubits);
    const std::vector<int> first = placement.qubit;
    const int swaps = Pass(map, steps, forward, placement, random, &out).run();
    RoutedCircuit found{out.circuit(), first, placement.qubit, swaps, 0};
    const std::pair cost(two_qubit_gates(found.circuit), depth(found.circuit));
    if (best && cost >= least) continue;
    best = std::move(found), least = cost;
  }
  best->qubits = qubits_used(best->circuit);
  return std::move(*best);
}

}  // namespace ebit::inline sim
