// Workload H: noisy trajectories of a recurrent circuit, and density matrices against pure states.
#include <fmt/format.h>

#include "ebit/base/random.h"
#include "ebit/bench/cell_step.h"
#include "ebit/bench/workload.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/register/hardware.h"
#include "ebit/noise/noise_model.h"
#include "ebit/noise/trajectory_program.h"

namespace ebit::bench {
namespace {

constexpr double kAer = 500e-6;    // a trajectory of Aer on one thread, measured elsewhere
constexpr double kWanted = 5e-6;   // a trajectory at most
constexpr double kMostTimes = 20;  // a step of density matrices over one of pure states at most

// Four steps of 2+2 wires with 2+2 layers, depolarizing noise behind every gate, and resets.
Circuit noisy_window() {
  RegisterOptions options;
  options.hidden = "density";
  Random random(4);
  std::vector<double> parameters(make_cell<double>(options)->parameters()), x(4);
  for (double& p : parameters) p = random.uniform(-3, 3);
  for (double& number : x) number = random.uniform();
  const HardwareWindow window = hardware_window(options, parameters, x);
  const CircuitProgram& program = window.programs[0];
  Circuit all(program.wires);
  for (const ProgramPart& part : program.parts) all.append(part.circuit);
  return with_noise(all, find_noise_model("depolarizing"));
}

void measure_trajectories(const Bench& bench, std::vector<Result>& results) {
  bench.next("H: trajectories, T = 4");
  const Circuit circuit = noisy_window();
  TrajectoryProgram<double> program(circuit);
  // Angles of U_en and U_dis are parameters of the circuit; here any numbers.
  const std::vector<double> angles(static_cast<std::size_t>(circuit.shared_parameters()), 0.7);
  program.bind(angles);
  constexpr std::size_t kW = kLanes<double>;
  StateBatch<double> psi(circuit.wires(), kW);
  const Observable z = parse_observable("Z1", circuit.wires());
  alignas(kAlignment) double value[kW];
  TrajectoryDraws draws{7, 0, 0};
  const std::function<void()> sides[] = {[&] {
    psi.reset();
    program.run(psi.tile(0), nullptr, draws);
    draws.stream += kW, draws.position = 0;
    expectation(psi.tile(0), z, value);
  }};
  std::vector<Seconds> taken = race(sides, bench.race_options());
  for (double& seconds : taken[0]) seconds /= kW;
  Result result{.workload = "H",
                .size = "2+2 qubits, T=4",
                .variant = "trajectory",
                .dtype = "float64",
                .threads = 1,
                .unit = "trajectory",
                .ours = taken[0],
                .against = "wanted",
                .theirs = {kWanted},
                .recorded = true,
                .note = fmt::format("{} gates, {} channels; depolarizing behind each gate, resets",
                                    circuit.operations().size(), circuit.channels().size())};
  results.push_back(result);
  result.against = "aer", result.theirs = {kAer};
  result.note = "Aer's statevector method, one thread; recorded elsewhere, not in this run";
  results.push_back(result);
}

// A training step's forward and backward pass of density matrices against that of pure states.
void measure_density(const Bench& bench, std::vector<Result>& results) {
  bench.next("H: density matrices, T = 10");
  const CellShape shape{.system = 2, .ancilla = 2, .layers = 2, .steps = 10, .batch = 64};
  const RegisterOptions pure = collapse_cell(shape);
  RegisterOptions noisy = pure, gates = pure;
  noisy.hidden = "density", noisy.noise = find_noise_model("depolarizing");
  gates = noisy, gates.engine = "gates";
  CellStep<double> ours(noisy, shape, 1), every_gate(gates, shape, 1), theirs(pure, shape, 1);
  const std::function<void()> sides[] = {[&] { ours.run(); }, [&] { every_gate.run(); },
                                         [&] { theirs.run(); }};
  const std::vector<Seconds> taken = race(sides, bench.race_options());
  Result result{
      .workload = "H",
      .size = "2+2 qubits, T=10, batch 64",
      .variant = "density matrix",
      .dtype = "float64",
      .threads = bench.options.threads,
      .unit = "step",
      .ours = taken[0],
      .against = "pure-state",
      .theirs = taken[2],
      .note = fmt::format("forward and backward; the same cell that collapses, without noise; wanted: "
                          "at most {} times its time",
                          kMostTimes)};
  results.push_back(result);
  result.variant = "density matrix, gate by gate", result.ours = taken[1];
  results.push_back(result);
}

}  // namespace

std::vector<Result> run_noise_race(const Bench& bench) {
  std::vector<Result> results;
  measure_trajectories(bench, results);
  measure_density(bench, results);
  return results;
}

}  // namespace ebit::bench
