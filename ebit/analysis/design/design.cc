#include "ebit/analysis/design/design.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "ebit/base/choice.h"
#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/base/utf8.h"
#include "ebit/info/power.h"
#include "ebit/sim/program.h"

namespace ebit::analysis {
namespace {

constexpr WishRow kWishes[] = {
    {"e-up", "E_up, ebits that the circuit makes at most"},
    {"e-down", "E_down, ebits that it destroys at most"},
    {"gap", "E_up - E_down"},
    {"e-p", "the average power e_p, a linear entropy"},
    {"e-p-per-gate", "e_p divided by the number of two-wire gates"},
};

bool crosses(const Edge& edge, int system) { return (edge[0] < system) != (edge[1] < system); }

// The most ebits that a two-wire gate makes, whatever its angles.
double gate_bound(const Gate& gate) {
  // Two wires and rank 2: exp(i c XX) up to local gates, which is a controlled gate, and one Bell pair with
  // classical messages does that.
  const std::vector<double> angles(static_cast<std::size_t>(gate.angles), 0.7);
  const std::vector<Complex> rows = gate_matrix(gate, angles);
  BipartiteUnitary u{2, 2, Eigen::MatrixXcd(4, 4)};
  for (Eigen::Index i = 0; i < 4; ++i)
    for (Eigen::Index j = 0; j < 4; ++j) u.matrix(i, j) = rows[static_cast<std::size_t>(4 * i + j)];
  return operator_schmidt_rank(u) <= 2 ? 1 : 2;
}

// e_p of any unitary is at most this: both fourth moments at the least that their ranks allow.
double average_power_bound(int d_a, int d_b) {
  const double a = d_a, b = d_b, d = a * b, least = std::min(a, b);
  return 1 - (a * b * b + a * a * b + d * d / (least * least) + d) / (a * (a + 1) * b * (b + 1));
}

double most_of(const Wish& wish, const DesignOptions& options) {
  const double e_p = average_power_bound(1 << options.system, 1 << options.ancilla);
  if (wish.name.starts_with("e-p")) return e_p;
  return power_bound(options);
}

void check_gates(const DesignOptions& options) {
  require(!options.gates.empty(), "--gates is empty: name gates of one and two wires, such as ry,cnot");
  bool two = false;
  for (const std::string& name : options.gates) {
    const Gate& row = gate(name);  // throws with the nearest name
    require(row.matrix != nullptr && row.wires <= 2 && row.id != GateId::kI,
            "--gates: {} cannot be searched with: take gates of one and two wires of `ebit gates`", row.name);
    two = two || row.wires == 2;
  }
  require(two, "--gates names no two-wire gate, and without one nothing is entangled: add one, such as cnot");
}

}  // namespace

std::span<const WishRow> wishes() { return kWishes; }

std::vector<Wish> parse_wishes(std::string_view text) {
  std::vector<Wish> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    Wish wish{.name = std::string(part.substr(0, equals)), .value = {}};
    find_row(kWishes, "--want: there is no", shown(wish.name));
    if (equals < part.size()) {
      const std::string_view number = part.substr(equals + 1);
      double value = 0;
      const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value);
      require(
          error == std::errc() && stop == number.data() + number.size() && std::isfinite(value) && value >= 0,
          "--want {}: '{}' is not a number of 0 or more", wish.name, shown(number));
      wish.value = value;
    }
    for (const Wish& other : all) require(other.name != wish.name, "--want names {} twice", wish.name);
    all.push_back(std::move(wish));
  }
  require(!all.empty(), "--want says what is wanted, such as e-up=1.0,e-down=0.5, or gap, or e-p");
  return all;
}

std::vector<Edge> read_edges(const std::string& connect, int wires) {
  return find_coupling(connect, wires, "--connect", true).edges;
}

double power_bound(const DesignOptions& options) {
  const int least = std::min(options.system, options.ancilla);
  const double side_a = options.system + std::log2(options.partners[0]);
  const double side_b = options.ancilla + std::log2(options.partners[1]);
  double each = 0;
  for (const std::string& name : options.gates)
    if (gate(name).wires == 2) each = std::max(each, gate_bound(gate(name)));
  return std::min({2.0 * least, side_a, side_b, each * options.two_qubit});
}

