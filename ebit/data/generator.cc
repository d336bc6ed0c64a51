#include "ebit/data/generator.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/data/number.h"
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
    positive("h", "0.03", "time between rows (times n / (n - 1) for n rows with those left out)"),
};

constexpr std::array<GeneratorRow, 5> kGenerators{{
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
     "mackey_glass, as in Fellner et al. 2025; the noise on the history differs from numpy's",
     kMackeyGlass, make_mackey_glass},
    {"lorenz", "dx/dt = sigma (y - x), dy/dt = x (rho - z) - y, dz/dt = x y - beta z",
     "Lorenz 1963; defaults of reservoirpy's lorenz and the 500 rows dropped in Fellner et al. 2025; "
     "integrated by RK4 "
     "with 30 steps a row where reservoirpy uses an adaptive method: chaos makes the two part after a while",
     kLorenz, make_lorenz},
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
      fail("generator '{}': unknown {} '{}'{}", row.name, parameter.name, value, suggestion(value, choices));
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
      fail("generator '{}' has no parameter '{}'{}", row.name, name, suggestion(name, names));
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
