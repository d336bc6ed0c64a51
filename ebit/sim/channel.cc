#include "ebit/sim/channel.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"

namespace ebit::inline sim {
namespace {

Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }
Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.slope - b.slope}; }
Dual operator*(Dual a, Dual b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }
Dual operator/(Dual a, Dual b) {
  return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value};
}
Dual root(Dual a) {
  const double r = std::sqrt(std::max(a.value, 0.0));
  return {r, a.slope == 0 ? 0 : a.slope / (2 * r)};
}
Dual exponential(Dual a) { return {std::exp(a.value), std::exp(a.value) * a.slope}; }
constexpr Dual kOne{1, 0};

using Numbers = std::span<const double>;
using Duals = std::span<const Dual>;
using Matrix = std::vector<Complex>;
using Matrices = std::vector<Matrix>;

const Matrix kPaulis[] = {{1, 0, 0, 1}, {0, 1, 1, 0}, {0, Complex(0, -1), Complex(0, 1), 0}, {1, 0, 0, -1}};

Matrix times(double factor, Matrix matrix) {
  for (Complex& entry : matrix) entry *= factor;
  return matrix;
}

Matrix product(const Matrix& a, const Matrix& b) {
  return {a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2],
          a[2] * b[1] + a[3] * b[3]};
}

// a (x) b of 2x2 matrices.
Matrix kronecker(const Matrix& a, const Matrix& b) {
  Matrix out(16);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) out[4 * i + j] = a[i / 2 * 2 + j / 2] * b[i % 2 * 2 + j % 2];
  return out;
}

void drop_zeros(Matrices& all) {
  std::erase_if(all,
                [](const Matrix& m) { return std::ranges::all_of(m, [](Complex z) { return z == 0.0; }); });
}

// A one-wire map of entries: rho00 and rho11 mix, rho01 and rho10 are scaled.
void one_wire(Dual d00, Dual d01, Dual d10, Dual d11, Dual coherence, Dual* out) {
  std::fill_n(out, 16, Dual{});
  out[0] = d00, out[3] = d01, out[12] = d10, out[15] = d11;
  out[5] = out[10] = coherence;
}

// Of X, Y and Z with probabilities: Y turns a coherence's sign, X and Y exchange both coherences.
void pauli_map(Dual x, Dual y, Dual z, Dual* out) {
  const Dual none = kOne - x - y - z;
  std::fill_n(out, 16, Dual{});
  out[0] = out[15] = none + z, out[3] = out[12] = x + y;
  out[5] = out[10] = none - z, out[6] = out[9] = x - y;
}
Matrices pauli_kraus(double x, double y, double z) {
  Matrices all = {times(std::sqrt(std::max(1 - x - y - z, 0.0)), kPaulis[0]), times(std::sqrt(x), kPaulis[1]),
                  times(std::sqrt(y), kPaulis[2]), times(std::sqrt(z), kPaulis[3])};
  drop_zeros(all);
  return all;
}

// ---- depolarizing: rho -> (1 - lambda) rho + lambda (1/2^k (x) Tr_w rho)
// ------------------------------------------------

double strings_of(int wires) { return std::ldexp(1.0, 2 * wires); }
double lambda_from_error(double q, int wires) { return q * strings_of(wires) / (strings_of(wires) - 1); }

Matrices depolarizing_kraus(Numbers p, int wires) {
  const double q = p[0] * (1 - 1 / strings_of(wires)), each = std::sqrt(q / (strings_of(wires) - 1));
  Matrices all;
  const int strings = 1 << (2 * wires);
  for (int s = 0; s < strings; ++s) {
    const Matrix& first = kPaulis[wires == 1 ? s : s / 4];
    all.push_back(
        times(s == 0 ? std::sqrt(1 - q) : each, wires == 1 ? first : kronecker(first, kPaulis[s % 4])));
  }
  drop_zeros(all);
  return all;
}
void depolarizing_map(Duals p, int wires, Dual* out) {
  const std::size_t n = std::size_t{1} << wires, entries = n * n;
  const Dual kept = kOne - p[0], shared = p[0] * Dual{1.0 / static_cast<double>(n), 0};
  std::fill_n(out, entries * entries, Dual{});
  for (std::size_t e = 0; e < entries; ++e) out[e * entries + e] = kept;
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t s = 0; s < n; ++s) {
      Dual& entry = out[(r * n + r) * entries + s * n + s];
      entry = entry + shared;
    }
}

// ---- damping
// ------------------------------------------------------------------------------------------------------------

