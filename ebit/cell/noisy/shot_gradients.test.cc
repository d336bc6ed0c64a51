// Gradients as a device measures them: without shots they are the adjoint's, with shots that on average.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/noisy/noisy_circuit.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

struct Slopes {
  std::vector<double> parameters, x;
};

// Of sum d_y . y; states have no gradient here.
Slopes slopes_of(const CellOptions& options, std::uint64_t draw = 1,
                 std::vector<std::int64_t> lengths = {3, 2}) {
  CellProblem<double> p(options, 2, 3, 23);
  p.lengths = std::move(lengths);
  SequenceInput<double> input = p.input();
  input.state = nullptr, input.draw_number = draw;
  TapeMemory memory;
  const auto tape = memory.take(p.cell->tape_bytes(2, 3));
  p.cell->forward(p.parameters, input, {.y = p.y.data()}, tape);
  Slopes found{std::vector<double>(p.parameters.size()), std::vector<double>(p.x.size())};
  p.cell->backward(p.parameters, input, tape, {.y = p.d_y.data()},
                   {found.parameters.data(), found.x.data(), nullptr});
  return found;
}

CellOptions by(CellOptions options, const char* gradient, int shots = 0, const char* noise = "depolarizing") {
  NoiseUse use = noise_use(options);
  use.noise = find_noise_model(noise), use.gradient = gradient, use.shots = shots;
  return with_noise_use(std::move(options), use);
}

// Of all numbers of the gradient over draws of it: parameters, then inputs.
struct Moments {
  std::vector<double> mean, variance;
};

Moments moments_of(const CellOptions& options, int draws) {
  Moments found;
  for (int draw = 0; draw < draws; ++draw) {
    Slopes one = slopes_of(options, static_cast<std::uint64_t>(draw));
    one.parameters.insert(one.parameters.end(), one.x.begin(), one.x.end());
    found.mean.resize(one.parameters.size()), found.variance.resize(one.parameters.size());
    for (std::size_t i = 0; i < one.parameters.size(); ++i)
      found.mean[i] += one.parameters[i], found.variance[i] += one.parameters[i] * one.parameters[i];
  }
  for (std::size_t i = 0; i < found.mean.size(); ++i) {
    found.mean[i] /= draws;
    found.variance[i] = found.variance[i] / draws - found.mean[i] * found.mean[i];
  }
  return found;
}

RegisterOptions small(const char* hidden, const char* encoder, const char* ansatz, bool every_step) {
  RegisterOptions o;
  o.hidden = hidden, o.encoder = encoder, o.ansatz = ansatz, o.every_step = every_step;
  o.layers_en = o.layers_dis = 1, o.readout = {"Z1", "X0*Z2", "P(3)"};
  return o;
}

TEST(ParameterShift, IsTheAdjointOfDensityMatricesWithoutShots) {
  for (const auto& [hidden, encoder, ansatz, every_step] :
       {std::tuple{"density", "linear-amplitude", "basic-entangler-ry", false},
        {"density", "linear-amplitude", "crz-ring", true},
        {"density", "cubic-angle", "strongly-entangling", true},
        {"coherent", "arctan-angle", "zz-ring", false},
        {"probabilities", "linear-amplitude", "basic-entangler-ry", false},
        {"probabilities", "cubic-angle", "strongly-entangling", true},
        {"sqrt-probabilities", "linear-amplitude", "crz-ring", true},
        {"marginals", "arctan-angle", "strongly-entangling", false}}) {
    SCOPED_TRACE(testing::Message() << hidden << " " << encoder << " " << ansatz);
    const RegisterOptions o = small(hidden, encoder, ansatz, every_step);
    for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{3, 3}, {2, 3}, {0, 1}}) {
      const Slopes exact = slopes_of(by(o, "adjoint"), 1, lengths);
      const Slopes measured = slopes_of(by(o, "parameter-shift"), 1, lengths);
      EXPECT_LT(largest_difference(exact.parameters, measured.parameters), 1e-9);
      EXPECT_LT(largest_difference(exact.x, measured.x), 1e-9);
    }
  }
}

