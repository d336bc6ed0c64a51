// The steps of a controlled cell against whole matrices and a network written out, one sample at a time.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <map>

#include "ebit/base/error.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using Eigen::MatrixXcd;
using Eigen::MatrixXd;
using Eigen::VectorXcd;
using Eigen::VectorXd;

// The slow, obvious cell: exact expectations, no batch, no dropout.
class PlainCell {
 public:
  PlainCell(const ControlledOptions& options, std::span<const Segment> segments)
      : options_(options), circuit_(controlled_circuit(options, AngleSource::kPerSample)) {
    for (const Segment& segment : segments) segments_[segment.name] = segment;
    for (const Observable& o : parse_readout(options.readout, options.qubits)) {
      std::string letters;
      for (int q = 0; q < options.qubits; ++q) {
        const std::size_t bit = std::size_t{1} << (options.qubits - 1 - q);
        letters += o.x_mask & bit ? (o.z_mask & bit ? 'Y' : 'X') : (o.z_mask & bit ? 'Z' : 'I');
      }
      const auto n = Eigen::Index{1} << options.qubits;
      readout_.push_back(o.offset * MatrixXcd::Identity(n, n) + o.scale * oracle::pauli_matrix(letters));
    }
  }

  // A matrix of the flat array by its name; a bias is one column.
  MatrixXd block(const std::vector<double>& parameters, const std::string& name) const {
    const Segment& s = segments_.at(name);
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(parameters.data() + s.offset, s.shape[0],
                                      s.shape.size() == 2 ? s.shape[1] : 1);
  }

  VectorXd activate(const VectorXd& pre) const {
    const std::string& name = options_.ffn.activation;
    if (name == "linear") return pre;
    if (name == "relu") return pre.cwiseMax(0);
    if (name == "gelu") return pre.unaryExpr([](double v) { return v / 2 * std::erfc(-v / std::sqrt(2.0)); });
    const Eigen::Index n = pre.size() / 2;
    return pre.head(n).cwiseProduct(pre.tail(n).unaryExpr([](double v) { return 1 / (1 + std::exp(-v)); }));
  }

  VectorXd angles(const std::vector<double>& parameters, const VectorXd& x, const VectorXd& z) const {
    VectorXd v(x.size() + z.size());
    v << x, z;
    const std::size_t hidden = options_.ffn.hidden.size();
    for (std::size_t l = 0; l < hidden; ++l) {
      const std::string map = fmt::format("{}.weight", l);
      const VectorXd out =
          activate(block(parameters, "ffn." + map) * v + block(parameters, fmt::format("ffn.{}.bias", l)));
      if (!options_.ffn.residual)
        v = out;
      else if (segments_.count("shortcut." + map))
        v = out + block(parameters, "shortcut." + map) * v;
      else
        v = out + v;
    }
    return options_.angle_scale * (block(parameters, fmt::format("ffn.{}.weight", hidden)) * v +
                                   block(parameters, fmt::format("ffn.{}.bias", hidden)));
  }

  MatrixXcd unitary(const VectorXd& angles) const {
    return oracle::circuit_matrix(circuit_, {}, {angles.data(), static_cast<std::size_t>(angles.size())});
  }

  VectorXd read(const VectorXcd& psi) const {
    VectorXd z(static_cast<Eigen::Index>(readout_.size()));
    for (Eigen::Index k = 0; k < z.size(); ++k)
      z[k] = psi.dot(readout_[static_cast<std::size_t>(k)] * psi).real();
    return z;
  }

  VectorXcd start(const std::vector<double>& parameters) const {
    VectorXcd psi = VectorXcd::Unit(Eigen::Index{1} << options_.qubits, 0);
    if (options_.initial == "trainable") psi = unitary(block(parameters, "initial").col(0)) * psi;
    return psi;
  }

  // z [K, T] of inputs x [E, T]. `fed` [K, T] replaces z_t as the next step's input; `noise` [K, T] is added
  // to it. Both may be empty.
  MatrixXd run(const std::vector<double>& parameters, const MatrixXd& x, const MatrixXd& noise = {},
               const MatrixXd& fed = {}) const {
    VectorXcd psi = start(parameters);
    VectorXd z = read(psi);
    MatrixXd all(z.size(), x.cols());
    for (Eigen::Index t = 0; t < x.cols(); ++t) {
      psi = unitary(angles(parameters, x.col(t), z)) * psi;
      z = read(psi);
      if (noise.size()) z += noise.col(t);
      all.col(t) = z;
      if (fed.size()) z = fed.col(t);
    }
    return all;
  }