Matrices amplitude_kraus(Numbers p, int) {
  Matrices all = {{1, 0, 0, std::sqrt(1 - p[0])}, {0, std::sqrt(p[0]), 0, 0}};
  drop_zeros(all);
  return all;
}
void amplitude_map(Duals p, int, Dual* out) { one_wire(kOne, p[0], {}, kOne - p[0], root(kOne - p[0]), out); }

Matrices phase_kraus(Numbers p, int) {
  Matrices all = {{1, 0, 0, std::sqrt(1 - p[0])}, {0, 0, 0, std::sqrt(p[0])}};
  drop_zeros(all);
  return all;
}
void phase_map(Duals p, int, Dual* out) { one_wire(kOne, {}, {}, kOne, root(kOne - p[0]), out); }

// ---- flips
// --------------------------------------------------------------------------------------------------------------

Matrices bit_flip_kraus(Numbers p, int) { return pauli_kraus(p[0], 0, 0); }
void bit_flip_map(Duals p, int, Dual* out) { pauli_map(p[0], {}, {}, out); }
Matrices phase_flip_kraus(Numbers p, int) { return pauli_kraus(0, 0, p[0]); }
void phase_flip_map(Duals p, int, Dual* out) { pauli_map({}, {}, p[0], out); }
Matrices any_pauli_kraus(Numbers p, int) { return pauli_kraus(p[0], p[1], p[2]); }
void any_pauli_map(Duals p, int, Dual* out) { pauli_map(p[0], p[1], p[2], out); }
std::string pauli_defect(Numbers p) {
  const double sum = p[0] + p[1] + p[2];
  return sum <= 1 + 1e-12 ? ""
                          : fmt::format("px + py + pz is {:.6g}, but probabilities add up to 1 at most", sum);
}

// ---- thermal relaxation: parameters t1, t2, time, excited_population
// ---------------------------------------------------------

Matrices thermal_kraus(Numbers p, int) {
  const double e1 = std::exp(-p[2] / p[0]), e2 = std::exp(-p[2] / p[1]), up = p[3];
  const double damping = 1 - e1, phase = std::clamp(1 - e2 * e2 / e1, 0.0, 1.0);
  const Matrix damped[] = {times(std::sqrt(1 - up), {1, 0, 0, std::sqrt(e1)}),
                           times(std::sqrt(1 - up), {0, std::sqrt(damping), 0, 0}),
                           times(std::sqrt(up), {std::sqrt(e1), 0, 0, 1}),
                           times(std::sqrt(up), {0, 0, std::sqrt(damping), 0})};
  Matrices all;
  for (const Matrix& first : damped)
    for (const Matrix& second : phase_kraus(std::span(&phase, 1), 1)) all.push_back(product(second, first));
  drop_zeros(all);
  return all;
}
void thermal_map(Duals p, int, Dual* out) {
  const Dual minus_time = Dual{} - p[2];
  const Dual e1 = exponential(minus_time / p[0]), e2 = exponential(minus_time / p[1]), gone = kOne - e1;
  one_wire(kOne - p[3] * gone, (kOne - p[3]) * gone, p[3] * gone, kOne - (kOne - p[3]) * gone, e2, out);
}
std::string thermal_defect(Numbers p) {
  if (p[0] <= 0 || p[1] <= 0) return "t1 and t2 must be above 0";
  // A table that was cut to exactly 2 t1 may be off by a rounding.
  if (p[1] <= 2 * p[0] * (1 + 1e-12)) return "";
  return fmt::format("t2 = {:.6g} s is above 2 t1 = {:.6g} s, which no qubit can have", p[1], 2 * p[0]);
}

// ---- measurements: parameters p1_given_0, p0_given_1
// --------------------------------------------------------------------------

Matrices reset_kraus(Numbers, int) { return {{1, 0, 0, 0}, {0, 1, 0, 0}}; }
void reset_map(Duals, int, Dual* out) { one_wire(kOne, kOne, {}, {}, {}, out); }
Matrices measure_kraus(Numbers, int) { return {{1, 0, 0, 0}, {0, 0, 0, 1}}; }
void measure_map(Duals, int, Dual* out) { one_wire(kOne, {}, {}, kOne, {}, out); }
Matrices feedforward_kraus(Numbers p, int) {
  Matrices all = {{std::sqrt(1 - p[0]), 0, 0, 0},
                  {0, 0, std::sqrt(p[0]), 0},
                  {0, 0, 0, std::sqrt(p[1])},
                  {0, std::sqrt(1 - p[1]), 0, 0}};
  drop_zeros(all);
  return all;
}
void feedforward_map(Duals p, int, Dual* out) { one_wire(kOne - p[0], kOne - p[1], p[0], p[1], {}, out); }

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr ChannelParameter kLambda[] = {{"lambda", "", 0, 1,
                                         "weight of the maximally mixed state; at 1 nothing else is left",
                                         false, "error_probability", lambda_from_error}};
