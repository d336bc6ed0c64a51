#include "ebit/cell/gated/heisenberg_plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <unordered_map>

namespace ebit::inline cell {
namespace {

// The Pauli string i^|x & z| X^x Z^z; bit q of a mask is wire q.
struct Pauli {
  std::uint32_t x = 0, z = 0;

  std::uint64_t key() const { return std::uint64_t{x} << 32 | z; }
  std::uint32_t wires() const { return x | z; }
  bool operator==(const Pauli&) const = default;
};

bool anticommute(Pauli a, Pauli b) { return (std::popcount(a.x & b.z) + std::popcount(a.z & b.x)) % 2 == 1; }

struct SignedPauli {
  Pauli string;
  int sign = 1;
};

// -i a b of two strings that anticommute, which is a string up to its sign.
SignedPauli minus_i_times(Pauli a, Pauli b) {
  const Pauli string{a.x ^ b.x, a.z ^ b.z};
  const auto ys = [](Pauli p) { return std::popcount(p.x & p.z); };
  const int power = 3 + ys(a) + ys(b) - ys(string) + 2 * std::popcount(a.z & b.x);  // of i
  return {string, ((power % 4) + 4) % 4 == 0 ? 1 : -1};
}

// ---- one gate, on wires 0, 1 of its own; wire 0 is the most significant bit of its matrix

using Matrix = std::vector<Complex>;

Matrix product(const Matrix& a, const Matrix& b, int n) {
  Matrix out(a.size());
  for (int i = 0; i < n; ++i)
    for (int k = 0; k < n; ++k)
      for (int j = 0; j < n; ++j) out[i * n + j] += a[i * n + k] * b[k * n + j];
  return out;
}

Matrix matrix_of(Pauli p, int wires) {
  const int n = 1 << wires;
  const auto mask = [&](std::uint32_t bits) {  // bit q to bit wires - 1 - q
    int out = 0;
    for (int q = 0; q < wires; ++q) out |= static_cast<int>(bits >> q & 1) << (wires - 1 - q);
    return out;
  };
  const int x = mask(p.x), z = mask(p.z), ys = std::popcount(p.x & p.z);
  constexpr Complex kPowers[4] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  Matrix out(static_cast<std::size_t>(n * n));
  for (int j = 0; j < n; ++j)
    out[(j ^ x) * n + j] = kPowers[ys % 4] * (std::popcount(static_cast<unsigned>(j & z)) % 2 ? -1.0 : 1.0);
  return out;
}

std::vector<Pauli> all_strings(int wires) {
  std::vector<Pauli> all;
  for (std::uint32_t x = 0; x < 1u << wires; ++x)
    for (std::uint32_t z = 0; z < 1u << wires; ++z) all.push_back({x, z});
  return all;
}

// Coefficients of the strings that a Hermitian matrix is the sum of.
std::vector<std::pair<Pauli, double>> strings_of(const Matrix& m, int wires) {
  const int n = 1 << wires;
  std::vector<std::pair<Pauli, double>> found;
  for (const Pauli p : all_strings(wires)) {
    const Matrix own = product(matrix_of(p, wires), m, n);
    double trace = 0;
    for (int i = 0; i < n; ++i) trace += own[i * n + i].real();
    if (std::abs(trace) > 1e-9) found.push_back({p, trace / n});
  }
  return found;
}

// A local string on the wires of an operation.
Pauli placed(Pauli local, const Operation& operation, int wires) {
  Pauli p;
  for (int k = 0; k < wires; ++k) {
    p.x |= (local.x >> k & 1) << operation.wires[k];
    p.z |= (local.z >> k & 1) << operation.wires[k];
  }
  return p;
}

// U^+ P U for every local string P, where each is a string again; empty where not.
std::vector<SignedPauli> images_of(const Matrix& u, int wires) {
  const int n = 1 << wires;
  const Matrix adjoint = conjugate_transpose(u);
  std::vector<SignedPauli> images;
  for (const Pauli p : all_strings(wires)) {
    const auto found = strings_of(product(product(adjoint, matrix_of(p, wires), n), u, n), wires);
    if (found.size() != 1 || std::abs(std::abs(found[0].second) - 1) > 1e-9) return {};
    images.push_back({found[0].first, found[0].second > 0 ? 1 : -1});
  }
  return images;
}

// A rotation exp(-i factor angle string / 2).
struct TurnAbout {
  Pauli string;
  Angle angle;
  double factor;
};

// The rotations that a gate with angles is made of, the one that acts first first; empty where it is not.
std::vector<TurnAbout> turns_of(const Operation& operation) {
  const Gate& row = gate(operation.gate);
  std::vector<TurnAbout> turns;
  if (row.angles != 1) {
    for (const Rotation& rotation : row.rotations) {
      const std::uint32_t bit = 1u << operation.wires[0];
      turns.push_back({{rotation.axis != Axis::kZ ? bit : 0, rotation.axis != Axis::kX ? bit : 0},
                       operation.angles[static_cast<std::size_t>(rotation.angle)],
                       1});
    }
    return turns;
  }
  // G of exp(-i angle G), with its controls: what it does where all of them are 1.
  const int inner = row.dimension(), n = 1 << row.wires;
  constexpr double kAngle[1] = {0.7};
  Matrix target(static_cast<std::size_t>(inner * inner)), whole(static_cast<std::size_t>(n * n));
  row.generator(kAngle, 0, target.data());
  for (int i = 0; i < inner; ++i)
    for (int j = 0; j < inner; ++j) whole[(n - inner + i) * n + n - inner + j] = target[i * inner + j];
  for (const auto& [local, coefficient] : strings_of(whole, row.wires)) {
    const Pauli string = placed(local, operation, row.wires);
    for (const TurnAbout& other : turns)
      if (anticommute(string, other.string)) return {};
    if (string != Pauli{}) turns.push_back({string, operation.angles[0], 2 * coefficient});
  }
  return turns;
}

// ---- all readouts, taken back gate by gate

class Builder {
 public:
  Builder(HeisenbergPlan& plan, std::size_t most) : plan_(plan), most_(most) {}

