#include "ebit/noise/simulator.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/parallel.h"
#include "ebit/noise/density_program.h"
#include "ebit/noise/trajectory_program.h"

namespace ebit::inline noise {
namespace {

constexpr std::size_t kSamples = kLanes<double>;

void check(const NoisyRun& run) {
  require(run.batch >= 1, "a run needs at least 1 sample");
  require(run.per_sample.size() == static_cast<std::size_t>(run.circuit.per_sample_parameters()) * run.batch,
          "the circuit has {} parameters of each of {} samples, but {} were given",
          run.circuit.per_sample_parameters(), run.batch, run.per_sample.size());
}

class DensitySimulator final : public NoiseSimulator {
 public:
  NoisyValues expectations(const NoisyRun& run) const override {
    check(run);
    DensityProgram<double> program(run.circuit);
    program.bind(run.shared);
    const std::size_t outputs = run.readout.size();
    NoisyValues values{std::vector<double>(outputs * run.batch),
                       std::vector<double>(outputs * run.batch, 0.0)};
    parallel_for(tiles_of<double>(run.batch), [&](std::size_t tile) {
      StateBatch<double> rho(2 * program.wires(), kSamples);
      LaneMatrices<double> lanes;
      AlignedVector<double> angles, read(outputs * kSamples);
      gather_lanes(run.per_sample, run.batch, tile, angles);
      if (!run.per_sample.empty()) program.bind_lanes(angles.data(), lanes);
      clear_to_zero_state(rho.tile(0));
      program.run(rho.tile(0), &lanes);
      density_expectations(rho.tile(0), run.readout, read.data());
      for (std::size_t k = 0; k < outputs; ++k)
        for (std::size_t l = 0; l < kSamples && tile * kSamples + l < run.batch; ++l)
          values.value[k * run.batch + tile * kSamples + l] = read[k * kSamples + l];
    });
    return values;
  }
};

// Trajectories of one sample fill tiles of their own, so that sums do not depend on the batch.
class TrajectorySimulator final : public NoiseSimulator {
 public:
  explicit TrajectorySimulator(const TrajectoryOptions& options) : options_(options) {
    require(options.trajectories >= 2, "an error needs 2 trajectories or more, not {}", options.trajectories);
  }

  NoisyValues expectations(const NoisyRun& run) const override {
    check(run);
    TrajectoryProgram<double> program(run.circuit);
    program.bind(run.shared);
    const std::size_t outputs = run.readout.size(), count = options_.trajectories;
    const std::size_t pieces = (count + kPiece - 1) / kPiece;
    std::vector<double> sums(run.batch * pieces * outputs * 2, 0.0);  // [B, pieces, K, 2]: of y and of y^2
    parallel_for(run.batch * pieces, [&](std::size_t job) {
      piece(run, program, job / pieces, job % pieces, sums.data() + job * outputs * 2);
    });
    NoisyValues values{std::vector<double>(outputs * run.batch), std::vector<double>(outputs * run.batch)};
    for (std::size_t b = 0; b < run.batch; ++b)
      for (std::size_t k = 0; k < outputs; ++k) {
        double sum = 0, squares = 0;
        for (std::size_t p = 0; p < pieces; ++p) {
          sum += sums[((b * pieces + p) * outputs + k) * 2];
          squares += sums[((b * pieces + p) * outputs + k) * 2 + 1];
        }
        const double n = static_cast<double>(count), mean = sum / n;
        values.value[k * run.batch + b] = mean;
        values.error[k * run.batch + b] = std::sqrt(std::max(squares / n - mean * mean, 0.0) / (n - 1));
      }
    return values;
  }

 private:
  static constexpr std::size_t kPiece = 512;  // trajectories of one job, a multiple of kLanes

  void piece(const NoisyRun& run, const TrajectoryProgram<double>& program, std::size_t sample,
             std::size_t number, double* sums) const {
    const std::size_t outputs = run.readout.size(), first = number * kPiece;
    const std::size_t last = std::min(first + kPiece, options_.trajectories);
    StateBatch<double> psi(run.circuit.wires(), kSamples);
    LaneMatrices<double> lanes;
    AlignedVector<double> angles(static_cast<std::size_t>(run.circuit.per_sample_parameters()) * kSamples);
    for (std::size_t q = 0; q < angles.size(); ++q)
      angles[q] = run.per_sample[q / kSamples * run.batch + sample];
    if (!run.per_sample.empty()) program.bind_lanes(angles.data(), lanes);
    alignas(kAlignment) double value[kSamples];
    for (std::size_t at = first; at < last; at += kSamples) {
      psi.reset();
      TrajectoryDraws draws{options_.seed, sample << 40 | at, 0};
      program.run(psi.tile(0), &lanes, draws);
      for (std::size_t k = 0; k < outputs; ++k) {
        expectation(psi.tile(0), run.readout[k], value);
        for (std::size_t l = 0; l < kSamples && at + l < last; ++l)
          sums[2 * k] += value[l], sums[2 * k + 1] += value[l] * value[l];
      }
    }
  }

  TrajectoryOptions options_;
};

constexpr Choice kSimulators[] = {
    {"density", "exact density matrices, of up to 8 wires"},
    {"trajectories", "state vectors with a Kraus operator drawn at each channel, of any number of wires"}};

}  // namespace

std::span<const Choice> noise_simulators() { return kSimulators; }

std::unique_ptr<NoiseSimulator> make_noise_simulator(std::string_view name,
                                                     const TrajectoryOptions& options) {
  if (find_row(kSimulators, "unknown simulator of noise", name).name == "density")
    return std::make_unique<DensitySimulator>();
  return std::make_unique<TrajectorySimulator>(options);
}

std::vector<Complex> density_matrix(const Circuit& circuit, std::span<const double> shared) {
  require(circuit.per_sample_parameters() == 0, "the circuit has parameters of each sample, and this is one");
  DensityProgram<double> program(circuit);
  program.bind(shared);
  StateBatch<double> rho(2 * program.wires(), 1);
  clear_to_zero_state(rho.tile(0));
  program.run(rho.tile(0));
  std::vector<Complex> matrix(program.entries());
  for (std::size_t e = 0; e < matrix.size(); ++e) matrix[e] = rho.amplitude(0, e);
  return matrix;
}

}  // namespace ebit::inline noise