constexpr ChannelParameter kGamma[] = {{"gamma", "", 0, 1, "probability that |1> decays to |0>"}};
constexpr ChannelParameter kPhaseLambda[] = {{"lambda", "", 0, 1, "coherences shrink by sqrt(1 - lambda)"}};
constexpr ChannelParameter kFlip[] = {{"probability", "", 0, 1, "of the flip"}};
constexpr ChannelParameter kThree[] = {{"px", "", 0, 1, "probability of X", true},
                                       {"py", "", 0, 1, "of Y", true},
                                       {"pz", "", 0, 1, "of Z", true}};
constexpr ChannelParameter kThermal[] = {
    {"t1", "s", 0, kInfinity, "relaxation time, above 0"},
    {"t2", "s", 0, kInfinity, "total coherence time, above 0 and at most 2 t1"},
    {"time", "s", 0, kInfinity, "how long it lasts"},
    {"excited_population", "", 0, 1, "of |1> in equilibrium", true}};
constexpr ChannelParameter kReadout[] = {{"p1_given_0", "", 0, 1, "probability to read 1 where 0 is", true},
                                         {"p0_given_1", "", 0, 1, "probability to read 0 where 1 is", true}};

const Channel kChannels[] = {
    {ChannelId::kDepolarizing, "depolarizing", "dep", 2, kLambda, 0, true, false,
     "rho -> (1 - lambda) rho + lambda (1/2^k (x) Tr_w rho), on k = 1 or 2 wires together.",
     "sqrt(1 - q) 1, sqrt(q/(4^k - 1)) P for all other Pauli strings P; q = lambda (1 - 4^-k)",
     "a comment: OpenQASM has no noise", depolarizing_kraus, depolarizing_map},
    {ChannelId::kAmplitudeDamping, "amplitude_damping", "amp", 1, kGamma, 0, false, false,
     "Decay to |0>: rho11 -> (1 - gamma) rho11, rho01 -> sqrt(1 - gamma) rho01.",
     "diag(1, sqrt(1 - gamma)), sqrt(gamma) |0><1|", "a comment: OpenQASM has no noise", amplitude_kraus,
     amplitude_map},
    {ChannelId::kPhaseDamping, "phase_damping", "phd", 1, kPhaseLambda, 0, false, false,
     "Coherences shrink: rho01 -> sqrt(1 - lambda) rho01.",
     "diag(1, sqrt(1 - lambda)), diag(0, sqrt(lambda))", "a comment: OpenQASM has no noise", phase_kraus,
     phase_map},
    {ChannelId::kBitFlip, "bit_flip", "bit", 1, kFlip, 0, true, false, "X with a probability.",
     "sqrt(1 - p) 1, sqrt(p) X", "a comment: OpenQASM has no noise", bit_flip_kraus, bit_flip_map},
    {ChannelId::kPhaseFlip, "phase_flip", "phf", 1, kFlip, 0, true, false, "Z with a probability.",
     "sqrt(1 - p) 1, sqrt(p) Z", "a comment: OpenQASM has no noise", phase_flip_kraus, phase_flip_map},
    {ChannelId::kPauli, "pauli", "pau", 1, kThree, 0, true, false, "X, Y or Z, with a probability each.",
     "sqrt(1 - px - py - pz) 1, sqrt(px) X, sqrt(py) Y, sqrt(pz) Z", "a comment: OpenQASM has no noise",
     any_pauli_kraus, any_pauli_map, pauli_defect},
    {ChannelId::kThermalRelaxation, "thermal_relaxation", "T1T2", 1, kThermal, 2, false, false,
     "Relaxation for a time: rho11 -> e1 rho11 + pe (1 - e1), rho01 -> exp(-time/t2) rho01, e1 = "
     "exp(-time/t1).",
     "generalised amplitude damping by 1 - e1 towards pe, then phase damping by 1 - exp(-2 time/t2)/e1",
     "a comment: OpenQASM has no noise", thermal_kraus, thermal_map, thermal_defect},
    {ChannelId::kReset,
     "reset",
     "|0>",
     1,
     {},
     -1,
     false,
     false,
     "Measured, forgotten and set to |0>.",
     "|0><0|, |0><1|",
     "reset q[i];",
     reset_kraus,
     reset_map},
    {ChannelId::kMeasure, "measure", "M", 1, kReadout, -1, false, true,
     "Measured: coherences vanish; the outcome may be misread.", "|0><0|, |1><1|", "c[k] = measure q[i];",
     measure_kraus, measure_map},
    {ChannelId::kFeedforward, "measure_feedforward_reset", "M->0", 1, kReadout, -1, false, true,
     "Measured, and flipped by X where 1 was read: |0>, unless it was misread.",
     "sqrt(P(r|b)) X^r |b><b| for bits b and readings r", "c[k] = measure q[i]; if (c[k]) { x q[i]; }",
     feedforward_kraus, feedforward_map},
};

}  // namespace