void check_design(const DesignOptions& options) {
  require(options.system >= 1 && options.ancilla >= 1,
          "--system and --ancilla must be at least 1, not {} and {}", options.system, options.ancilla);
  require(options.system + options.ancilla <= kMostDesignWires,
          "both registers have {} wires; {} are the most", options.system + options.ancilla,
          kMostDesignWires);
  require(std::min(options.partners[0], options.partners[1]) >= 1,
          "--partners must be dimensions of 1 or more");
  const double size = std::exp2(options.system + options.ancilla) * options.partners[0] * options.partners[1];
  require(size <= kMaxPowerState, "with --partners {}x{} a state has {:.0f} amplitudes; {} are the most",
          options.partners[0], options.partners[1], size, kMaxPowerState);
  require(options.two_qubit >= 0 && options.two_qubit <= 100, "--two-qubit must be from 0 to 100, not {}",
          options.two_qubit);
  require(options.restarts >= 1 && options.restarts <= 10000, "--restarts must be from 1 to 10000, not {}",
          options.restarts);
  require(options.steps >= 0 && options.steps <= 10000, "--steps must be from 0 to 10000, not {}",
          options.steps);
  check_gates(options);
  require(!options.wishes.empty(), "nothing is wanted: see --want");
  require(
      std::ranges::any_of(options.edges, [&](const Edge& edge) { return crosses(edge, options.system); }),
      "no edge of the map joins the system (wires 0 to {}) with the ancilla, so no circuit entangles them",
      options.system - 1);
  for (const Wish& wish : options.wishes) {
    const double wanted = wish.value.value_or(1e-9);
    require(options.two_qubit > 0 || wanted == 0,
            "--two-qubit 0 leaves one-wire gates alone, whose {} is 0: allow at least one two-wire gate",
            wish.name);
    const double most = most_of(wish, options);
    const std::string partners = options.partners == std::array{1, 1}
                                     ? "none"
                                     : fmt::format("{}x{}", options.partners[0], options.partners[1]);
    require(
        wanted <= most + 1e-9,
        "--want {}={}: no circuit has more than {:.6g} on {}+{} wires with these gates, --two-qubit {} and "
        "--partners {}",
        wish.name, wanted, most, options.system, options.ancilla, options.two_qubit, partners);
  }
  const auto value_of = [&](std::string_view name) {
    const auto wish = std::ranges::find(options.wishes, name, &Wish::name);
    return wish == options.wishes.end() ? std::nullopt : wish->value;
  };
  const auto up = value_of("e-up"), down = value_of("e-down"), gap = value_of("gap");
  require(!(up && down && gap), "--want gap says what e-up and e-down say: leave one of the three out");
  require(!(up && gap) || *gap <= *up, "--want gap={}: it is at most e-up={}", gap.value_or(0),
          up.value_or(0));
}

BipartiteUnitary unitary_across(const Circuit& circuit, std::span<const double> angles, int system) {
  const std::size_t d = std::size_t{1} << circuit.wires();
  StateBatch<double> columns(circuit.wires(), d);
  for (std::size_t k = 0; k < d; ++k) columns.set(k, k, 1);
  run<double>(circuit, columns, angles);
  Eigen::MatrixXcd u(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(d));
  for (std::size_t k = 0; k < d; ++k)
    for (std::size_t i = 0; i < d; ++i)
      u(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = columns.amplitude(k, i);
  return make_unitary(1 << system, 1 << (circuit.wires() - system), u, "the circuit");
}

double crossing_bound(const Circuit& circuit, int system) {
  double sum = 0;
  for (const Operation& operation : circuit.operations()) {
    const Gate& row = gate(operation.gate);
    if (row.wires < 2 || !crosses({operation.wires[0], operation.wires[1]}, system)) continue;
    sum += row.matrix != nullptr ? gate_bound(row) : 2;
  }
  return sum;
}

std::string ansatz_text(const Design& design, const std::string& name, const std::string& help) {
  std::string text = fmt::format("name = {}\nhelp = {}\n\ngates = [\n", toml_quoted(name), toml_quoted(help));
  for (const Operation& operation : design.circuit.operations()) {
    const Gate& row = gate(operation.gate);
    std::string wires, angles;
    for (int w = 0; w < row.wires; ++w)
      wires += fmt::format("{}{}", w == 0 ? "" : ", ", operation.wires[static_cast<std::size_t>(w)]);
    for (int k = 0; k < row.angles; ++k) {
      const int index = operation.angles[static_cast<std::size_t>(k)].index;
      const double value = design.angles[static_cast<std::size_t>(index)];
      angles += fmt::format("{}\"a{}{}\"", k == 0 ? "" : ", ", index,
                            value == 0 ? "" : fmt::format("{:+.12g}", value));
    }
    text += fmt::format("  {{gate = \"{}\", wires = [{}]{}}},\n", row.name, wires,
                        angles.empty() ? "" : fmt::format(", angles = [{}]", angles));
  }
  return text + "]\n";
}

}  // namespace ebit::analysis