  const std::vector<MatrixXcd>& readout() const { return readout_; }

 private:
  ControlledOptions options_;
  Circuit circuit_;
  std::map<std::string, Segment> segments_;
  std::vector<MatrixXcd> readout_;
};

// Rows of sample b as columns: [width, T].
MatrixXd sequence(const std::vector<double>& numbers, std::size_t width, std::size_t steps, std::size_t b) {
  return Eigen::Map<const MatrixXd>(numbers.data() + b * steps * width, static_cast<Eigen::Index>(width),
                                    static_cast<Eigen::Index>(steps));
}

TEST(ControlledSteps, EqualTheDenseOracle) {
  const ControlledOptions base{.inputs = 2, .qubits = 2, .ffn = {.hidden = {3}}};
  std::vector<ControlledOptions> cases;
  for (const auto& row : activations<double>())
    for (bool residual : {false, true}) {
      cases.push_back(base);
      cases.back().ffn = {.hidden = {4, 4}, .activation = std::string(row.name), .residual = residual};
    }
  for (const Ansatz& row : ansaetze()) {
    cases.push_back(base);
    cases.back().ansatz = row.name, cases.back().qubits = 3, cases.back().layers = 2;
  }
  for (const InitialStateRow& row : initial_states()) {
    cases.push_back(base);
    cases.back().initial = row.name, cases.back().first_ry = false, cases.back().angle_scale = 1.7;
    cases.back().ffn.hidden = {}, cases.back().qubits = 1, cases.back().readout = {"Z", "P(0)", "X"};
  }
  for (ControlledOptions& options : cases) {
    SCOPED_TRACE(fmt::format("{}, {}, {} hidden layers, initial {}", options.ansatz, options.ffn.activation,
                             options.ffn.hidden.size(), options.initial));
    if (options.qubits == 3) options.readout = {"Z", "X0*Y2", "P(1)", "Z0*Z1*Z2"};
    CellProblem<double> problem(options, /*samples=*/9, /*steps=*/4, /*seed=*/11);
    problem.forward();
    const PlainCell plain(options, problem.cell->segments());
    for (std::size_t b : {0, 8})
      EXPECT_LT((plain.run(problem.parameters, sequence(problem.x, 2, 4, b)) -
                 sequence(problem.y, problem.cell->outputs(), 4, b))
                    .cwiseAbs()
                    .maxCoeff(),
                1e-13);
  }
}

TEST(ControlledSteps, ShotsAverageToExpectations) {
  ControlledOptions options{.inputs = 2, .qubits = 2, .ffn = {.hidden = {3}}, .angle_scale = 1};
  options.measurement = "shots", options.shots = 64, options.readout = {"XYZ", "Z0*Z1", "P(1)"};
  CellProblem<double> problem(options, /*samples=*/500, /*steps=*/1, /*seed=*/2);
  for (std::size_t b = 1; b < 500; ++b) std::copy_n(problem.x.data(), 2, problem.x.data() + 2 * b);
  problem.forward();
  const PlainCell plain(options, problem.cell->segments());
  const MatrixXd exact = plain.run(problem.parameters, sequence(problem.x, 2, 1, 0));
  const auto k = static_cast<Eigen::Index>(problem.cell->outputs());
  const Eigen::Map<const MatrixXd> drawn(problem.y.data(), k, 500);
  for (Eigen::Index i = 0; i < k; ++i) {
    const double scale = i + 1 == k ? 0.5 : 1, mean = (exact(i, 0) - (scale < 1 ? 0.5 : 0)) / scale;
    const double sigma = scale * std::sqrt((1 - mean * mean) / 64);
    EXPECT_NEAR(drawn.row(i).mean(), exact(i, 0), 4.5 * sigma / std::sqrt(500.0) + 1e-12);
    const double spread = std::sqrt((drawn.row(i).array() - exact(i, 0)).square().mean());
    EXPECT_NEAR(spread, sigma, 0.2 * sigma + 1e-12);
  }
}