TEST(ParameterShift, OfCircuitsInAClassicalRecursionToo) {
  GatedOptions gated{.inputs = 2, .qubits = 3, .hidden = 2, .ansatz = "crz-all", .linear_in = "shared"};
  GatedOptions mixed{.inputs = 2, .architecture = "gru", .qubits = 2, .hidden = 2};
  mixed.mixture = "shared", mixed.mixture_encoders = {"h-ry"},
  mixed.mixture_ansaetze = {"ring-rx", "brick-ry"};
  FastWeightsOptions fast{.inputs = 2, .qubits = 3, .measured = 2};
  KernelOptions kernel{.inputs = 2, .qubits = 3, .references = 3};
  WindowOptions window;
  window.inputs = 2, window.span = 2, window.qubits = 2, window.blocks = "EXY_X_CZ_EYX_Y_CX";
  for (const CellOptions& o : {CellOptions(gated), CellOptions(mixed), CellOptions(fast), CellOptions(kernel),
                               CellOptions(window)}) {
    SCOPED_TRACE(make_cell<double>(o)->summary());
    const Slopes exact = slopes_of(by(o, "adjoint")), measured = slopes_of(by(o, "parameter-shift"));
    EXPECT_LT(largest_difference(exact.parameters, measured.parameters), 1e-9);
    EXPECT_LT(largest_difference(exact.x, measured.x), 1e-9);
  }
}

// What is read at a step enters the next one's network: all that an angle moves is measured again.
TEST(ParameterShift, OfAnglesThatANetworkWrites) {
  for (const char* initial : {"zero", "trainable"})
    for (bool every_step : {false, true}) {
      ControlledOptions o{.inputs = 2, .qubits = 2, .layers = 2, .ffn = {.hidden = {3}}, .angle_scale = 0.4};
      o.ansatz = "strongly-entangling", o.initial = initial, o.every_step = every_step;
      o.readout = {"Z", "X0*X1", "P(1)"};
      for (const std::vector<std::int64_t>& lengths : {std::vector<std::int64_t>{3, 3}, {2, 3}, {0, 1}}) {
        SCOPED_TRACE(testing::Message() << initial << every_step << lengths[0]);
        const Slopes exact = slopes_of(by(o, "adjoint"), 1, lengths);
        const Slopes measured = slopes_of(by(o, "parameter-shift"), 1, lengths);
        EXPECT_LT(largest_difference(exact.parameters, measured.parameters), 1e-9);
        EXPECT_LT(largest_difference(exact.x, measured.x), 1e-9);
      }
      if (!every_step) continue;
      // Few draws of few shots: their mean is right, and each is another.
      const std::vector<double> exact = slopes_of(by(o, "adjoint")).parameters;
      constexpr int kDraws = 40;
      const Moments drawn = moments_of(by(o, "parameter-shift", 500), kDraws);
      for (std::size_t i = 0; i < exact.size(); ++i) {
        // What is measured enters the network, which is not linear: of the order of 1 / shots is left.
        EXPECT_NEAR(drawn.mean[i], exact[i], 4.5 * std::sqrt(drawn.variance[i] / kDraws) + 5e-3) << i;
        EXPECT_TRUE(drawn.variance[i] > 0 || exact[i] == 0) << i;
      }
    }
}

// A shared angle in many places: all shifted at once would give another number.
TEST(ParameterShift, ShiftsEveryOccurrenceByItself) {
  Circuit circuit(2);
  circuit.add(GateId::kRY, {0}, {Angle::shared(0)}).add(GateId::kCNOT, {0, 1});
  circuit.add(GateId::kRY, {0}, {Angle::shared(0, 0.5)}).add(GateId::kCRX, {0, 1}, {Angle::shared(0, -1)});
  const std::vector<Occurrence> found = occurrences_of(circuit);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].terms.size(), 2u);
  EXPECT_EQ(found[2].terms.size(), 4u);
  EXPECT_EQ(found[2].operation, 3u);
  const Circuit moved = shifted(circuit, found[1], 0.25);
  EXPECT_EQ(moved.operations()[2].angles[0].value, 0.25);
  EXPECT_EQ(moved.operations()[0].angles[0].value, 0);
  const std::vector<Observable> z = {parse_observable("Z1", 2)};
  NoiseUse use{.noise = find_noise_model("depolarizing*10"), .gradient = "parameter-shift"};
  NoisyCircuit<double> function(circuit, z, use);
  const auto w = function.workspace();
  const auto value = [&](double angle) {
    double y[kLanes<double>];
    function.bind({&angle, 1});
    function.forward(nullptr, {}, *w, y);
    return y[0];
  };
  const double at = 0.7, step = 1e-5, d_y[kLanes<double>] = {1};
  const double difference = (value(at + step) - value(at - step)) / (2 * step);
  double slope = 0;
  function.bind({&at, 1});
  function.backward(nullptr, d_y, {}, *w, {&slope, nullptr});
  EXPECT_NEAR(slope, difference, 1e-9);
}