  void add_readout(int wire) { add({0, 1u << wire}); }

  // False where there are too many strings.
  bool rotate(const TurnAbout& turn) {
    if (stale_) index();
    HeisenbergPlan::Turn made{turn.angle, turn.factor, {}};
    const std::size_t before = labels_.size();
    for (std::size_t row = 0; row < before; ++row) {
      const SignedPauli own = labels_[row];
      if (!anticommute(own.string, turn.string)) continue;
      const auto [partner, sign] = minus_i_times(own.string, turn.string);
      const auto found = rows_.find(partner.key());
      // A pair that is there as a whole is met twice, at each of its rows.
      if (found != rows_.end() && found->second < before && found->second < row) continue;
      const std::uint32_t other = found != rows_.end() ? found->second : add(partner);
      const auto own_row = static_cast<std::uint32_t>(row);
      if (own.sign * labels_[other].sign * sign > 0)
        made.pairs.push_back({own_row, other});
      else
        made.pairs.push_back({other, own_row});
    }
    if (!made.pairs.empty()) plan_.turns.push_back(std::move(made));
    return labels_.size() <= most_;
  }

  void rename(const std::vector<SignedPauli>& images, const Operation& operation, int wires) {
    std::uint32_t mask = 0;
    for (int k = 0; k < wires; ++k) mask |= 1u << operation.wires[k];
    for (SignedPauli& label : labels_) {
      std::uint32_t x = 0, z = 0;
      for (int k = 0; k < wires; ++k) {
        x |= (label.string.x >> operation.wires[k] & 1) << k;
        z |= (label.string.z >> operation.wires[k] & 1) << k;
      }
      const SignedPauli& image = images[x << wires | z];
      const Pauli back = placed(image.string, operation, wires);
      label.string = {(label.string.x & ~mask) | back.x, (label.string.z & ~mask) | back.z};
      label.sign *= image.sign;
    }
    stale_ = true;
  }

  const std::vector<SignedPauli>& labels() const { return labels_; }

 private:
  std::uint32_t add(Pauli string) {
    const auto row = static_cast<std::uint32_t>(labels_.size());
    labels_.push_back({string, 1});
    rows_[string.key()] = row;
    return row;
  }

  void index() {
    rows_.clear();
    for (std::size_t row = 0; row < labels_.size(); ++row)
      rows_[labels_[row].string.key()] = static_cast<std::uint32_t>(row);
    stale_ = false;
  }

