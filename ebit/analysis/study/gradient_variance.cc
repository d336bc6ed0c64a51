#include "ebit/analysis/study/gradient_variance.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/base/random.h"
#include "ebit/grad/expectation_program.h"

namespace ebit::analysis {
namespace {

constexpr std::size_t kWide = static_cast<std::size_t>(kLanes<double>);

// The circuit with the angles that all samples share turned into angles of each sample.
Circuit with_own_angles(const Circuit& shared) {
  shared.require_unitary("this study");
  Circuit own(shared.wires());
  for (const Operation& operation : shared.operations()) {
    const Gate& gate = ebit::gate(operation.gate);
    if (operation.matrix >= 0) {
      own.add_matrix({operation.wires.data(), static_cast<std::size_t>(gate.wires)},
                     shared.matrices()[static_cast<std::size_t>(operation.matrix)]);
      continue;
    }
    std::array<Angle, kMaxGateAngles> angles = operation.angles;
    for (Angle& angle : angles)
      if (angle.kind == Angle::Kind::kShared) angle.kind = Angle::Kind::kPerSample;
    own.add(gate, {operation.wires.data(), static_cast<std::size_t>(gate.wires)},
            {angles.data(), static_cast<std::size_t>(gate.angles)});
  }
  return own;
}

}  // namespace

GradientVariance gradient_variance(const Ansatz& ansatz, int wires, int layers, const Observable& observable,
                                   const VarianceOptions& options) {
  require(options.samples >= 2, "a variance needs at least 2 samples, not {}", options.samples);
  const Circuit circuit = with_own_angles(build_ansatz(ansatz, wires, layers));
  const auto angles = static_cast<std::size_t>(circuit.per_sample_parameters());
  require(angles > 0, "ansatz '{}' with {} layers on {} wires has no angles", ansatz.name, layers, wires);
  ExpectationProgram<double> program(circuit, {&observable, 1});
  program.bind({});

  const auto samples = static_cast<std::size_t>(options.samples);
  const std::size_t tiles = (samples + kWide - 1) / kWide;
  std::vector<double> gradients(tiles * angles * kWide, 0.0);  // [tiles, angles, kLanes]
  parallel_for(tiles, [&](std::size_t tile) {
    std::vector<double> drawn(angles * kWide);
    for (std::size_t lane = 0; lane < kWide; ++lane) {
      Random random(options.seed, tile * kWide + lane);
      for (std::size_t a = 0; a < angles; ++a)
        drawn[a * kWide + lane] = random.uniform(options.low, options.high);
    }
    auto workspace = program.workspace();
    double value[kWide], ones[kWide];
    std::ranges::fill(ones, 1.0);
    program.forward(drawn.data(), workspace, value);
    program.backward(drawn.data(), ones, workspace, {nullptr, gradients.data() + tile * angles * kWide});
  });

  const auto count = static_cast<double>(samples);
  GradientVariance result{.angles = angles};
  std::vector<double> squares(samples, 0.0);  // mean over the angles of (derivative - its mean)^2
  for (std::size_t a = 0; a < angles; ++a) {
    const auto at = [&](std::size_t s) { return gradients[((s / kWide) * angles + a) * kWide + s % kWide]; };
    double mean = 0, sum = 0;
    for (std::size_t s = 0; s < samples; ++s) mean += at(s) / count;
    for (std::size_t s = 0; s < samples; ++s) {
      const double square = (at(s) - mean) * (at(s) - mean);
      sum += square, squares[s] += square / static_cast<double>(angles);
    }
    if (a == 0) result.first = sum / (count - 1);
    result.all += sum / (count - 1) / static_cast<double>(angles);
  }
  double spread = 0, mean = 0;
  for (const double square : squares) mean += square / count;
  for (const double square : squares) spread += (square - mean) * (square - mean);
  result.all_error = std::sqrt(spread / (count - 1) / count);
  return result;
}

double two_design_variance(int wires) {
  const double d = std::exp2(wires);
  return d * d / (2 * (d * d - 1) * (d + 1));
}

}  // namespace ebit::analysis
