#include "ebit/data/generator.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/number.h"
#include "ebit/data/signals.h"
#include "ebit/data/systems.h"

namespace ebit::inline data {
namespace {

constexpr double kMany = 1e7;   // rows: more is a slip, and takes gigabytes
constexpr double kHuge = 1e12;  // for parameters without a bound of their own

constexpr GeneratorParameter points(std::string_view value) {
  return {"points", value, "rows of the series", 2, kMany, true};
}
constexpr GeneratorParameter drop(std::string_view value) {
  return {"drop", value, "rows left out at the start", 0, kMany, true};
}
constexpr GeneratorParameter any(std::string_view name, std::string_view value, std::string_view help) {
  return {name, value, help, -kHuge, kHuge};
}
constexpr GeneratorParameter positive(std::string_view name, std::string_view value, std::string_view help) {
  return {name, value, help, 1e-12, kHuge};
}

constexpr std::array kSine{
    points("100"),
    GeneratorParameter{"periods", "4", "periods over the whole series: x runs from 0 to 2 pi periods", 0,
                       kHuge},
    any("amplitude", "1", "of the sine"),
    GeneratorParameter{"noise", "gaussian", "what is added to every point", 0, 0, false,
                       "none|uniform|gaussian|gaussian-twice"},
    GeneratorParameter{"level", "0.1", "half width of the uniform noise, standard deviation of the Gaussian",
                       0, kHuge},
};
constexpr std::array kPendulum{
    points("240"),
    any("damping", "0.15", "b, per second"),
    any("gravity", "9.81", "g / length, per second squared"),
    any("angle", "0", "at the start, in radians"),
    any("velocity", "3", "at the start, in radians per second"),
    positive("duration", "20", "seconds from the first row to the last"),
};
constexpr std::array kHenon{
    points("1000"),
    drop("0"),
    any("a", "1.4", "a"),
    any("b", "0.3", "b"),
    any("x0", "0", "x of the first row"),
    any("y0", "0", "y of the first row"),
};
constexpr std::array kMackeyGlass{
    points("1000"),
    drop("0"),
    GeneratorParameter{"tau", "17", "delay", 0, 1e6},
    any("a", "0.2", "a"),
    any("b", "0.1", "b"),
    any("n", "10", "exponent"),
    any("x0", "1.2", "x of the first row, and the middle of what came before it"),
    positive("h", "1", "time between rows, and step of the integrator"),
    GeneratorParameter{"history", "0.2", "width of the uniform noise on what came before the first row", 0,
                       kHuge},
    GeneratorParameter{"random", "ebit",
                       "whose random numbers that noise is: numpy's of default_rng(seed) make reservoirpy's "
                       "series, whose own seed is 5555",
                       0, 0, false, "ebit|numpy"},
};
constexpr std::array kLorenz{
    points("1000"),
    drop("500"),
    any("rho", "28", "rho"),
    any("sigma", "10", "sigma"),
    any("beta", "2.6666666666666665", "beta"),
    any("x0", "1", "x at the start"),
    any("y0", "1", "y at the start"),
    any("z0", "1", "z at the start"),
    positive("h", "0.03", "time between rows (times n / (n - 1) for n rows in all)"),
    GeneratorParameter{"total", "0",
                       "n, rows in all, of which those behind points are left out; 0: drop + points", 0,
                       kMany, true},
    GeneratorParameter{"integrator", "rk4",
                       "rk4: with 30 steps a row; scipy: its adaptive RK45 with default tolerances", 0, 0,
                       false, "rk4|scipy"},
};

constexpr std::array kBessel{
    points("256"),
    GeneratorParameter{"order", "2", "order of the Bessel function of the first kind", 0, 1000},
    GeneratorParameter{"begin", "2", "x of the first row", 0, kHuge},
    GeneratorParameter{"end", "100", "x of the last row", 0, kHuge},
};
constexpr std::array kDelayedControl{
    points("2200"),
    any("begin", "-2", "time of the first row"),
    positive("h", "0.01", "time between rows"),
    GeneratorParameter{"pulses", "11", "how many", 1, 1e6, true},
    positive("delay", "2", "time from pulse to pulse"),
    positive("sharpness", "10", "s in exp(-s (t - n delay)^2)"),
    positive("decay", "16", "d in exp(-t / d)"),
};
constexpr std::array kTwoQubitSz{
    points("1000"),
    GeneratorParameter{"j", "1", "coupling J", 0, 1e6},
    positive("duration", "100", "time from the first row to the last"),
};
constexpr std::array kInversion{
    points("1000"),
    positive("omega", "1", "angular frequency"),
    positive("duration", "100", "time from the first row to the last"),
};
constexpr std::array kCollapseRevival{
    points("2500"),
    positive("mean", "40", "mean number of photons of the coherent state"),
    positive("g", "1", "coupling"),
    GeneratorParameter{"terms", "100", "largest number of photons in the sum", 1, 1e6, true},
    positive("duration", "200", "time from the first row to the last"),
};
constexpr GeneratorParameter narma_drive() {
  return {"drive", "sines",        "what u is: three sines multiplied, or uniform numbers", 0, 0,
          false,   "sines|uniform"};
}
constexpr GeneratorParameter narma_period() {
  return positive("period", "300", "T of the sines, whose periods are T / 2.11, T / 3.73, T / 4.11");
}
constexpr GeneratorParameter narma_high() { return {"high", "0.5", "uniform u lies in [0, this)", 0, 1}; }
constexpr GeneratorParameter narma_order(std::string_view value) {
  return {"order", value, "n", 1, 1000, true};
}
constexpr GeneratorParameter narma_start() { return any("y0", "0.196", "y of the first row"); }
constexpr std::array kNarma2{points("300"), narma_drive(), narma_period(), narma_high(), narma_start()};
constexpr std::array kNarma5{points("300"),  narma_order("5"), narma_drive(),
                             narma_period(), narma_high(),     narma_start()};
constexpr std::array kNarma10{points("300"),  narma_order("10"), narma_drive(),
                              narma_period(), narma_high(),      narma_start()};
constexpr std::array kLogistic{
    points("1000"),
    drop("0"),
    GeneratorParameter{"r", "4", "r", 0, 4},
    GeneratorParameter{"x0", "0.3", "x of the first row", 0, 1},
};
constexpr std::array kMultiSine{
    points("500"),
    GeneratorParameter{"sines", "2", "how many of 0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97", 1, 8,
                       true},
    positive("step", "1", "time between rows"),
};

constexpr const char* kNarmaSource =
    "Atiya and Parlos 2000; u, y0 and the zeros before the first row as in Gated-QKAN-FWP "
    "(arXiv:2605.06734), after Chen: there u is the feature and y the target (--features u), unscaled";

constexpr std::array<GeneratorRow, 16> kGenerators{{
    {"noisy-sine", "sin(x) with noise, 4 periods",
     "Daskin 2025 (arXiv:2505.06774v2): the text adds uniform noise in [-0.1, 0.1] ('uniform'), run_tests.py "
     "Gaussian "
     "noise of sigma 0.1 ('gaussian'), the module files the same twice ('gaussian-twice'); numbers differ "
     "from numpy's",
     kSine, make_noisy_sine},
    {"damped-pendulum", "angular velocity and angle of theta'' = -b theta' - g sin(theta)",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783) as in the released code: theta' on [0, 20] from (0, 3)",
     kPendulum, make_damped_pendulum},
    {"henon", "x' = 1 - a x^2 + y, y' = b x",
     "Henon 1976; defaults of reservoirpy's henon_map, as in Fellner et al. 2025 (arXiv:2504.12416)", kHenon,
     make_henon},
    {"mackey-glass", "dx/dt = a x(t - tau) / (1 + x(t - tau)^n) - b x",
     "Mackey and Glass 1977; defaults and discretisation (RK4, delayed value held over a step) of "
     "reservoirpy's "
     "mackey_glass, as in Fellner et al. 2025; with random=numpy and seed 5555 the series of that paper",
     kMackeyGlass, make_mackey_glass},
    {"lorenz", "dx/dt = sigma (y - x), dy/dt = x (rho - z) - y, dz/dt = x y - beta z",
     "Lorenz 1963; defaults of reservoirpy's lorenz and the 500 rows dropped in Fellner et al. 2025; with "
     "integrator=scipy and total=10000 the series of that paper, but for rounding, which chaos makes visible "
     "in "
     "its last rows",
     kLorenz, make_lorenz},
    {"damped-shm", "damped-pendulum by the name that it has in papers on quantum LSTMs",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783)", kPendulum, make_damped_pendulum},
    {"bessel-j2", "Bessel function of the first kind of order 2",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783) as in FederatedQLSTM, whose federated runs have 3000 points",
     kBessel, make_bessel},
    {"delayed-quantum-control", "sum over pulses of exp(-s (t - n delay)^2), times exp(-t / d)",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783) as in FederatedQLSTM", kDelayedControl, make_delayed_control},
    {"sz1",
     "spin of one of two coupled qubits: (1 - 16 J^2 + e^(-t/2) (32 J^2 - 2 q sinh(q t / 2) - 2 cosh(q "
     "t / 2))) / (16 J^2 - 1), q^2 = 1 - 16 J^2",
     "FederatedQLSTM (J = 1, t to 100); how many rows is not said there", kTwoQubitSz, make_two_qubit_sz},
    {"population-inversion", "cos(omega t), of an atom in a classical field",
     "Chen, Yoo, Fang 2020 (arXiv:2009.01783); rows and time are chosen here", kInversion, make_inversion},
    {"collapse-revival", "population inversion sum_n P_n cos(2 g t sqrt(n + 1)), P_n Poisson",
     "Jaynes and Cummings 1963; Eq. 15 of Chen, Yoo, Fang 2020 (arXiv:2009.01783)", kCollapseRevival,
     make_collapse_revival},
    {"narma-2", "y' = 0.4 y + 0.4 y y[t-1] + 0.6 u^3 + 0.1, driven by u", kNarmaSource, kNarma2,
     make_narma_2},
    {"narma-5", "y' = 0.3 y + 0.05 y sum of the last n y + 1.5 u[t-n+1] u + 0.1, driven by u", kNarmaSource,
     kNarma5, make_narma},
    {"narma-10", "the same with n = 10", kNarmaSource, kNarma10, make_narma},
    {"logistic", "x' = r x (1 - x)", "May 1976", kLogistic, make_logistic},
    {"multi-sine", "sum of sines of incommensurate frequencies",
     "multiple superimposed oscillators: Jaeger and Haas 2004; Wierstra, Gomez, Schmidhuber 2005", kMultiSine,
     make_multi_sine},
}};

