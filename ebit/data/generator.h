// Series that are computed: the test problems of the literature.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "ebit/data/series.h"

namespace ebit::inline data {

/// A parameter of a generator.
struct GeneratorParameter {
  std::string_view name;          ///< as in `--set name=value`
  std::string_view value;         ///< the default, as written in options
  std::string_view help;          ///< meaning and unit
  double least = 0.0;             ///< smallest and
  double most = 0.0;              ///< greatest value allowed (numbers)
  bool whole = false;             ///< a whole number
  std::string_view choices = {};  ///< for a text: the values allowed, separated by '|'; empty: a number
};

/// Parameters by name, as text. `ebit train --generator NAME --set key=value` fills it.
using GeneratorOptions = std::map<std::string, std::string>;

/// The parameters of one series, all there and within their bounds.
class GeneratorValues {
 public:
  explicit GeneratorValues(GeneratorOptions values) : values_(std::move(values)) {}  ///< already checked
  double number(const std::string& name) const;      ///< value of a parameter that is a number
  std::size_t count(const std::string& name) const;  ///< value of a parameter that is a whole number
  const std::string& text(const std::string& name) const { return values_.at(name); }  ///< as written
  const GeneratorOptions& all() const { return values_; }  ///< every parameter, as written

 private:
  GeneratorOptions values_;
};

/// A row of the table of generators. The first column of the series is the usual target.
struct GeneratorRow {
  std::string_view name;                           ///< as in `--generator NAME`
  std::string_view help;                           ///< one line: what it computes
  std::string_view source;                         ///< who used it, and what differs here
  std::span<const GeneratorParameter> parameters;  ///< what can be set, with defaults and bounds
  Series (*make)(const GeneratorValues& values, std::uint64_t seed);  ///< the series without times and source
};

/// noisy-sine, damped-pendulum, henon, mackey-glass, lorenz, and those of signals.h.
std::span<const GeneratorRow> generator_table();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const GeneratorRow& generator_row(std::string_view name);

/// `given` completed by the defaults of the row. Throws Error for an unknown parameter (nearest suggested),
/// and a value that is no number, out of bounds, or none of the choices.
GeneratorValues generator_values(const GeneratorRow& row, const GeneratorOptions& given);

/// The series of a generator. The same parameters and seed make the same series. Throws Error as
/// generator_values(), and where the numbers grow beyond bounds (a diverging map), naming the row.
Series generate_series(std::string_view name, const GeneratorOptions& given = {}, std::uint64_t seed = 0);

}  // namespace ebit::inline data