// Each run is measured by itself: no two terms of the sum share their outcomes.
TEST(ParameterShift, ByShotsIsRightOnAverage) {
  constexpr int kShots = 100000;
  for (const char* encoder : {"linear-amplitude", "cubic-angle"}) {
    RegisterOptions o = small("density", encoder, "basic-entangler-ry", false);
    o.readout = {"X0*Z2"};
    const Slopes exact = slopes_of(by(o, "adjoint")), drawn = slopes_of(by(o, "parameter-shift", kShots));
    CellProblem<double> p(o, 2, 3, 23);
    // An angle of U_en or U_dis occurs once a step and sample; each of its two runs counts 1/2 for each
    // readout.
    double square = 0;
    for (const double d : p.d_y) square += d * d;
    const double sigma = std::sqrt(3 * 2 * square / 4 / kShots);
    EXPECT_NE(exact.parameters, drawn.parameters);
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(drawn.parameters[i], exact.parameters[i], 4.5 * sigma) << i;
    // Slopes of encoders are of the order of 1; the eight numbers of an amplitude encoder add up.
    EXPECT_LT(largest_difference(drawn.x, exact.x), 4.5 * 8 * sigma);
    const Slopes few = slopes_of(by(o, "parameter-shift", 10));
    EXPECT_EQ(slopes_of(by(o, "parameter-shift", 10)).parameters, few.parameters);
    EXPECT_NE(slopes_of(by(o, "parameter-shift", 10), 2).parameters, few.parameters);
  }
}

// What is measured makes the next memory, which is not linear: a rest of the order of 1 / shots is left.
TEST(ParameterShift, OfMeasuredMemoriesByShotsIsRightOnAverage) {
  constexpr int kDraws = 40;
  for (const char* hidden : {"probabilities", "sqrt-probabilities", "marginals"}) {
    SCOPED_TRACE(hidden);
    RegisterOptions o = small(hidden, "cubic-angle", "basic-entangler-ry", true);
    o.readout = {"X0*Z2"};
    const std::vector<double> exact = slopes_of(by(o, "adjoint")).parameters;
    const Moments drawn = moments_of(by(o, "parameter-shift", 2000), kDraws);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      EXPECT_NEAR(drawn.mean[i], exact[i], 4.5 * std::sqrt(drawn.variance[i] / kDraws) + 5e-3) << i;
      EXPECT_GT(drawn.variance[i], 0) << i;
    }
  }
}

TEST(ParameterShift, OfACircuitByShotsIsRightOnAverage) {
  constexpr int kShots = 100000;
  constexpr std::size_t kW = kLanes<double>;
  Circuit circuit(2);
  circuit.add(GateId::kRX, {0}, {Angle::per_sample(0)}).add(GateId::kRY, {1}, {Angle::shared(0)});
  circuit.add(GateId::kCNOT, {0, 1}).add(GateId::kRY, {0}, {Angle::shared(1)});
  const std::vector<Observable> z = z_of_first_wires(2, 2);
  const auto run = [&](int shots) {
    NoiseUse use{.noise = find_noise_model("sherbrooke"), .shots = shots, .gradient = "parameter-shift"};
    NoisyCircuit<double> function(circuit, z, use);
    const auto w = function.workspace();
    const double shared[] = {0.4, 1.1};
    double x[kW], d_y[2 * kW], y[2 * kW];
    for (std::size_t l = 0; l < kW; ++l) x[l] = 0.2 * static_cast<double>(l), d_y[l] = 1, d_y[kW + l] = -0.5;
    function.bind(shared);
    function.forward(x, {}, *w, y);
    std::vector<double> d(2 + kW);
    function.backward(x, d_y, {}, *w, {d.data(), d.data() + 2});
    return d;
  };
  const std::vector<double> exact = run(0), drawn = run(kShots);
  // Two runs of weight 1/2 for each readout; shared angles sum over the lanes.
  const double sigma = std::sqrt(2 * (1 + 0.25) / 4 / kShots);
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_NEAR(drawn[i], exact[i], 4.5 * sigma * (i < 2 ? std::sqrt(double(kW)) : 1)) << i;
    EXPECT_NE(drawn[i], exact[i]);
  }
}

