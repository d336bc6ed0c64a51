#include "ebit/info/named_unitary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/info/batch.h"
#include "ebit/info/weyl.h"
#include "ebit/sim/gate.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;
using std::numbers::pi;

MatrixXcd canonical(std::span<const double> c) { return canonical_gate(c[0], c[1], c[2]).matrix; }

// The square root with i on the singlet, as Qiskit has it: exp(-i pi/8 (XX + YY + ZZ)) but for a phase.
MatrixXcd sqrt_swap(std::span<const double>) {
  const Complex same(0.5, 0.5), other(0.5, -0.5);
  MatrixXcd m = MatrixXcd::Identity(4, 4);
  m(1, 1) = m(2, 2) = same;
  m(1, 2) = m(2, 1) = other;
  return m;
}

// |a, b> -> |a, a + b mod 3>.
MatrixXcd qutrit_sum(std::span<const double>) {
  MatrixXcd m = MatrixXcd::Zero(9, 9);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) m(3 * a + (a + b) % 3, 3 * a + b) = 1;
  return m;
}

// A qubit-qutrit matrix with E_up = 2 and E_down < 2, found numerically, to six digits.
MatrixXcd more_up_than_down(std::span<const double>) {
  Eigen::Matrix<double, 6, 6> m;
  m << 0.255311, 0.118169, -0.728633, 0.391141, 0.481927, 0.068566,    //
      0.417358, 0.571387, 0.510942, 0.471579, 0.010686, 0.125565,      //
      0.336311, -0.554145, 0.405797, -0.039761, 0.625039, -0.151302,   //
      -0.766652, 0.213391, 0.182989, 0.278050, 0.440268, -0.249153,    //
      0.008895, 0.454869, 0.023176, -0.690736, 0.427618, 0.364011,     //
      0.244316, 0.316282, -0.096634, -0.261941, -0.016290, -0.872960;  //
  return m.cast<Complex>();
}

constexpr KnownUnitary kKnown[] = {
    {"canonical", 2, 2, 3, canonical,
     "exp(i/2 (a XX + b YY + c ZZ)): every two-qubit gate up to gates on the single qubits"},
    {"sqrtswap", 2, 2, 0, sqrt_swap, "the square root of SWAP"},
    {"sum3", 3, 3, 0, qutrit_sum, "the CNOT of two qutrits: |a, b> to |a, a + b mod 3>"},
    {"linden", 2, 3, 0, more_up_than_down,
     "a qubit and a qutrit with E_up = 2 and a smaller E_down, of the kind in Linden, Smolin, Winter 2009 "
     "(quant-ph/0511217)"},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

const KnownUnitary* find_known(std::string_view name) {
  const auto* row = std::ranges::find(kKnown, lower(name), &KnownUnitary::name);
  return row == std::end(kKnown) ? nullptr : row;
}

// Gates that keep their matrix elsewhere are no use by name.
const Gate* find_gate(std::string_view name) {
  if (lower(name) == "cx") return &gate(GateId::kCNOT);
  for (const Gate& row : gates())
    if (row.matrix && lower(row.name) == lower(name)) return &row;
  return nullptr;
}

std::string_view name_part(std::string_view text) { return trimmed(text.substr(0, text.find('('))); }

// "0.7", "pi", "-3*pi/4", "2pi" is not taken: nobody has to guess.
std::optional<double> parse_angle(std::string_view text) {
  text = trimmed(text);
  double value = 1;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    value = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  for (char operation = '*';;) {
    const std::size_t end = std::min(text.find_first_of("*/"), text.size());
    const std::string_view factor = trimmed(text.substr(0, end));
    double number = pi;
    if (lower(factor) != "pi") {
      const char* last = factor.data() + factor.size();
      const auto [stop, error] = std::from_chars(factor.data(), last, number);
      if (factor.empty() || factor.front() == '-' || error != std::errc() || stop != last)
        return std::nullopt;
    }
    value = operation == '*' ? value * number : value / number;
    if (end == text.size()) return value;
    operation = text[end];
    text.remove_prefix(end + 1);
  }
}

double angle_of(std::string_view part, std::string_view whole) {
  const auto angle = parse_angle(part);
  require(angle.has_value(),
          "{}: cannot read the angle '{}'; write a number, a multiple such as pi/2 or 3*pi/4, or "
          "a range FROM:TO",
          shown(whole), shown(trimmed(part)));
  require(std::isfinite(*angle), "{}: an angle must be finite, not '{}'", shown(whole), shown(trimmed(part)));
  return *angle;
}

std::vector<AngleRange> parse_angles(std::string_view text) {
  std::vector<AngleRange> angles;
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return angles;
  const std::string_view shut = trimmed(text);
  require(shut.back() == ')', "{}: the bracket '(' is not closed at the end", shown(text));
  std::string_view inside = trimmed(text.substr(open + 1, text.rfind(')') - open - 1));
  if (inside.empty()) return angles;
  for (;;) {
    const std::size_t comma = std::min(inside.find(','), inside.size());
    const std::string_view part = inside.substr(0, comma);
    const std::size_t colon = part.find(':');
    AngleRange range;
    range.from = angle_of(part.substr(0, colon), text);
    range.to = colon == std::string_view::npos ? range.from : angle_of(part.substr(colon + 1), text);
    angles.push_back(range);
    if (comma == inside.size()) return angles;
    inside.remove_prefix(comma + 1);
  }
}

}  // namespace

