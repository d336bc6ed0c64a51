// Cells of every family on a device: without noise they are the exact cells, trajectories agree with density
// matrices, and what has no meaning is refused. The battery over all cells (cell.test.cc) has their
// gradients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

struct Named {
  const char* name;
  CellOptions options;
};

std::vector<Named> families() {
  ControlledOptions written{.inputs = 2, .qubits = 3, .ffn = {.hidden = {3}}, .angle_scale = 0.4};
  written.readout = {"XYZ", "Z0*Z2", "P(1)"}, written.initial = "trainable";
  GatedOptions gated{.inputs = 2, .qubits = 3, .hidden = 2, .linear_in = "shared"};
  gated.engine = "gates";
  GatedOptions six{
      .inputs = 1, .architecture = "lstm-6", .qubits = 3, .linear_in = "none", .linear_out = "none"};
  six.engine = "gates";
  GatedOptions mixed{.inputs = 2, .architecture = "gru", .qubits = 3, .hidden = 2};
  mixed.mixture = "per-gate", mixed.mixture_norm = "softmax", mixed.mixture_encoders = {"h-ry", "rx"};
  mixed.mixture_ansaetze = {"ring-rx", "brick-ry"};
  FastWeightsOptions fast{.inputs = 2, .qubits = 3, .measured = 2, .gate = true};
  WindowOptions window;
  window.inputs = 2, window.span = 3, window.qubits = 3, window.layers = 1;
  KernelOptions kernel{.inputs = 2, .encoder = "zz", .repetitions = 2, .qubits = 3, .references = 3};
  RegisterOptions coherent;
  coherent.hidden = "coherent", coherent.encoder = "cubic-angle", coherent.ansatz = "strongly-entangling";
  coherent.readout = {"Z1", "X0*Z2"}, coherent.every_step = true;
  return {{"qrnn", written}, {"lstm-4", gated},  {"lstm-6", six},    {"mixture", mixed},
          {"fast", fast},    {"window", window}, {"kernel", kernel}, {"coherent", coherent}};
}

NoiseUse noise(const char* name) { return {.noise = find_noise_model(name)}; }

// Runs the cell's outputs alone: states differ between exact cells and those with noise.
struct Outputs {
  std::vector<double> y, d_parameters, d_x;
};

Outputs outputs_of(const CellOptions& options, bool gradient, std::uint64_t draw = 1) {
  CellProblem<double> p(options, 3, 3, 17);
  p.lengths = {3, 2, 0};
  std::ranges::fill(p.d_last, 0.0);
  Outputs out;
  SequenceInput<double> input = p.input();
  input.state = nullptr, input.draw_number = draw;
  out.y.resize(p.y.size());
  TapeMemory memory;
  const auto tape = gradient ? memory.take(p.cell->tape_bytes(3, 3)) : std::span<std::byte>{};
  p.cell->forward(p.parameters, input, {.y = out.y.data()}, tape);
  if (!gradient) return out;
  out.d_parameters.resize(p.parameters.size()), out.d_x.resize(p.x.size());
  p.cell->backward(p.parameters, input, tape, {.y = p.d_y.data()},
                   {out.d_parameters.data(), out.d_x.data(), nullptr});
  return out;
}

TEST(DeviceCells, WithoutNoiseAreTheExactCells) {
  for (const Named& named : families()) {
    SCOPED_TRACE(named.name);
    const Outputs exact = outputs_of(named.options, true);
    const Outputs noisy = outputs_of(with_noise_use(named.options, noise("none")), true);
    EXPECT_LT(largest_difference(exact.y, noisy.y), 1e-12);
    EXPECT_LT(largest_difference(exact.d_parameters, noisy.d_parameters), 1e-12);
    EXPECT_LT(largest_difference(exact.d_x, noisy.d_x), 1e-12);
  }
}

TEST(DeviceCells, NoiseMovesThem) {
  for (const Named& named : families()) {
    SCOPED_TRACE(named.name);
    const Outputs exact = outputs_of(named.options, false);
    EXPECT_GT(largest_difference(exact.y,
                                 outputs_of(with_noise_use(named.options, noise("depolarizing*5")), false).y),
              1e-4);
  }
}

TEST(DeviceCells, TrajectoriesAgreeWithDensityMatrices) {
  constexpr int kCount = 1000;
  for (const Named& named : families()) {
    SCOPED_TRACE(named.name);
    NoiseUse use = noise("sherbrooke*3");
    const Outputs exact = outputs_of(with_noise_use(named.options, use), false);
    use.trajectories = kCount;
    const CellOptions drawn = with_noise_use(named.options, use);
    const Outputs mean = outputs_of(drawn, false);
    EXPECT_LT(largest_difference(exact.y, mean.y), 4.5 / std::sqrt(kCount));
    EXPECT_NE(mean.y, exact.y);
    EXPECT_EQ(mean.y, outputs_of(drawn, false).y);
    EXPECT_NE(mean.y, outputs_of(drawn, false, 2).y);
    EXPECT_THAT(make_cell<double>(drawn)->summary(), HasSubstr("1000 trajectories"));
    if (std::holds_alternative<RegisterOptions>(drawn)) continue;
    EXPECT_THAT(error_of([&] { outputs_of(drawn, true); }), HasSubstr("no gradient"));
  }
}

