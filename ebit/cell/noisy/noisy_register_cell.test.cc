#include "ebit/cell/noisy/noisy_register_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"

namespace ebit::inline cell {
namespace {

using nlohmann::json;
using testing::HasSubstr;

RegisterOptions small(const std::string& hidden, const std::string& encoder) {
  RegisterOptions o;
  o.hidden = hidden, o.encoder = encoder, o.ansatz = "strongly-entangling";
  o.layers_en = o.layers_dis = 1, o.every_step = true, o.readout = {"Z1", "X0*Y2", "P(3)"};
  return o;
}

// A folded step takes a state for the Hermitian matrix next to it, so that of a cotangent that part alone
// counts.
// @param n_a of the ancilla register; states are [re, im] of [2^n_a, 2^n_a].
void keep_hermitian_part(std::vector<double>& states, int n_a) {
  const std::size_t n = std::size_t{1} << n_a, half = n * n;
  for (std::size_t first = 0; first < states.size(); first += 2 * half)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = j; k < n; ++k) {
        double *const re = &states[first], *const im = re + half;
        const double a = (re[j * n + k] + re[k * n + j]) / 2, b = (im[j * n + k] - im[k * n + j]) / 2;
        re[j * n + k] = re[k * n + j] = a, im[j * n + k] = b, im[k * n + j] = -b;
      }
}

// Without channels it is the cell that keeps state vectors.
TEST(NoisyRegisterCell, WithoutNoiseIsTheRegisterCell) {
  for (const char* hidden : {"density", "probabilities", "sqrt-probabilities", "marginals"})
    for (const char* encoder : {"linear-amplitude", "cubic-angle"}) {
      SCOPED_TRACE(testing::Message() << hidden << " " << encoder);
      RegisterOptions pure = small(hidden, encoder), noisy = pure;
      noisy.noise = find_noise_model("none");
      CellProblem<double> a(pure, 3, 4, 5), b(noisy, 3, 4, 5);
      b.parameters = a.parameters, b.x = a.x, b.d_y = a.d_y, b.d_last = a.d_last;
      a.lengths = b.lengths = {4, 2, 0};
      auto g = a.gradient(), h = b.gradient();
      if (pure.hidden == "density") keep_hermitian_part(g.state, 2), keep_hermitian_part(h.state, 2);
      EXPECT_LT(largest_difference(a.y, b.y), 1e-13);
      EXPECT_LT(largest_difference(a.last, b.last), 1e-13);
      EXPECT_LT(largest_difference(g.parameters, h.parameters), 1e-12);
      EXPECT_LT(largest_difference(g.x, h.x), 1e-12);
      EXPECT_LT(largest_difference(g.state, h.state), 1e-12);
    }
}

// One matrix a batch is the same as every gate at every step, of batches of more tiles than a sum holds.
TEST(NoisyRegisterCell, FoldedIsGateByGate) {
  for (const char* hidden : {"density", "probabilities", "sqrt-probabilities", "marginals"})
    for (const int way : {0, 1, 2, 3}) {
      const char* const encoder = way % 2 ? "cubic-angle" : "linear-amplitude";
      SCOPED_TRACE(testing::Message() << hidden << " " << encoder << way);
      RegisterOptions folded = small(hidden, encoder);
      // Real gates, and no Y to read: real and imaginary parts do not meet.
      if (way >= 2) folded.ansatz = "basic-entangler-ry", folded.readout = {"Z1", "Y0*Y2", "P(2)"};
      folded.noise = find_noise_model("sherbrooke"), folded.engine = "fold";
      folded.noise->readout = {{0.1, 0.3}};
      RegisterOptions gates = folded;
      gates.engine = "gates";
      CellProblem<double> a(gates, 19, 7, 5), b(folded, 19, 7, 5);
      a.give_state(3), b.give_state(3);
      auto g = a.gradient(), h = b.gradient();
      if (gates.hidden == "density") keep_hermitian_part(g.state, 2), keep_hermitian_part(h.state, 2);
      EXPECT_LT(largest_difference(a.y, b.y), 1e-13);
      EXPECT_LT(largest_difference(a.last, b.last), 1e-13);
      EXPECT_LT(largest_difference(g.parameters, h.parameters), 1e-11);
      EXPECT_LT(largest_difference(g.x, h.x), 1e-12);
      EXPECT_LT(largest_difference(g.state, h.state), 1e-12);
    }
}

// The reference file whose encoder has no noise.
TEST(NoisyRegisterCell, GivesTheReferenceReadoutsAndMemories) {
  const json file = json::parse(
      read_file(EBIT_SOURCE_DIR "/tests/golden/noise/daskin_density_2p2_T3_depol_ideal_encoder.json"));
  const json& cell = file["cell"];
  RegisterOptions o;
  o.hidden = "density", o.every_step = true, o.noise = NoiseModel{.name = "file"};
  for (std::size_t k = 0; k < 2; ++k)
    o.noise->after[k] = {{ChannelId::kDepolarizing,
                          {file["noise"][k == 0 ? "after_1q" : "after_2q"][0]["lambda"].get<double>()},
                          false}};
  std::vector<double> parameters;
  for (const char* name : {"theta_en", "theta_dis", "encoder_weight", "encoder_bias"})
    for (const json& row : cell[name])
      if (row.is_array())
        for (const json& number : row) parameters.push_back(number);
      else
        parameters.push_back(row);
  const auto x = cell["x"].get<std::vector<double>>();
  const auto check = [&](RegisterOptions options, double tolerance) {
    const auto own = make_cell<double>(options);
    ASSERT_EQ(own->parameters(), parameters.size());
    std::vector<double> y(x.size());
    own->forward(parameters, {.samples = 1, .steps = x.size(), .x = x.data(), .draw_seed = 3},
                 {.y = y.data()});
    for (std::size_t t = 0; t < x.size(); ++t) EXPECT_NEAR(y[t], file["y"][t].get<double>(), tolerance) << t;
  };
  check(o, 1e-12);
  o.trajectories = 20000;
  check(o, 4.5 / std::sqrt(20000));
}

TEST(NoisyRegisterCell, ReadsWithErrorsAndByShots) {
  RegisterOptions o = small("density", "linear-amplitude");
  o.readout = {"Z1", "Z0*Z1"};
  o.noise = find_noise_model("none");
  CellProblem<double> exact(o, 2, 3, 9);
  exact.forward();
  o.readout = {"Z1", "Z0", "Z0*Z1"};
  CellProblem<double> apart(o, 2, 3, 9);
  apart.parameters = exact.parameters, apart.x = exact.x;
  apart.forward();
  o.readout = {"Z1", "Z0*Z1"}, o.noise->readout = {{0.1, 0.3}, {0.02, 0.05}, {}, {}};
  CellProblem<double> read(o, 2, 3, 9);
  read.parameters = exact.parameters, read.x = exact.x;
  read.forward();
  for (std::size_t i = 0; i < 6; ++i) {
    const double z1 = apart.y[3 * i], z0 = apart.y[3 * i + 1], both = apart.y[3 * i + 2];
    EXPECT_NEAR(read.y[2 * i], 0.93 * z1 + 0.03, 1e-14);
    EXPECT_NEAR(read.y[2 * i + 1], 0.6 * 0.93 * both + 0.6 * 0.03 * z0 + 0.2 * 0.93 * z1 + 0.2 * 0.03, 1e-14);
  }
  o.shots = 10000;
  CellProblem<double> drawn(o, 2, 3, 9);
  drawn.parameters = exact.parameters, drawn.x = exact.x;
  drawn.forward();
  EXPECT_NE(drawn.y, read.y);
  for (std::size_t i = 0; i < drawn.y.size(); ++i)
    EXPECT_LT(std::abs(drawn.y[i] - read.y[i]), 4.5 * std::sqrt((1 - read.y[i] * read.y[i]) / o.shots));
}

// Trajectories and density matrices of a device's noise with relaxation while the system is reset.
TEST(TrajectoryCell, AgreesWithDensityMatrices) {
  for (const char* encoder : {"linear-amplitude", "cubic-angle"}) {
    RegisterOptions o = small("density", encoder);
    o.noise = find_noise_model("sherbrooke"), o.readout = {"Z1"};
    CellProblem<double> exact(o, 3, 3, 21);
    exact.lengths = {3, 2, 0};
    exact.forward();
    o.trajectories = 20000;
    const auto cell = make_cell<double>(o);
    std::vector<double> y(9);
    auto input = exact.input();
    input.state = nullptr;
    cell->forward(exact.parameters, input, {.y = y.data()});
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(y[i], exact.y[i], 4.5 / std::sqrt(20000)) << encoder << i;
    EXPECT_EQ(y[8], 0);
  }
}

TEST(NoisyRegisterCell, RefusesWhatNoiseDoesNotLeave) {
  const auto refusal = [](auto change) {
    RegisterOptions o = small("density", "cubic-angle");
    o.noise = find_noise_model("depolarizing");
    change(o);
    return error_of([&] { make_cell<double>(o); });
  };
  EXPECT_THAT(refusal([](auto& o) { o.hidden = "collapse"; }), HasSubstr("take density"));
  EXPECT_THAT(refusal([](auto& o) { o.hidden = "coherent", o.encoder = "linear-amplitude"; }),
              HasSubstr("encoder made of gates"));
  EXPECT_THAT(refusal([](auto& o) { o.entropy = "von-neumann"; }), HasSubstr("mixed"));
  EXPECT_THAT(refusal([](auto& o) { o.feedback = true; }), HasSubstr("--feedback"));
  EXPECT_THAT(refusal([](auto& o) { o.system = 5, o.ancilla = 4; }), HasSubstr("at most 8"));
  EXPECT_THAT(refusal([](auto& o) { o.shots = -1; }), HasSubstr("0 or more"));
  EXPECT_THAT(refusal([](auto& o) { o.shots = 5, o.trajectories = 5; }), HasSubstr("either"));
  EXPECT_THAT(refusal([](auto& o) { o.noise->feedforward = true; }), HasSubstr("feed-forward"));
  RegisterOptions channels;
  channels.custom_ansatz = parse_ansatz(
      "gates = [{gate = 'RY', wires = 'all', angles = ['a']}, {channel = 'bit_flip', wires = 'all', "
      "probability = "
      "0.1}]",
      "own.toml");
  EXPECT_THAT(error_of([&] { make_cell<double>(channels); }), HasSubstr("run it with noise"));
  channels.noise = find_noise_model("none"), channels.hidden = "density", channels.dis = "flipped";
  EXPECT_THAT(make_cell<double>(channels)->summary(), HasSubstr("(16 channels a step)"));
}

}  // namespace
}  // namespace ebit::inline cell