// The noise is a constant of the derivative.
TEST(ControlledSteps, GradientUnderShotsHoldsTheNoiseConstant) {
  ControlledOptions options{.inputs = 2, .qubits = 2, .ffn = {.hidden = {3}}, .angle_scale = 0.3};
  options.measurement = "shots", options.shots = 20, options.initial = "trainable";
  CellProblem<double> problem(options, /*samples=*/1, /*steps=*/4, /*seed=*/2);
  std::ranges::fill(problem.d_last, 0.0);
  const auto exact = problem.gradient();
  const PlainCell plain(options, problem.cell->segments());
  const std::size_t k = problem.cell->outputs();
  const MatrixXd x = sequence(problem.x, 2, 4, 0), drawn = sequence(problem.y, k, 4, 0),
                 d_z = sequence(problem.d_y, k, 4, 0);
  const MatrixXd noise = drawn - plain.run(problem.parameters, x, {}, drawn);
  EXPECT_GT(noise.cwiseAbs().maxCoeff(), 0.05);
  const auto loss = [&] { return plain.run(problem.parameters, x, noise).cwiseProduct(d_z).sum(); };
  EXPECT_LT(largest_difference(exact.parameters, finite_difference<double>(loss, problem.parameters, 5e-6)),
            1e-7);
}

// The mean over trajectories is the channel: rho -> sum_m K_m U rho U^+ K_m^+, read before the reset.
TEST(ControlledSteps, SampledMeasurementsAverageToTheChannel) {
  constexpr std::size_t kSamples = 20000, kSteps = 3;
  for (bool reset : {false, true}) {
    SCOPED_TRACE(reset);
    ControlledOptions options{.inputs = 1, .qubits = 2, .ffn = {}};
    options.measurement = "sampled", options.measured = {0}, options.reset = reset;
    options.layers = 2;
    CellProblem<double> problem(options, kSamples, kSteps, /*seed=*/3);
    for (std::size_t b = 1; b < kSamples; ++b)
      std::copy_n(problem.x.data(), kSteps, problem.x.data() + b * kSteps);
    // The angles do not hang on the readouts, so that the channel is the same for all trajectories.
    const Segment& weight = problem.cell->segments().front();
    const auto columns = static_cast<std::size_t>(weight.shape[1]);
    for (std::size_t i = 0; i < weight.size; ++i)
      if (i % columns > 0) problem.parameters[i] = 0;
    problem.forward();

    const PlainCell plain(options, problem.cell->segments());
    MatrixXcd rho = MatrixXcd::Zero(4, 4);
    rho(0, 0) = 1;
    const auto k = static_cast<Eigen::Index>(problem.cell->outputs());
    for (std::size_t t = 0; t < kSteps; ++t) {
      const VectorXd x = VectorXd::Constant(1, problem.x[t]);
      const MatrixXcd u = plain.unitary(plain.angles(problem.parameters, x, VectorXd::Zero(k)));
      rho = u * rho * u.adjoint();
      rho.topRightCorner(2, 2).setZero();
      rho.bottomLeftCorner(2, 2).setZero();
      for (Eigen::Index i = 0; i < k; ++i) {
        double mean = 0;
        for (std::size_t b = 0; b < kSamples; ++b)
          mean += problem.y[(b * kSteps + t) * static_cast<std::size_t>(k) + static_cast<std::size_t>(i)] /
                  kSamples;
        EXPECT_NEAR(mean, (plain.readout()[static_cast<std::size_t>(i)] * rho).trace().real(),
                    4.5 / std::sqrt(kSamples));
      }
      if (!reset) continue;
      rho.topLeftCorner(2, 2) += MatrixXcd(rho.bottomRightCorner(2, 2));
      rho.bottomRightCorner(2, 2).setZero();
    }
  }
}

// What is measured is what is read: Z of a measured qubit is its outcome.
TEST(ControlledSteps, ZOfAMeasuredQubitIsItsOutcome) {
  ControlledOptions options{.inputs = 1, .qubits = 3, .ffn = {.hidden = {4}}, .angle_scale = 1};
  options.measurement = "sampled", options.measured = {2, 0}, options.readout = {"Z0", "Z2"},
  options.reset = true;
  CellProblem<double> problem(options, /*samples=*/40, /*steps=*/5, /*seed=*/1);
  problem.forward();
  double both[2] = {};
  for (std::size_t i = 0; i < problem.y.size(); ++i) {
    EXPECT_NEAR(std::abs(problem.y[i]), 1, 1e-12);
    both[problem.y[i] > 0] += 1;
  }
  EXPECT_GT(both[0], 40);
  EXPECT_GT(both[1], 40);
  // Behind the reset the measured qubits are in |0>.
  for (std::size_t b = 0; b < 40; ++b)
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_TRUE((i & 5) == 0 || problem.last[b * problem.cell->state_numbers() + i] == 0);
}

}  // namespace
}  // namespace ebit::inline cell