TEST(DeviceCells, ShotsAreDrawnAroundTheExactReadouts) {
  constexpr int kShots = 20000;
  for (const Named& named : families()) {
    SCOPED_TRACE(named.name);
    NoiseUse use = noise("sherbrooke");
    const Outputs exact = outputs_of(with_noise_use(named.options, use), false);
    use.shots = kShots;
    const CellOptions drawn = with_noise_use(named.options, use);
    const Outputs mean = outputs_of(drawn, false);
    EXPECT_NE(mean.y, exact.y);
    EXPECT_LT(largest_difference(exact.y, mean.y), 4.5 / std::sqrt(kShots));
    EXPECT_EQ(mean.y, outputs_of(drawn, false).y);
    EXPECT_THAT(make_cell<double>(drawn)->summary(), HasSubstr("20000 shots"));
  }
}

// Each way to lose coherence: a memory that nothing measures becomes mixed, and its entropy says how much.
TEST(DeviceCells, PurityAndEntropyOfTheMemoryAreSeen) {
  for (const Named& named : families()) {
    const auto cell = make_cell<double>(with_noise_use(named.options, noise("depolarizing")));
    if (std::string_view(named.name) != "qrnn" && std::string_view(named.name) != "coherent") continue;
    SCOPED_TRACE(named.name);
    const auto watched_of = [&](const char* model) {
      CellProblem<double> p(with_noise_use(named.options, noise(model)), 2, 4, 3);
      std::vector<double> seen(2 * 4 * 2);
      auto input = p.input();
      input.state = nullptr;
      p.cell->forward(p.parameters, input, {.y = p.y.data(), .watched = seen.data()});
      return seen;
    };
    const std::vector<double> pure = watched_of("none"), mixed = watched_of("depolarizing");
    for (std::size_t i = 0; i < pure.size(); i += 2) {
      EXPECT_NEAR(pure[i], 1, 1e-12);
      EXPECT_NEAR(pure[i + 1], 0, 1e-9);
      EXPECT_LT(mixed[i], 0.999);
      EXPECT_GT(mixed[i + 1], 0.01);
      if (i % 8 != 0) {
        EXPECT_LT(mixed[i], mixed[i - 2]);
      }
    }
  }
}

TEST(DeviceCells, RefuseWhatHasNoMeaning) {
  const auto refusal = [](const CellOptions& options, const NoiseUse& use) {
    return error_of([&] { make_cell<double>(with_noise_use(options, use)); });
  };
  const NoiseUse depolarizing = noise("depolarizing");
  EXPECT_THAT(refusal(RvqeOptions{}, depolarizing), HasSubstr("post-selected"));
  EXPECT_THAT(refusal(MeasuredOptions{}, depolarizing), HasSubstr("projections"));
  EXPECT_THAT(refusal(EchoOptions{}, depolarizing), HasSubstr("no circuits"));
  EXPECT_THAT(refusal(KernelOptions{.kernel = "rbf"}, depolarizing), HasSubstr("rbf kernel has no circuits"));
  EXPECT_THAT(refusal(KernelOptions{.qubits = 9}, depolarizing), HasSubstr("at most 8"));
  EXPECT_THAT(refusal(KernelOptions{.qubits = 11}, depolarizing), HasSubstr("at most 10 qubits"));
  NoiseUse undone{.noise = find_noise_model("sherbrooke"), .trajectories = 5};
  undone.mitigation.readout = true;
  EXPECT_THAT(refusal(KernelOptions{.qubits = 9}, undone), HasSubstr("undone for at most 8"));
  ControlledOptions sampled{.measurement = "sampled"};
  EXPECT_THAT(refusal(sampled, depolarizing), HasSubstr("'sampled'"));
  ControlledOptions large{.qubits = 9};
  EXPECT_THAT(refusal(large, depolarizing), HasSubstr("at most 8"));
  GatedOptions wide{.qubits = 9};
  EXPECT_THAT(refusal(wide, depolarizing), HasSubstr("at most 8"));
  NoiseUse both = depolarizing;
  both.shots = both.trajectories = 5;
  EXPECT_THAT(refusal(GatedOptions{}, both), HasSubstr("either"));
  GatedOptions folded{.engine = "fold"};
  EXPECT_THAT(refusal(folded, depolarizing), HasSubstr("cannot be folded"));
  NoiseUse shift;
  shift.gradient = "parameter-shift";
  EXPECT_THAT(refusal(GatedOptions{}, shift), HasSubstr("say --shots"));
  NoiseUse nothing;
  nothing.mitigation.readout = true;
  EXPECT_THAT(refusal(GatedOptions{}, nothing), HasSubstr("no misreading to undo"));
  RegisterOptions density;
  density.hidden = "density";
  EXPECT_THAT(refusal(density, nothing), HasSubstr("no misreading to undo"));
}

}  // namespace
}  // namespace ebit::inline cell
