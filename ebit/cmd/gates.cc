// ebit gates: the tables of gates and channels, or one gate with its matrices, one channel with its Kraus
// operators.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"
#include "ebit/sim/channel.h"
#include "ebit/sim/gate.h"

namespace ebit::cmd {
namespace {

struct GatesFlags {
  std::string name;
  std::vector<double> angles, parameters;
  bool json = false;
};

int run(const GatesFlags& options);

std::vector<std::string> known_names() {
  std::vector<std::string> names = names_of(gates());
  for (const Channel& row : channels()) names.emplace_back(row.name);
  return names;
}

}  // namespace

Action setup_gates(Parser& parser) {
  auto options = std::make_shared<GatesFlags>();
  parser
      .add_option(
          "NAME", options->name,
          "A gate to show with its matrix, generators and inverse, or a channel with its Kraus operators")
      .offers(known_names());
  parser.add_option("--angles", options->angles,
                    "Angles for the matrices of NAME, in radians (default: pi/2 each)");
  parser.add_option(
      "--parameters", options->parameters,
      "Parameters for the Kraus operators of the channel NAME, in their order (default: 0.1 each; "
      "of times 1e-4, 1e-4 and 1e-5 s)");
  parser.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

namespace {

using Json = nlohmann::ordered_json;

// Angles are called a, b, c in formulas.
std::string inverse_text(const Gate& row) {
  if (!row.matrix) return "the conjugate transpose";
  std::string text(gate(row.inverse.gate).name);
  for (std::size_t k = 0; k < static_cast<std::size_t>(row.angles); ++k)
    text += fmt::format("{}{}{}", k == 0 ? "(" : ", ", row.inverse.sign[k] < 0 ? "-" : "",
                        static_cast<char>('a' + row.inverse.from[k]));
  return row.angles > 0 ? text + ")" : text;
}

std::string shift_rule(const Gate& row) {
  return row.angles == 0 ? "" : fmt::format("{} terms", 2 * row.expectation_frequencies.size());
}

Json facts(const Gate& row) {
  return {{"name", row.name},
          {"wires", row.wires},
          {"controls", row.controls},
          {"angles", row.angles},
          {"qasm", row.qasm.empty() ? Json() : Json(row.qasm)},
          {"shift_frequencies", row.angles == 0 ? std::vector<double>()
                                                : std::vector<double>(row.expectation_frequencies.begin(),
                                                                      row.expectation_frequencies.end())},
          {"generator", row.generator_text.empty() ? Json() : Json(row.generator_text)},
          {"inverse", inverse_text(row)},
          {"help", row.help}};
}

/// A square matrix with a heading.
struct Shown {
  std::string key, title;
  std::vector<Complex> entries;
};

// The matrices that belong to a gate at given angles. Generators are those of the target matrix.
std::vector<Shown> matrices(const Gate& row, const std::vector<double>& angles) {
  std::vector<Shown> all;
  if (!row.matrix) return all;
  all.push_back({"matrix", "matrix", gate_matrix(row, angles)});
  for (int k = 0; k < row.angles; ++k) {
    std::vector<Complex> generator(static_cast<std::size_t>(row.dimension() * row.dimension()));
    row.generator(angles.data(), k, generator.data());
    const char letter = static_cast<char>('a' + k);
    all.push_back({fmt::format("generator_{}", letter),
                   fmt::format("generator of {}: dU/d{} = -i G U{}", letter, letter,
                               row.controls > 0 ? ", of the target wire where the control is 1" : ""),
                   std::move(generator)});
  }
  return all;
}

std::size_t rows_of(const std::vector<Complex>& matrix) {
  std::size_t n = 1;
  while (n * n < matrix.size()) ++n;
  return n;
}

std::string matrix_number(double value) {
  const std::string text = fmt::format("{:.4g}", std::abs(value) < 1e-15 ? 0.0 : value);
  return text;
}

std::string entry_text(Complex z) {
  const std::string re = matrix_number(z.real()), im = matrix_number(std::abs(z.imag()));
  if (im == "0") return re;
  const std::string imaginary = im == "1" ? "i" : im + "i";
  const bool minus = z.imag() < 0;
  if (re == "0") return (minus ? "-" : "") + imaginary;
  return fmt::format("{} {} {}", re, minus ? "-" : "+", imaginary);
}

std::string matrix_text(const std::vector<Complex>& matrix) {
  std::vector<std::string> entries;
  std::size_t width = 0;
  for (const Complex z : matrix) {
    entries.push_back(entry_text(z));
    width = std::max(width, entries.back().size());
  }
  std::string text;
  const std::size_t n = rows_of(matrix);
  for (std::size_t i = 0; i < entries.size(); ++i)
    text += fmt::format("  {:>{}}{}", entries[i], width, i % n == n - 1 ? "\n" : "");
  return text;
}

Json matrix_json(const std::vector<Complex>& matrix) {
  const std::size_t n = rows_of(matrix);
  Json re = Json::array(), im = Json::array();
  for (std::size_t i = 0; i < n; ++i) {
    re.push_back(Json::array()), im.push_back(Json::array());
    for (std::size_t j = 0; j < n; ++j) {
      re.back().push_back(matrix[i * n + j].real());
      im.back().push_back(matrix[i * n + j].imag());
    }
  }
  return {{"re", re}, {"im", im}};
}

// ---- channels
// ------------------------------------------------------------------------------------------------------------

std::string range_text(const ChannelParameter& row) {
  return row.high == 1 ? "0 to 1" : fmt::format("{} {}", "0 or more", row.unit);
}

Json facts(const Channel& row) {
  Json parameters = Json::array();
  for (const ChannelParameter& one : row.parameters)
    parameters.push_back({{"name", one.name},
                          {"unit", one.unit.empty() ? Json() : Json(one.unit)},
                          {"range", range_text(one)},
                          {"optional", one.optional},
                          {"other_name", one.other.empty() ? Json() : Json(one.other)},
                          {"help", one.help}});
  return {{"name", row.name},
          {"channel", true},
          {"most_wires", row.most_wires},
          {"parameters", parameters},
          {"strength",
           row.strength < 0 ? Json() : Json(row.parameters[static_cast<std::size_t>(row.strength)].name)},
          {"kraus", row.kraus_text},
          {"drawing", row.label},
          {"qasm", row.qasm},
          {"help", row.help}};
}

const Channel* channel_called(const std::string& name) {
  for (const Channel& row : channels())
    if (row.name == name) return &row;
  return nullptr;
}

std::vector<double> example_parameters(const Channel& row) {
  if (row.id == ChannelId::kThermalRelaxation) return {1e-4, 1e-4, 1e-5, 0};
  return std::vector<double>(row.parameters.size(), 0.1);
}

int show_channel(const Channel& row, const GatesFlags& options) {
  require(options.angles.empty(), "gates: {} is a channel and takes --parameters, not --angles", row.name);
  const auto parameters = options.parameters.empty() ? example_parameters(row) : options.parameters;
  check_parameters(row, parameters);
  const auto kraus = row.kraus(parameters, 1);
  const auto map_of = [](const std::vector<double>& numbers) {
    return std::vector<Complex>(numbers.begin(), numbers.end());
  };
  const auto map = map_of(superoperator(row, parameters, 1));
  if (options.json) {
    Json all = facts(row);
    all["at_parameters"] = parameters;
    for (const auto& one : kraus) all["kraus_operators"].push_back(matrix_json(one));
    all["superoperator"] = matrix_json(map);
    if (row.strength >= 0)
      all["superoperator_slope"] = matrix_json(map_of(superoperator_slope(row, parameters, 1, row.strength)));
    print_json(all);
    return kOk;
  }
  std::string text = fmt::format("{}  {}\n\n", row.name, row.help);
  text += fmt::format("wires       {}\n", row.most_wires == 1 ? "1" : "1, or 2 together");
  for (const ChannelParameter& one : row.parameters)
    text += fmt::format("parameter   {}: {} ({}{}{})\n", one.name, one.help, range_text(one),
                        one.optional ? ", 0 where it is not given" : "",
                        one.other.empty() ? "" : fmt::format("; or as {}", one.other));
  text += fmt::format("Kraus       {}\nOpenQASM    {}\n", row.kraus_text, row.qasm);
  const std::string at = parameters.empty() ? "" : ", at " + parameters_text(row, parameters);
  for (std::size_t k = 0; k < kraus.size(); ++k)
    text += fmt::format("\nKraus operator {} of one wire{}:\n{}", k, at, matrix_text(kraus[k]));
  text += fmt::format("\nmap of (rho00, rho01, rho10, rho11){}:\n{}", at, matrix_text(map));
  if (row.strength >= 0)
    text += fmt::format("\nits derivative in {}{}:\n{}",
                        row.parameters[static_cast<std::size_t>(row.strength)].name, at,
                        matrix_text(map_of(superoperator_slope(row, parameters, 1, row.strength))));
  print(text);
  return kOk;
}

std::string channel_table() {
  TextTable table;
  table.columns = {
      {"channel", false}, {"wires", false}, {"parameters", false}, {"OpenQASM", false}, {"meaning", false}};
  for (const Channel& row : channels()) {
    std::string parameters;
    for (const ChannelParameter& one : row.parameters)
      parameters += fmt::format("{}{}{}", parameters.empty() ? "" : ", ", one.name,
                                one.unit.empty() ? "" : fmt::format(" ({})", one.unit));
    table.rows.push_back({std::string(row.name), row.most_wires == 1 ? "1" : "1 or 2", parameters,
                          row.qasm.starts_with("a comment") ? "" : std::string(row.qasm),
                          std::string(row.help)});
  }
  table.notes = {"Channels run with noise alone (--noise); OpenQASM has those that measure or reset.",
                 "'ebit gates NAME' shows a channel's Kraus operators and its derivative."};
  return table_text(table);
}

int show_all(bool json) {
  if (json) {
    Json all = Json::array();
    for (const Gate& row : gates()) all.push_back(facts(row));
    for (const Channel& row : channels()) all.push_back(facts(row));
    print_json(all);
    return kOk;
  }
  TextTable table;
  table.columns = {{"gate", false},       {"wires"},           {"angles"},
                   {"shift rule", false}, {"OpenQASM", false}, {"meaning", false}};
  for (const Gate& row : gates())
    table.rows.push_back({std::string(row.name), fmt::to_string(row.wires), fmt::to_string(row.angles),
                          shift_rule(row), std::string(row.qasm), std::string(row.help)});
  table.notes = {"shift rule: shifted runs that give the derivative of an expectation value in one angle.",
                 "'ebit gates NAME' shows a gate's matrix, generators and inverse."};
  print(table_text(table) + "\n" + channel_table());
  return kOk;
}

int run(const GatesFlags& options) {
  if (options.name.empty()) {
    require(options.angles.empty(), "gates: --angles needs the NAME of a gate");
    require(options.parameters.empty(), "gates: --parameters needs the NAME of a channel");
    return show_all(options.json);
  }
  if (const Channel* row = channel_called(options.name)) return show_channel(*row, options);
  require(options.parameters.empty(), "gates: {} is a gate and takes --angles, not --parameters",
          options.name);
  const Gate& row = gate(options.name);
  std::vector<double> angles = options.angles;
  if (angles.empty()) angles.assign(static_cast<std::size_t>(row.angles), std::numbers::pi / 2);
  require(static_cast<int>(angles.size()) == row.angles, "gates: {} takes {} angles, not {}", row.name,
          row.angles, angles.size());
  for (double angle : angles) require(std::isfinite(angle), "gates: an angle must be finite, not {}", angle);
  if (options.json) {
    Json all = facts(row);
    all["at_angles"] = angles;
    for (const Shown& shown : matrices(row, angles)) all[shown.key] = matrix_json(shown.entries);
    print_json(all);
    return kOk;
  }
  std::string text = fmt::format("{}  {}\n\n", row.name, row.help);
  text += fmt::format("wires       {}{}\n", row.wires,
                      row.controls > 0 ? fmt::format(", the first {} of them controls", row.controls) : "");
  text += fmt::format("angles      {}\n", row.angles);
  if (row.angles > 0) text += fmt::format("generators  {}\n", row.generator_text);
  if (row.angles > 0) text += fmt::format("shift rule  {}\n", shift_rule(row));
  text += fmt::format("inverse     {}\n", inverse_text(row));
  text += fmt::format("OpenQASM    {}\n", row.qasm.empty() ? "not in stdgates.inc" : row.qasm);
  for (const Shown& shown : matrices(row, angles)) {
    text += fmt::format("\n{}", shown.title);
    for (std::size_t k = 0; k < angles.size(); ++k)
      text += fmt::format("{} {} = {:.4g}", k == 0 ? ", at" : ",", static_cast<char>('a' + k), angles[k]);
    text += ":\n" + matrix_text(shown.entries);
  }
  print(text);
  return kOk;
}

}  // namespace
}  // namespace ebit::cmd
