#include "ebit/cell/register_cell.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit {
namespace {

// Every encoder with every hidden update that it fits, at unequal register sizes.
std::vector<RegisterOptions> every_combination() {
  std::vector<RegisterOptions> all;
  for (const Encoder& encoder : encoders())
    for (const auto& update : hidden_updates<double>()) {
      if (update.memory == Memory::kWholeState && !encoder.build) continue;
      RegisterOptions options;
      options.system = 2, options.ancilla = all.size() % 3 == 0 ? 1 : 2;
      options.features = 2;
      options.encoder = encoder.name, options.hidden = update.name;
      options.ansatz = ansaetze()[(all.size() + 1) % ansaetze().size()].name;
      options.layers_en = 2, options.layers_dis = 1;
      options.dis = dis_structures()[all.size() % 2].name;
      options.readout = {"Z0", "X1*Z2", "P(1)"};
      options.every_step = all.size() % 2 == 0;
      all.push_back(options);
    }
  return all;
}

std::string name_of(const RegisterOptions& o) {
  return fmt::format("{} {} {} {} {}+{}", o.encoder, o.ansatz, o.hidden, o.dis, o.system, o.ancilla);
}

TEST(RegisterCell, AdjointGradientIsTheDerivativeForEveryCombination) {
  std::uint64_t seed = 100;
  for (const RegisterOptions& options : every_combination()) {
    SCOPED_TRACE(testing::Message() << name_of(options) << ", seed " << ++seed);
    CellProblem<double> problem(options, 3, 3, seed);
    const auto exact = problem.gradient();
    const auto numeric = problem.numerical_gradient(1e-5);
    EXPECT_LT(largest_difference(exact.parameters, numeric.parameters), 2e-8);
    EXPECT_LT(largest_difference(exact.hidden, numeric.hidden), 2e-8);
    if (options.encoder != "basis") {
      EXPECT_LT(largest_difference(exact.x, numeric.x), 2e-8);
    }
    if (options.ansatz == "basic-entangler-rz") continue;  // diagonal: it may leave every reading as it is
    double size = 0;
    for (double d : exact.parameters) size += std::abs(d);
    EXPECT_GT(size, 1e-3) << "a gradient of zeros would pass every comparison";
  }
}

TEST(RegisterCell, ParameterShiftEqualsAdjoint) {
  std::uint64_t seed = 200;
  for (RegisterOptions options : every_combination()) {
    SCOPED_TRACE(testing::Message() << name_of(options) << ", seed " << ++seed);
    CellProblem<double> adjoint(options, 2, 3, seed);
    options.gradient = "parameter-shift";
    CellProblem<double> shift(options, 2, 3, seed);
    const auto a = adjoint.gradient(), b = shift.gradient();
    EXPECT_LT(largest_difference(a.parameters, b.parameters), 1e-11);
    EXPECT_LT(largest_difference(a.x, b.x), 1e-11);
    EXPECT_LT(largest_difference(a.hidden, b.hidden), 1e-11);
  }
}

TEST(RegisterCell, FiniteDifferenceMethodEqualsAdjoint) {
  RegisterOptions options;
  CellProblem<double> adjoint(options, 2, 4, 7);
  options.gradient = "finite-difference";
  CellProblem<double> difference(options, 2, 4, 7);
  const auto a = adjoint.gradient(), b = difference.gradient();
  EXPECT_LT(largest_difference(a.parameters, b.parameters), 1e-8);
  EXPECT_LT(largest_difference(a.x, b.x), 1e-8);
  EXPECT_LT(largest_difference(a.hidden, b.hidden), 1e-8);
}

TEST(RegisterCell, Float32FollowsFloat64) {
  std::uint64_t seed = 300;
  for (const RegisterOptions& options : every_combination()) {
    if (options.hidden == "sample") continue;  // its draws differ at the edges of the outcomes' intervals
    SCOPED_TRACE(testing::Message() << name_of(options) << ", seed " << ++seed);
    CellProblem<double> wide(options, 3, 3, seed);
    CellProblem<float> narrow(options, 3, 3, seed);
    EXPECT_NEAR(wide.loss(), narrow.loss(), 1e-4);
    EXPECT_LT(largest_difference(wide.gradient().parameters, narrow.gradient().parameters), 2e-3);
  }
}

TEST(RegisterCell, ABatchEqualsItsSingleSequences) {
  for (RegisterOptions options : every_combination()) {
    if (options.hidden == "sample") continue;                // each sample has its own draws
    options.engine = options.every_step ? "fold" : "gates";  // the choice depends on the batch
    for (std::size_t batch : {1u, 3u, 8u, 17u}) {
      SCOPED_TRACE(testing::Message() << name_of(options) << ", batch " << batch);
      CellProblem<double> problem(options, batch, 3, 5);
      std::vector<double> y(problem.output_numbers());
      problem.cell.forward(problem.parameters, problem.input(), y.data());
      const std::size_t width = y.size() / batch, inputs = problem.x.size() / batch;
      for (std::size_t b = 0; b < batch; ++b) {
        std::vector<double> own(width);
        problem.cell.forward(problem.parameters, {1, 3, problem.x.data() + b * inputs}, own.data());
        for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(own[k], y[b * width + k]);
      }
    }
  }
}

TEST(RegisterCell, SameNumbersAtAnyThreadCount) {
  const auto run = [](int count) {
    set_threads(count);
    CellProblem<double> problem({}, 50, 6, 3);
    const auto g = problem.gradient();
    set_threads(1);
    return g;
  };
  const auto one = run(1), three = run(3);
  EXPECT_EQ(one.parameters, three.parameters);
  EXPECT_EQ(one.x, three.x);
}

// The whole step by matrices, for each hidden update whose next state has a closed form.
TEST(RegisterCell, StepsEqualTheDenseOracle) {
  const std::vector<std::string> updates = {"collapse", "probabilities", "sqrt-probabilities", "density",
                                            "coherent"};
  for (std::size_t number = 0; number < 2 * updates.size(); ++number) {
    const std::string& hidden = updates[number / 2];
    RegisterOptions options;
    options.engine = number % 2 ? "fold" : "gates";
    SCOPED_TRACE(hidden + " by " + options.engine);
    options.encoder = "arctan-angle", options.ansatz = "strongly-entangling", options.hidden = hidden;
    options.dis = "adjoint", options.ancilla = 2, options.system = 1, options.every_step = true;
    CellProblem<double> problem(options, 1, 4, 11);
    std::vector<double> y(4);
    problem.cell.forward(problem.parameters, problem.input(), y.data());

    const Segment& en = problem.cell.segments()[0];
    const Segment& dis = problem.cell.segments()[1];
    const Eigen::MatrixXcd u =
        oracle::circuit_matrix(problem.cell.u_dis(),
                               std::span(problem.parameters).subspan(dis.offset, dis.size)) *
        oracle::circuit_matrix(problem.cell.u_en(),
                               std::span(problem.parameters).subspan(en.offset, en.size));
    const Eigen::MatrixXcd z = oracle::pauli_matrix("ZII");
    Eigen::MatrixXcd rho = Eigen::MatrixXcd::Zero(4, 4);  // ancilla
    rho(0, 0) = 1;
    Eigen::VectorXcd h = Eigen::VectorXcd::Unit(4, 0), whole = Eigen::VectorXcd::Unit(8, 0);
    for (int t = 0; t < 4; ++t) {
      const double v = problem.x[static_cast<std::size_t>(t)];
      Circuit encoder(1), on_top(3);
      for (Circuit* circuit : {&encoder, &on_top})
        circuit->add(GateId::kH, {0})
            .add(GateId::kRY, {0}, {Angle::constant(std::atan(v))})
            .add(GateId::kRZ, {0}, {Angle::constant(std::atan(v * v))});
      const Eigen::VectorXcd system = oracle::circuit_matrix(encoder, {}).col(0);
      if (hidden == "density") {
        Eigen::MatrixXcd joint(8, 8);
        for (int a = 0; a < 2; ++a)
          for (int b = 0; b < 2; ++b)
            joint.block(4 * a, 4 * b, 4, 4) = system[a] * std::conj(system[b]) * rho;
        joint = (u * joint * u.adjoint()).eval();
        EXPECT_NEAR(y[static_cast<std::size_t>(t)], (z * joint).trace().real(), 1e-13);
        rho = joint.block(0, 0, 4, 4) + joint.block(4, 4, 4, 4);
        continue;
      }
      Eigen::VectorXcd psi(8);
      psi << system[0] * h, system[1] * h;
      if (hidden == "coherent") psi = oracle::circuit_matrix(on_top, {}) * whole;
      psi = (u * psi).eval();
      whole = psi;
      EXPECT_NEAR(y[static_cast<std::size_t>(t)], psi.dot(z * psi).real(), 1e-13);
      if (hidden == "collapse") {
        const bool second = psi.tail(4).norm() > psi.head(4).norm();
        h = (second ? psi.tail(4) : psi.head(4)).normalized();
      } else {
        const Eigen::VectorXd r = psi.head(4).cwiseAbs2() + psi.tail(4).cwiseAbs2();
        h = hidden == "probabilities" ? r.normalized().cast<Complex>().eval()
                                      : r.cwiseSqrt().cast<Complex>().eval();
      }
    }
  }
}

TEST(RegisterCell, DensityIsTheMeanOfSampledTrajectories) {
  RegisterOptions options;
  options.encoder = "cubic-angle", options.hidden = "density", options.every_step = true;
  CellProblem<double> exact(options, 1, 4, 21);
  std::vector<double> y(4), mean(4, 0.0);
  exact.cell.forward(exact.parameters, exact.input(), y.data());
  options.hidden = "sample";
  const std::size_t draws = 20000;
  RegisterCell<double> cell(options);
  std::vector<double> x, sampled(draws * 4);
  for (std::size_t b = 0; b < draws; ++b) x.insert(x.end(), exact.x.begin(), exact.x.end());
  cell.forward(exact.parameters, {draws, 4, x.data(), nullptr, 5, 0}, sampled.data());
  for (std::size_t i = 0; i < sampled.size(); ++i) mean[i % 4] += sampled[i] / draws;
  for (std::size_t t = 0; t < 4; ++t) EXPECT_NEAR(mean[t], y[t], 0.02) << t;
}

TEST(RegisterCell, SampleRepeatsWithItsSeedAndChangesWithTheDraw) {
  RegisterOptions options;
  options.hidden = "sample";
  CellProblem<double> problem(options, 40, 5, 3);
  const auto run = [&](std::uint64_t seed, std::uint64_t number) {
    std::vector<double> y(problem.output_numbers());
    SequenceInput<double> input = problem.input();
    input.draw_seed = seed, input.draw_number = number;
    problem.cell.forward(problem.parameters, input, y.data());
    return y;
  };
  EXPECT_EQ(run(1, 0), run(1, 0));
  EXPECT_NE(run(1, 0), run(2, 0));
  EXPECT_NE(run(1, 0), run(1, 1));
}

TEST(RegisterCell, CarriedStateEqualsOneLongSequence) {
  for (const auto& update : hidden_updates<double>()) {
    if (update.draws) continue;
    SCOPED_TRACE(update.name);
    RegisterOptions options;
    options.encoder = "cubic-angle", options.hidden = update.name, options.every_step = true;
    CellProblem<double> problem(options, 1, 6, 13);
    std::vector<double> whole(6), first(3), second(3), h(problem.cell.hidden_numbers());
    problem.cell.forward(problem.parameters, problem.input(), whole.data());
    problem.cell.forward(problem.parameters, {1, 3, problem.x.data()}, first.data(), h.data());
    problem.cell.forward(problem.parameters, {1, 3, problem.x.data() + 3, h.data()}, second.data());
    for (std::size_t t = 0; t < 3; ++t) {
      EXPECT_NEAR(whole[t], first[t], 1e-15);
      EXPECT_NEAR(whole[t + 3], second[t], 1e-15);
    }
  }
}

// Un-computation over a long sequence: the gradient of a coherent cell stays the derivative.
TEST(RegisterCell, CoherentGradientAfterAThousandSteps) {
  RegisterOptions options;
  options.encoder = "arccos-angle", options.ansatz = "zz-ring", options.hidden = "coherent",
  options.layers_dis = 0;
  CellProblem<double> problem(options, 1, 1000, 17);
  const auto exact = problem.gradient();
  const auto numeric = finite_difference<double>([&] { return problem.loss(); }, problem.parameters, 1e-7);
  double size = 0;
  for (double d : exact.parameters) size = std::max(size, std::abs(d));
  EXPECT_LT(largest_difference(exact.parameters, numeric), 1e-4 * size);
}

// -- bad input
// -----------------------------------------------------------------------------------------------

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(RegisterCell, SaysWhatIsWrongWithOptions) {
  const auto with = [](auto change) {
    RegisterOptions options;
    change(options);
    return message_of([&] { RegisterCell<double> cell(options); });
  };
  EXPECT_THAT(with([](auto& o) { o.system = 0; }),
              testing::HasSubstr("system register needs at least 1 wire, not 0"));
  EXPECT_THAT(with([](auto& o) { o.ancilla = -1; }), testing::HasSubstr("ancilla"));
  EXPECT_THAT(with([](auto& o) { o.layers_en = -1; }), testing::HasSubstr("layers"));
  EXPECT_THAT(with([](auto& o) { o.encoder = "cubic"; }), testing::HasSubstr("unknown encoder 'cubic'"));
  EXPECT_THAT(with([](auto& o) { o.hidden = "colapse"; }), testing::HasSubstr("did you mean 'collapse'?"));
  EXPECT_THAT(with([](auto& o) { o.ansatz = "zz-rng"; }), testing::HasSubstr("did you mean 'zz-ring'?"));
  EXPECT_THAT(with([](auto& o) { o.dis = "fliped"; }), testing::HasSubstr("did you mean 'flipped'?"));
  EXPECT_THAT(with([](auto& o) { o.gradient = "adjont"; }), testing::HasSubstr("did you mean 'adjoint'?"));
  EXPECT_THAT(with([](auto& o) { o.readout = {"Z4"}; }), testing::HasSubstr("wire 4 is not there"));
  EXPECT_THAT(with([](auto& o) { o.hidden = "coherent"; }), testing::HasSubstr("encoder made of gates"));
  EXPECT_THAT(with([](auto& o) { o.encoder = "cubic-angle", o.features = 3; }),
              testing::HasSubstr("3 features do not fit on 2 system wires"));
  EXPECT_THAT(with([](auto& o) { o.system = 30, o.ancilla = 10; }), testing::HasSubstr("would take 256 TiB"));
  EXPECT_THAT(with([](auto& o) { o.features = 0; }), testing::HasSubstr("at least 1 input feature"));
}

TEST(RegisterCell, SaysWhatIsWrongWithInputs) {
  RegisterOptions options;
  options.encoder = "arccos-angle", options.features = 2;
  CellProblem<double> problem(options, 3, 4, 1);
  std::vector<double> y(3);
  problem.x[(2 * 4 + 1) * 2 + 1] = 1.5;
  EXPECT_THAT(message_of([&] { problem.cell.forward(problem.parameters, problem.input(), y.data()); }),
              testing::HasSubstr(
                  "input 1.5 of sample 2, step 1, feature 1 is not allowed: encoder arccos-angle takes "
                  "numbers in [-1, 1]"));
  problem.x[(2 * 4 + 1) * 2 + 1] = std::nan("");
  EXPECT_THAT(message_of([&] { problem.cell.forward(problem.parameters, problem.input(), y.data()); }),
              testing::HasSubstr("takes finite numbers"));
  EXPECT_THAT(message_of([&] { problem.cell.forward({}, problem.input(), y.data()); }),
              testing::HasSubstr("parameters, but 0 were given"));

  CellProblem<double> amplitude({}, 10, 2, 1);
  std::fill(amplitude.parameters.begin() + 16, amplitude.parameters.end(), 0.0);  // W and b
  std::vector<double> out(10);
  EXPECT_THAT(
      message_of([&] { amplitude.cell.forward(amplitude.parameters, amplitude.input(), out.data()); }),
      testing::HasSubstr("sample 0, step 0: the encoder's vector W x + b is zero"));
  std::fill(amplitude.hidden.begin() + 8, amplitude.hidden.begin() + 16, 0.0);
  EXPECT_THAT(
      message_of([&] { amplitude.cell.forward(amplitude.parameters, amplitude.input(), out.data()); }),
      testing::HasSubstr("initial hidden state of sample 1 is the zero vector"));
}

}  // namespace
}  // namespace ebit