std::vector<std::string> split_choices(std::string_view choices) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin <= choices.size();) {
    const std::size_t end = std::min(choices.find('|', begin), choices.size());
    all.emplace_back(choices.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

void check_value(const GeneratorRow& row, const GeneratorParameter& parameter, const std::string& value) {
  if (!parameter.choices.empty()) {
    const auto choices = split_choices(parameter.choices);
    if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
      fail("generator '{}': unknown {} '{}'{}", row.name, parameter.name, shown(value),
           suggestion(value, choices));
    }
    return;
  }
  const auto number = parse_number(value);
  require(number.has_value(), "generator '{}': {} is '{}', which is not a number", row.name, parameter.name,
          value);
  require(*number >= parameter.least && *number <= parameter.most,
          "generator '{}': {} is {}; it must lie between {} and {}", row.name, parameter.name, value,
          parameter.least, parameter.most);
  require(!parameter.whole || *number == std::floor(*number),
          "generator '{}': {} is {}; it must be a whole number", row.name, parameter.name, value);
}

}  // namespace

double GeneratorValues::number(const std::string& name) const {
  return parse_number(values_.at(name)).value();
}

std::size_t GeneratorValues::count(const std::string& name) const {
  return static_cast<std::size_t>(number(name));
}

std::span<const GeneratorRow> generator_table() { return kGenerators; }

