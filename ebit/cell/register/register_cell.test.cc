#include "ebit/cell/register/register_cell.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

TEST(RegisterCell, FiniteDifferenceMethodEqualsAdjoint) {
  RegisterOptions options;
  CellProblem<double> adjoint(options, 2, 4, 7);
  options.gradient = "finite-difference";
  CellProblem<double> difference(options, 2, 4, 7);
  adjoint.lengths = difference.lengths = {4, 2};
  EXPECT_LT(relative_distance(adjoint.gradient(), difference.gradient()), 1e-8);
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
    problem.forward();
    const std::vector<double>& y = problem.y;

    const Segment& en = problem.cell->segments()[0];
    const Segment& dis = problem.cell->segments()[1];
    const Eigen::MatrixXcd u =
        oracle::circuit_matrix(register_cell(problem).u_dis(),
                               std::span(problem.parameters).subspan(dis.offset, dis.size)) *
        oracle::circuit_matrix(register_cell(problem).u_en(),
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
  exact.forward();
  std::vector<double> mean(4, 0.0);
  options.hidden = "sample";
  const std::size_t draws = 20000;
  RegisterCell<double> cell(options);
  std::vector<double> x, sampled(draws * 4);
  for (std::size_t b = 0; b < draws; ++b) x.insert(x.end(), exact.x.begin(), exact.x.end());
  cell.forward(exact.parameters, {.samples = draws, .steps = 4, .x = x.data(), .draw_seed = 5},
               {sampled.data()});
  for (std::size_t i = 0; i < sampled.size(); ++i) mean[i % 4] += sampled[i] / draws;
  for (std::size_t t = 0; t < 4; ++t) EXPECT_NEAR(mean[t], exact.y[t], 0.02) << t;
}

TEST(RegisterCell, SampleRepeatsWithItsSeedAndChangesWithTheDraw) {
  RegisterOptions options;
  options.hidden = "sample";
  CellProblem<double> problem(options, 40, 5, 3);
  const auto run = [&](std::uint64_t seed, std::uint64_t number) {
    SequenceInput<double> input = problem.input();
    input.draw_seed = seed, input.draw_number = number;
    problem.cell->forward(problem.parameters, input, {problem.y.data()});
    return problem.y;
  };
  EXPECT_EQ(run(1, 0), run(1, 0));
  EXPECT_NE(run(1, 0), run(2, 0));
  EXPECT_NE(run(1, 0), run(1, 1));
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

TEST(RegisterCell, SaysWhatIsWrongWithOptions) {
  const auto with = [](auto change) {
    RegisterOptions options;
    change(options);
    return error_of([&] { RegisterCell<double> cell(options); });
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
  problem.x[(2 * 4 + 1) * 2 + 1] = 1.5;
  EXPECT_THAT(error_of([&] { problem.forward(); }),
              testing::HasSubstr(
                  "input 1.5 of sample 2, step 1, feature 1 is not allowed: encoder arccos-angle takes "
                  "numbers in [-1, 1]"));

  CellProblem<double> amplitude(RegisterOptions{}, 10, 2, 1);
  std::fill(amplitude.parameters.begin() + 16, amplitude.parameters.end(), 0.0);  // W and b
  EXPECT_THAT(error_of([&] { amplitude.forward(); }),
              testing::HasSubstr("sample 0, step 0: the encoder's vector W x + b is zero"));
  amplitude.lengths = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_THAT(error_of([&] { amplitude.forward(); }), testing::HasSubstr("sample 2, step 0: the encoder"));
  amplitude.state = amplitude.initial_state();
  std::fill(amplitude.state.begin() + 8, amplitude.state.begin() + 16, 0.0);
  EXPECT_THAT(error_of([&] { amplitude.forward(); }),
              testing::HasSubstr("initial hidden state of sample 1 is the zero vector"));
}

}  // namespace
}  // namespace ebit::inline cell
