#include "ebit/cmd/probe_noise.h"

#include <nlohmann/json.hpp>

#include "ebit/noise/noise_file.h"
#include "ebit/noise/simulator.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

Json matrix_json(const std::vector<Complex>& matrix) {
  std::size_t n = 1;
  while (n * n < matrix.size()) ++n;
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

Json named(const std::vector<std::pair<std::string, double>>& values) {
  Json all = Json::object();
  for (const auto& [name, value] : values) all[name] = value;
  return all;
}

Json drawn_values(const NoiseFile& file, std::size_t trajectories) {
  Circuit whole(file.wires);
  for (const NoisePart& part : file.parts) whole.append(part.circuit);
  std::vector<Observable> readout;
  for (const std::string& text : file.expectations) readout.push_back(parse_observable(text, file.wires));
  const NoisyValues values = make_noise_simulator("trajectories", {.trajectories = trajectories})
                                 ->expectations({.circuit = whole, .readout = readout});
  Json all = Json::object();
  for (std::size_t k = 0; k < readout.size(); ++k)
    all[file.expectations[k]] = {{"value", values.value[k]}, {"error", values.error[k]}};
  return all;
}

}  // namespace

Json probe_noise(const std::string& path, const std::string& source, std::size_t trajectories) {
  const NoiseFile file = read_noise_file(path, source == "rule" ? NoiseSource::kRule : NoiseSource::kProgram);
  const NoiseValues values = exact_values(file);
  Json out = {{"wires", file.wires},
              {"density_matrix", matrix_json(values.density_matrix)},
              {"expectations", named(values.expectations)},
              {"outcome_probabilities", values.probabilities}};
  if (!values.read_probabilities.empty()) {
    out["read_probabilities"] = values.read_probabilities;
    out["read_expectations"] = named(values.read_expectations);
  }
  for (const auto& [name, rho] : values.snapshots)
    out["snapshots"][name] = {
        {"density_matrix", matrix_json(rho)},
        {"ancilla_density_matrix", matrix_json(trace_first(rho, file.wires, file.system))}};
  if (!values.y.empty()) out["y"] = values.y;
  if (trajectories > 0) out["trajectories"] = drawn_values(file, trajectories);
  return out;
}

}  // namespace ebit::cmd