std::span<const Channel> channels() { return kChannels; }

const Channel& channel(ChannelId id) { return kChannels[static_cast<std::size_t>(id)]; }

const Channel& channel(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Channel& row : kChannels)
    if (row.name == lower) return row;
  std::vector<std::string> names;
  for (const Channel& row : kChannels) names.emplace_back(row.name);
  fail("unknown channel '{}'{}", shown(name), suggestion(name, names));
}

void check_parameters(const Channel& channel, std::span<const double> parameters) {
  require(parameters.size() == channel.parameters.size(), "{} takes {} parameters, not {}", channel.name,
          channel.parameters.size(), parameters.size());
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const ChannelParameter& row = channel.parameters[k];
    const bool inside = parameters[k] >= row.low && parameters[k] <= row.high && std::isfinite(parameters[k]);
    require(inside, "{} of {} must be {}, not {:.6g}", row.name, channel.name,
            row.high == 1 ? "in [0, 1]" : "a finite number of 0 or more", parameters[k]);
  }
  const std::string defect = channel.defect ? channel.defect(parameters) : "";
  require(defect.empty(), "{}: {}", channel.name, defect);
}

std::vector<double> channel_parameters(const Channel& channel, int wires, const DocumentValue& table,
                                       const std::vector<std::string>& others) {
  std::vector<std::string> known = others;
  std::vector<double> parameters;
  const auto number = [&](std::string_view key) -> const DocumentValue* {
    if (key.empty()) return nullptr;
    known.emplace_back(key);
    const DocumentValue* value = table.find(key);
    require(!value || value->kind == DocumentValue::Kind::kNumber, "'{}' of {} must be a number", key,
            channel.name);
    return value;
  };
  for (const ChannelParameter& row : channel.parameters) {
    const DocumentValue *own = number(row.name), *other = number(row.other);
    require(!own || !other || std::abs(own->number - row.from_other(other->number, wires)) < 1e-12,
            "{} is given by '{}' and by '{}', and they differ: leave one out", channel.name, row.name,
            row.other);
    require(own || other || row.optional, "{} has no '{}'{}", channel.name, row.name,
            row.other.empty() ? "" : fmt::format(" (or '{}')", row.other));
    parameters.push_back(own ? own->number : other ? row.from_other(other->number, wires) : 0.0);
  }
  for (const auto& [key, value] : table.table)
    require(std::ranges::find(known, key) != known.end(), "unknown key '{}' of {}{}", shown(key),
            channel.name, suggestion(key, known));
  check_parameters(channel, parameters);
  return parameters;
}

namespace {

std::vector<Dual> duals_of(std::span<const double> parameters, int k) {
  std::vector<Dual> duals;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    duals.push_back({parameters[i], static_cast<int>(i) == k ? 1.0 : 0.0});
  return duals;
}

std::vector<double> evaluated(const Channel& channel, std::span<const double> parameters, int wires, int k,
                              double Dual::*part) {
  const std::size_t entries = std::size_t{1} << (2 * wires);
  std::vector<Dual> out(entries * entries);
  channel.superoperator(duals_of(parameters, k), wires, out.data());
  std::vector<double> numbers;
  numbers.reserve(out.size());
  for (const Dual& entry : out) numbers.push_back(entry.*part);
  return numbers;
}

}  // namespace

std::vector<double> superoperator(const Channel& channel, std::span<const double> parameters, int wires) {
  return evaluated(channel, parameters, wires, -1, &Dual::value);
}

std::vector<double> superoperator_slope(const Channel& channel, std::span<const double> parameters, int wires,
                                        int k) {
  return evaluated(channel, parameters, wires, k, &Dual::slope);
}

std::string parameters_text(const Channel& channel, std::span<const double> parameters) {
  std::string text;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const ChannelParameter& row = channel.parameters[k];
    if (row.optional && parameters[k] == 0) continue;
    text += fmt::format("{}{}={:.6g}{}", text.empty() ? "" : " ", row.name, parameters[k], row.unit);
  }
  return text;
}

}  // namespace ebit::inline sim