std::vector<CellOptions> of_every_kind() {
  ControlledOptions written{.inputs = 2, .qubits = 2, .ffn = {.hidden = {3}}, .angle_scale = 0.3};
  GatedOptions gated{.inputs = 2, .qubits = 2, .hidden = 2, .linear_in = "shared"};
  return {small("density", "linear-amplitude", "basic-entangler-ry", false),
          small("sqrt-probabilities", "cubic-angle", "zz-ring", true), written, gated};
}

// With s the signs, the estimate is (g . s) s: all its numbers have one size, which the exact gradient gives.
TEST(Spsa, IsTheSlopeAlongRandomSigns) {
  for (const CellOptions& o : of_every_kind()) {
    SCOPED_TRACE(make_cell<double>(o)->summary());
    const std::vector<double> exact = slopes_of(by(o, "adjoint")).parameters;
    CellOptions spsa = by(o, "spsa");
    NoiseUse use = noise_use(spsa);
    use.perturbation = 3e-6;
    CellProblem<double> p(with_noise_use(spsa, use), 2, 3, 23);
    p.lengths = {3, 2};
    SequenceInput<double> input = p.input();
    input.state = nullptr;
    std::vector<double> found(exact.size());
    p.cell->backward(p.parameters, input, {}, {.y = p.d_y.data()}, {found.data(), nullptr, nullptr});
    double along = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) along += exact[i] * (found[i] < 0 ? -1 : 1);
    for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(std::abs(found[i]), along, 1e-9) << i;
  }
}

// The mean over many draws; inputs too, whose signs are their own.
TEST(Spsa, ByShotsIsRightOnAverage) {
  constexpr int kDraws = 500;
  for (const CellOptions& o : of_every_kind()) {
    SCOPED_TRACE(make_cell<double>(o)->summary());
    const Slopes exact = slopes_of(by(o, "adjoint"));
    CellOptions spsa = by(o, "spsa", 100);
    NoiseUse use = noise_use(spsa);
    use.perturbation = 0.03;
    spsa = with_noise_use(spsa, use);
    const Moments drawn = moments_of(spsa, kDraws);
    ASSERT_EQ(drawn.mean.size(), exact.parameters.size() + exact.x.size());
    for (std::size_t i = 0; i < drawn.mean.size(); ++i) {
      const double own =
          i < exact.parameters.size() ? exact.parameters[i] : exact.x[i - exact.parameters.size()];
      EXPECT_NEAR(drawn.mean[i], own, 4.5 * std::sqrt(drawn.variance[i] / kDraws) + 0.02) << i;
    }
  }
}

TEST(ShotGradients, RefuseWhatTheyCannotMeasure) {
  const auto refusal = [](const CellOptions& options) {
    return error_of([&] { make_cell<double>(options); });
  };
  EXPECT_THAT(refusal(by(small("collapse", "cubic-angle", "zz-ring", true), "parameter-shift")),
              HasSubstr("no state vector to keep"));
  EXPECT_THAT(refusal(by(small("density", "cubic-angle", "zz-ring", true), "finite-difference")),
              HasSubstr("or spsa"));
  RegisterOptions bare;
  bare.gradient = "spsa";
  EXPECT_THAT(refusal(bare), HasSubstr("say --shots"));
  NoiseUse use = noise_use(by(GatedOptions{}, "spsa", 10));
  use.perturbation = 0;
  EXPECT_THAT(refusal(with_noise_use(GatedOptions{}, use)), HasSubstr("above 0"));
  CellProblem<double> p(by(small("density", "cubic-angle", "zz-ring", true), "spsa", 5), 2, 2, 1);
  EXPECT_THAT(error_of([&] { p.gradient(); }), HasSubstr("small random vector"));
  CellProblem<double> q(by(small("density", "cubic-angle", "zz-ring", true), "parameter-shift", 5), 2, 2, 1);
  EXPECT_THAT(error_of([&] { q.gradient(); }), HasSubstr("state is not measured"));
}

}  // namespace
}  // namespace ebit::inline cell
