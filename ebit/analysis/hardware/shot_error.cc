#include "ebit/analysis/hardware/shot_error.h"

#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/register/hardware.h"
#include "ebit/noise/trajectory_program.h"

namespace ebit::analysis {
namespace {

constexpr std::size_t kW = kLanes<double>;

// The mean of so many outcomes +-1 of a readout whose mean is y.
double mean_of_outcomes(double y, int shots, Random& random) {
  int plus = 0;
  for (int s = 0; s < shots; ++s) plus += random.uniform() < (1 + y) / 2;
  return 2.0 * plus / shots - 1;
}

// A cell that counts shots by itself.
double by_cell(RegisterOptions options, std::span<const double> parameters, std::span<const double> x,
               int shots, std::uint64_t seed) {
  options.noise = find_noise_model("none"), options.shots = shots, options.every_step = false;
  const auto cell = make_cell<double>(options);
  std::vector<double> y(cell->outputs());
  cell->forward(
      parameters,
      {.samples = 1, .steps = x.size() / cell->inputs(), .x = x.data(), .draw_seed = seed, .draw_number = 1},
      {.y = y.data()});
  return y[0];
}

// One trajectory a shot of the circuit with its measurements on the way.
double by_trajectories(const CircuitProgram& program, int shots, std::uint64_t seed) {
  Circuit circuit(program.wires);
  for (const ProgramPart& part : program.parts) circuit.append(part.circuit);
  TrajectoryProgram<double> runs(circuit);
  runs.bind(std::span(program.parameters).first(static_cast<std::size_t>(circuit.shared_parameters())));
  Observable measured;
  measured.z_mask = std::size_t{1} << (program.wires - 1 - program.measured[0]);
  StateBatch<double> psi(program.wires, kW);
  alignas(kAlignment) double z[kW];
  int plus = 0;
  for (int first = 0; first < shots; first += static_cast<int>(kW)) {
    psi.reset();
    TrajectoryDraws draws{seed, static_cast<std::uint64_t>(first), 0};
    runs.run(psi.tile(0), nullptr, draws);
    expectation(psi.tile(0), measured, z);
    for (std::size_t l = 0; l < kW && first + static_cast<int>(l) < shots; ++l)
      plus += random_uniform(seed, draws.stream + l, draws.position) < (1 + z[l]) / 2;
  }
  return 2.0 * plus / shots - 1;
}

}  // namespace

ShotEstimate estimate_by_shots(const RegisterOptions& options, std::span<const double> parameters,
                               std::span<const double> x, int shots, std::uint64_t seed) {
  require(shots >= 1, "an estimate needs 1 shot or more, not {}", shots);
  RegisterOptions exact = options;
  if (exact.hidden == "sample") exact.hidden = "density";
  ShotEstimate out{.value = std::nullopt, .exact = hardware_window(exact, parameters, x).y[0], .kept = 1};
  Random random(seed, 1);
  if (options.hidden == "sample") {
    const HardwareWindow window = hardware_window(options, parameters, x);
    require(window.programs[0].measured.size() == 1, "shots are counted of a readout of one wire");
    out.value = by_trajectories(window.programs[0], shots, seed);
  } else if (options.hidden == "collapse") {
    out.kept = hardware_window(options, parameters, x).probability;
    int kept = 0;
    for (int s = 0; s < shots; ++s) kept += random.uniform() < out.kept;
    if (kept > 0) out.value = mean_of_outcomes(out.exact, kept, random);
  } else if (options.hidden == "coherent") {
    out.value = mean_of_outcomes(out.exact, shots, random);
  } else {
    out.value = by_cell(options, parameters, x, shots, seed);
  }
  return out;
}

}  // namespace ebit::analysis
