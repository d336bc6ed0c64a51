// The coefficients of a gated cell's circuits, and the file that they are written to.
#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

#include "ebit/analysis/surrogate/bloch.h"
#include "ebit/analysis/surrogate/surrogate.h"
#include "ebit/base/error.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::analysis {
namespace {

// Below it a coefficient is rounding: entries of unitaries are sums of products of numbers up to 1.
constexpr double kZero = 1e-15;

const Segment* find(std::span<const Segment> segments, const std::string& name) {
  const auto found = std::ranges::find(segments, name, &Segment::name);
  return found == segments.end() ? nullptr : &*found;
}

std::vector<double> copied(const Segment& segment, std::span<const double> parameters) {
  const auto own = parameters.subspan(segment.offset, segment.size);
  return {own.begin(), own.end()};
}

// The map that all gates share, or the gate's own, or none.
SurrogateMap map_of(std::span<const Segment> segments, std::span<const double> parameters,
                    const std::string& which, const std::string& gate) {
  for (const std::string& prefix : {which, which + "." + gate})
    if (const Segment* weight = find(segments, prefix + ".weight"))
      return {static_cast<std::size_t>(weight->shape[0]), static_cast<std::size_t>(weight->shape[1]),
              copied(*weight, parameters), copied(*find(segments, prefix + ".bias"), parameters)};
  return {};
}

// Tr(P M) / 2^n of a Pauli string P with these masks: P|j> = i^#Y (-1)^(j & z) |j ^ x>.
double coefficient(const Eigen::MatrixXcd& m, std::size_t x, std::size_t z) {
  std::complex<double> sum = 0;
  for (std::size_t j = 0; j < static_cast<std::size_t>(m.rows()); ++j) {
    const auto row = static_cast<Eigen::Index>(j), column = static_cast<Eigen::Index>(j ^ x);
    sum += std::popcount(j & z) % 2 ? -m(row, column) : m(row, column);
  }
  constexpr std::complex<double> kPhases[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  return (kPhases[std::popcount(x & z) % 4] * sum).real() / static_cast<double>(m.rows());
}

// Every string of letters that the encoder's features allow on n wires.
std::vector<std::vector<int>> strings(const std::vector<int>& letters, int wires) {
  std::vector<std::vector<int>> all = {{}};
  for (int q = 0; q < wires; ++q) {
    std::vector<std::vector<int>> longer;
    for (const auto& string : all)
      for (int letter : letters) {
        longer.push_back(string);
        longer.back().push_back(letter);
      }
    all = std::move(longer);
  }
  return all;
}

void add_terms(SurrogateGate& gate, const Eigen::MatrixXcd& u, const std::vector<std::vector<int>>& allowed,
               Surrogate& surrogate) {
  const int wires = surrogate.options.qubits;
  std::vector<Eigen::MatrixXcd> observables;
  for (std::size_t k = 0; k < gate.measured; ++k) {
    std::string letters(static_cast<std::size_t>(wires), 'I');
    letters[k] = 'Z';
    observables.push_back(u.adjoint() * oracle::pauli_matrix(letters) * u);
  }
  std::vector<std::vector<double>> columns;
  for (const std::vector<int>& string : allowed) {
    std::size_t x = 0, z = 0;
    for (int letter : string) {
      x = 2 * x + (letter == 1 || letter == 2);
      z = 2 * z + (letter == 2 || letter == 3);
    }
    std::vector<double> column;
    for (const Eigen::MatrixXcd& observable : observables) {
      const double c = coefficient(observable, x, z);
      column.push_back(std::abs(c) > kZero ? c : 0.0);
    }
    surrogate.possible += column.size();
    const auto zeros = static_cast<std::size_t>(std::ranges::count(column, 0.0));
    surrogate.nonzero += column.size() - zeros;
    if (zeros == column.size()) continue;
    gate.terms.push_back(string), columns.push_back(std::move(column));
  }
  for (std::size_t k = 0; k < gate.measured; ++k)
    for (const auto& column : columns) gate.coefficients.push_back(column[k]);
}

fit::Tensor tensor(std::initializer_list<std::size_t> shape, const std::vector<double>& numbers) {
  return fit::make_tensor(std::vector<std::int64_t>(shape.begin(), shape.end()), numbers.data());
}

}  // namespace

std::string surrogate_obstacle(const GatedOptions& options) {
  if (options.noisy.active())
    return "its circuits run with noise or by shots, and a surrogate is of exact ones";
  if (options.mixture != "none") return "its gates are mixtures of circuits";
  if (!encoder_of(options).gives_products())
    return fmt::format("the encoder {} does not leave each wire in a state of its own", options.encoder);
  if (options.layers == 0)
    return "its circuits have no layers: they are functions of a wire's number already";
  if (options.qubits > kMostSurrogateWires)
    return fmt::format(
        "its circuits have {} qubits, and coefficients are extracted of at most {}: there would "
        "be up to 4^{} of them a readout",
        options.qubits, kMostSurrogateWires, options.qubits);
  return "";
}

Surrogate extract_surrogate(const GatedOptions& options, std::span<const double> parameters) {
  const std::string obstacle = surrogate_obstacle(options);
  require(obstacle.empty(), "this cell has no surrogate: {}", obstacle);
  const GatedCell<double> cell(options);
  require(parameters.size() == cell.parameters(), "the cell has {} parameters, not {}", cell.parameters(),
          parameters.size());
  Surrogate surrogate{options, sizes_of(options), {}, 0, 0};
  const Circuit ansatz = build_ansatz(ansatz_of(options), options.qubits, options.layers);
  const auto allowed = strings(present_letters(find_gate_encoder(options.encoder)), options.qubits);
  const std::string prefix = "circuits.", suffix = ".angles";
  for (const Segment& segment : cell.segments()) {
    if (!segment.name.starts_with(prefix) || !segment.name.ends_with(suffix)) continue;
    SurrogateGate gate;
    gate.name = segment.name.substr(prefix.size(), segment.name.size() - prefix.size() - suffix.size());
    gate.before = map_of(cell.segments(), parameters, "linear_in", gate.name);
    gate.behind = map_of(cell.segments(), parameters, "linear_out", gate.name);
    gate.shares_before = !surrogate.gates.empty() && options.linear_in != "per-gate";
    if (const Segment* own = find(cell.segments(), "peepholes." + gate.name))
      gate.peephole = copied(*own, parameters);
    gate.measured = static_cast<std::size_t>(gate.name == "hidden"       ? surrogate.sizes.hidden
                                             : gate.name == "prediction" ? options.qubits
                                                                         : surrogate.sizes.measured);
    const std::vector<double> angles = copied(segment, parameters);
    add_terms(gate, oracle::circuit_matrix(ansatz, angles), allowed, surrogate);
    surrogate.gates.push_back(std::move(gate));
  }
  return surrogate;
}

fit::TensorFile surrogate_file(const Surrogate& surrogate) {
  fit::TensorFile file;
  const GatedOptions& o = surrogate.options;
  file.metadata = {{"format", "ebit surrogate 1"},
                   {"architecture", o.architecture},
                   {"coupled", o.coupled ? "true" : "false"},
                   {"order", o.order},
                   {"update", o.update},
                   {"encoder", o.encoder},
                   {"hidden", fmt::to_string(surrogate.sizes.hidden)}};
  for (const SurrogateGate& gate : surrogate.gates) {
    const auto wires = static_cast<std::size_t>(o.qubits);
    std::vector<double> letters;
    for (const auto& term : gate.terms) letters.insert(letters.end(), term.begin(), term.end());
    file.tensors[gate.name + ".terms"] = tensor({gate.terms.size(), wires}, letters);
    file.tensors[gate.name + ".coefficients"] = tensor({gate.measured, gate.terms.size()}, gate.coefficients);
    for (const auto& [name, map] : {std::pair{".before", &gate.before}, {".behind", &gate.behind}}) {
      if (map->rows == 0) continue;
      file.tensors[gate.name + name + ".weight"] = tensor({map->rows, map->columns}, map->weight);
      file.tensors[gate.name + name + ".bias"] = tensor({map->rows}, map->bias);
    }
    if (!gate.peephole.empty())
      file.tensors[gate.name + ".peephole"] = tensor({gate.peephole.size()}, gate.peephole);
  }
  return file;
}

std::string surrogate_readme(const Surrogate& surrogate) {
  const GateEncoder& encoder = find_gate_encoder(surrogate.options.encoder);
  return fmt::format(
      "# A classical model equal to a gated cell\n\n"
      "`surrogate.safetensors` holds, for each gate NAME of a {} ({}):\n\n"
      "- `NAME.terms` [M, n]: a row is a product of one feature a wire, by number: 0 is the constant 1; 1, "
      "2, 3 are "
      "the x, y, z of the Bloch vector that the encoder {} makes of the wire's number ({})\n"
      "- `NAME.coefficients` [readouts, M]: readout k is the sum over rows of coefficient times product\n"
      "- `NAME.before.weight`, `.bias`: the map from v to the wires' numbers; without it they are v\n"
      "- `NAME.behind.weight`, `.bias`: the map from readouts to the gate's numbers; without it they are the "
      "readouts\n"
      "- `NAME.peephole`: weights of the cell state, added in front of the sigmoid\n\n"
      "v, the sigmoids and the recursion are those of the cell; the file's metadata name its choices.\n",
      surrogate.options.architecture, surrogate.options.order, encoder.name, encoder.help);
}

}  // namespace ebit::analysis