std::span<const KnownUnitary> known_unitaries() { return kKnown; }

bool UnitaryText::sweeps() const {
  return std::ranges::any_of(angles, [](const AngleRange& a) { return a.from != a.to; });
}

std::vector<double> UnitaryText::angles_at(double t) const {
  std::vector<double> all;
  for (const AngleRange& a : angles) all.push_back(std::lerp(a.from, a.to, t));
  return all;
}

MatrixXcd UnitaryText::matrix(double t) const {
  const std::vector<double> at = angles_at(t);
  if (const KnownUnitary* known = find_known(name)) return known->matrix(at);
  const Gate& row = gate(name);
  return matrix_of(gate_matrix(row, at), std::size_t{1} << row.wires);
}

std::string UnitaryText::text(double t) const {
  std::string all;
  for (const double angle : angles_at(t)) all += fmt::format("{}{:.6g}", all.empty() ? "" : ", ", angle);
  return angles.empty() ? name : fmt::format("{}({})", name, all);
}

bool names_unitary(std::string_view text) {
  return find_known(name_part(text)) != nullptr || find_gate(name_part(text)) != nullptr;
}

UnitaryText parse_unitary(std::string_view text) {
  const std::string_view name = name_part(text);
  UnitaryText out;
  out.angles = parse_angles(text);
  std::size_t wanted = 0;
  if (const KnownUnitary* known = find_known(name)) {
    out.name = known->name;
    out.d_a = known->d_a, out.d_b = known->d_b;
    wanted = static_cast<std::size_t>(known->angles);
  } else if (const Gate* row = find_gate(name)) {
    require(row->wires > 1, "{} acts on one wire: it has no two parts to entangle", row->name);
    out.name = row->name;
    if (row->wires == 2) out.d_a = out.d_b = 2;
    wanted = static_cast<std::size_t>(row->angles);
  } else {
    std::vector<std::string> names = names_of(kKnown);
    for (const Gate& other : gates())
      if (other.matrix && other.wires > 1) names.emplace_back(other.name);
    fail("no gate, known unitary or file is called '{}'{}", shown(name), suggestion(name, names));
  }
  require(out.angles.size() == wanted, "{} takes {} angle{}, not {}{}", out.name, wanted,
          wanted == 1 ? "" : "s", out.angles.size(),
          wanted == 0 ? "" : fmt::format("; write {}({}0.7)", out.name, wanted == 3 ? "0.7, 0, " : ""));
  return out;
}

}  // namespace ebit::inline info