  HeisenbergPlan& plan_;
  std::size_t most_;
  std::vector<SignedPauli> labels_;  // [rows]: the string of a row, and its sign there
  std::unordered_map<std::uint64_t, std::uint32_t> rows_;
  bool stale_ = false;  // labels_ were renamed since rows_ was made
};

// ---- products of features for the strings

// The letter on the last wire of a string, and the string without it.
int last_wire(Pauli p) { return 31 - std::countl_zero(p.wires()); }
Pauli without_last(Pauli p) {
  const std::uint32_t mask = ~(1u << last_wire(p));
  return {p.x & mask, p.z & mask};
}
std::uint32_t last_feature(Pauli p, int wires) {
  const int q = last_wire(p);
  const bool x = p.x >> q & 1, z = p.z >> q & 1;
  return static_cast<std::uint32_t>((x && z ? 1 : x ? 0 : 2) * wires + q);
}

void add_products(const std::vector<SignedPauli>& labels, PauliAxes axes, int wires, HeisenbergPlan& plan) {
  std::unordered_map<std::uint64_t, HeisenbergPlan::Source> wanted;
  std::vector<std::vector<Pauli>> by_wire(static_cast<std::size_t>(wires));
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto [string, sign] = labels[row];
    const bool zero = (!axes.x && (string.x & ~string.z)) || (!axes.z && (string.z & ~string.x)) ||
                      (!axes.y && (string.x & string.z));
    if (zero) continue;
    wanted[string.key()] = {static_cast<std::uint32_t>(row), sign};
  }
  std::unordered_map<std::uint64_t, std::uint32_t> numbers;  // of products; 0 until they have one
  for (const auto& label : labels)
    if (wanted.contains(label.string.key()))
      for (Pauli p = label.string; p != Pauli{} && !numbers.contains(p.key()); p = without_last(p)) {
        numbers[p.key()] = 0;
        by_wire[static_cast<std::size_t>(last_wire(p))].push_back(p);
      }
  plan.sources.assign(1, {}), plan.parents.assign(1, 0);
  numbers[Pauli{}.key()] = 0;
  for (std::vector<Pauli>& own : by_wire) {
    const auto place = [&](Pauli p) {
      return std::pair(last_feature(p, wires), numbers.at(without_last(p).key()));
    };
    std::ranges::sort(own, {}, place);
    for (const Pauli p : own) {
      const auto [feature, parent] = place(p);
      const auto number = static_cast<std::uint32_t>(plan.sources.size());
      if (plan.groups.empty() || plan.groups.back().feature != feature)
        plan.groups.push_back({feature, number, 0});
      ++plan.groups.back().count;
      numbers[p.key()] = number;
      plan.parents.push_back(parent);
      const auto found = wanted.find(p.key());
      plan.sources.push_back(found == wanted.end() ? HeisenbergPlan::Source{} : found->second);
    }
  }
}

}  // namespace

std::size_t HeisenbergPlan::pairs() const {
  std::size_t count = 0;
  for (const Turn& turn : turns) count += turn.pairs.size();
  return count;
}

ProductTable HeisenbergPlan::table() const {
  return {groups.data(), groups.size(), parents.data(), products()};
}

std::optional<HeisenbergPlan> plan_readouts(const Circuit& circuit, int readouts, PauliAxes axes,
                                            std::size_t most) {
  if (circuit.wires() > 32) return std::nullopt;
  HeisenbergPlan plan;
  Builder builder(plan, most);
  for (int k = 0; k < readouts; ++k) builder.add_readout(k);
  std::map<GateId, std::vector<SignedPauli>> images;
  const auto& operations = circuit.operations();
  for (std::size_t k = operations.size(); k-- > 0;) {
    const Operation& operation = operations[k];
    const Gate& row = gate(operation.gate);
    if (row.angles > 0) {
      const std::vector<TurnAbout> turns = turns_of(operation);
      if (turns.empty()) return std::nullopt;
      for (std::size_t t = turns.size(); t-- > 0;)
        if (!builder.rotate(turns[t])) return std::nullopt;
      continue;
    }
    if (!row.matrix) return std::nullopt;  // of the circuit's own
    const auto [found, made] = images.try_emplace(operation.gate);
    if (made) found->second = images_of(gate_matrix(row, {}), row.wires);
    if (found->second.empty()) return std::nullopt;
    builder.rename(found->second, operation, row.wires);
  }
  plan.rows = builder.labels().size();
  add_products(builder.labels(), axes, circuit.wires(), plan);
  return plan;
}

}  // namespace ebit::inline cell