const GeneratorRow& generator_row(std::string_view name) {
  return find_row(kGenerators, "unknown generator", name);
}

GeneratorValues generator_values(const GeneratorRow& row, const GeneratorOptions& given) {
  const auto names = names_of(row.parameters);
  for (const auto& [name, value] : given) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      fail("generator '{}' has no parameter '{}'{}", row.name, shown(name), suggestion(name, names));
    }
  }
  GeneratorOptions values;
  for (const auto& parameter : row.parameters) {
    const auto found = given.find(std::string(parameter.name));
    const std::string value = found == given.end() ? std::string(parameter.value) : found->second;
    check_value(row, parameter, value);
    values[std::string(parameter.name)] = value;
  }
  return GeneratorValues(std::move(values));
}

Series generate_series(std::string_view name, const GeneratorOptions& given, std::uint64_t seed) {
  const GeneratorRow& row = generator_row(name);
  Series series = row.make(generator_values(row, given), seed);
  series.source = row.name;
  for (std::size_t i = 0; i < series.rows(); ++i) {
    series.times.push_back(std::to_string(i));
    for (std::size_t c = 0; c < series.columns(); ++c) {
      require(std::isfinite(series.at(i, c)),
              "generator '{}': {} grows beyond bounds at row {}; take other parameters", name,
              series.names[c], i);
    }
  }
  return series;
}

}  // namespace ebit::inline data
