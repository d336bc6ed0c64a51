#include "ebit/fit/ridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::fit {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using ::testing::HasSubstr;

// Rows of features far from 0 with targets that no map gives exactly.
struct Rows {
  std::size_t count, features, outputs;
  std::vector<double> x, y;

  Rows(std::size_t n, std::size_t d, std::size_t o, std::uint64_t seed = 1)
      : count(n), features(d), outputs(o) {
    Random random(seed);
    for (std::size_t k = 0; k < n * d; ++k) x.push_back(3 + random.normal());
    for (std::size_t k = 0; k < n * o; ++k) y.push_back(-7 + x[k / o * d + k % o % d] + random.normal());
  }
  MatrixXd X() const { return matrix(x, features); }
  MatrixXd Y() const { return matrix(y, outputs); }
  void add_to(RidgeSolver& solver) const { solver.add(count, x.data(), y.data()); }

 private:
  MatrixXd matrix(const std::vector<double>& numbers, std::size_t columns) const {
    MatrixXd m(static_cast<Index>(count), static_cast<Index>(columns));
    for (Index r = 0; r < m.rows(); ++r)
      for (Index c = 0; c < m.cols(); ++c) m(r, c) = numbers[static_cast<std::size_t>(r * m.cols() + c)];
    return m;
  }
};

// W [O, D] by the textbook: centre, then the normal equations.
MatrixXd by_normal_equations(const Rows& rows, double penalty) {
  const MatrixXd x = rows.X().rowwise() - rows.X().colwise().mean();
  const MatrixXd y = rows.Y().rowwise() - rows.Y().colwise().mean();
  const MatrixXd gram = x.transpose() * x + penalty * MatrixXd::Identity(x.cols(), x.cols());
  return gram.ldlt().solve(x.transpose() * y).transpose();
}

double direct_error(const Rows& rows, const LinearMap& map) {
  double sum = 0;
  for (std::size_t r = 0; r < rows.count; ++r)
    for (std::size_t o = 0; o < rows.outputs; ++o) {
      double said = map.bias[o];
      for (std::size_t k = 0; k < rows.features; ++k)
        said += map.weights[o * rows.features + k] * rows.x[r * rows.features + k];
      sum += std::pow(said - rows.y[r * rows.outputs + o], 2);
    }
  return sum / static_cast<double>(rows.count * rows.outputs);
}

TEST(Ridge, SolvesTheNormalEquations) {
  for (const std::size_t n : {40, 3000}) {
    const Rows rows(n, 7, 3);
    RidgeSolver solver(7, 3);
    rows.add_to(solver);
    EXPECT_EQ(solver.rows(), n);
    for (const double penalty : {0.0, 1e-3, 1.0, 1e3}) {
      const LinearMap map = solver.solve(penalty);
      const MatrixXd w = by_normal_equations(rows, penalty);
      const VectorXd b = rows.Y().colwise().mean().transpose() - w * rows.X().colwise().mean().transpose();
      for (Index o = 0; o < 3; ++o) {
        EXPECT_NEAR(map.bias[static_cast<std::size_t>(o)], b[o], 1e-9);
        for (Index k = 0; k < 7; ++k)
          EXPECT_NEAR(map.weights[static_cast<std::size_t>(o * 7 + k)], w(o, k), 1e-11) << penalty;
      }
      EXPECT_NEAR(solver.mean_square_error(map), direct_error(rows, map), 1e-12);
    }
  }
}

TEST(Ridge, AnyPiecesGiveTheSameBits) {
  const Rows rows(1500, 5, 2);
  RidgeSolver whole(5, 2), pieces(5, 2);
  rows.add_to(whole);
  std::size_t done = 0;
  for (std::size_t size = 1; done < rows.count; size = 2 * size + 1) {
    const std::size_t count = std::min(size, rows.count - done);
    pieces.add(count, rows.x.data() + done * 5, rows.y.data() + done * 2);
    done += count;
  }
  EXPECT_EQ(whole.solve(1e-3).weights, pieces.solve(1e-3).weights);
  EXPECT_EQ(whole.solve(1e-3).bias, pieces.solve(1e-3).bias);
}

TEST(Ridge, AMapOfOtherRowsIsJudged) {
  const Rows training(60, 4, 2, 1), other(50, 4, 2, 2);
  RidgeSolver solver(4, 2), judge(4, 2);
  training.add_to(solver), other.add_to(judge);
  const LinearMap map = solver.solve(0.5);
  EXPECT_NEAR(judge.mean_square_error(map), direct_error(other, map), 1e-12);
  const Rows more(30, 4, 2, 3);
  more.add_to(solver);
  EXPECT_NE(solver.solve(0.5).weights, map.weights) << "rows may be added behind a solution";
}

TEST(Ridge, TheInterceptIsFree) {
  const Rows rows(30, 3, 1);
  RidgeSolver solver(3, 1);
  rows.add_to(solver);
  const LinearMap map = solver.solve(1e14);
  EXPECT_NEAR(map.bias[0], rows.Y().mean(), 1e-9);
}

// Powers of a number in [0, 1]: the normal equations would lose all digits.
TEST(Ridge, ExactWhereFeaturesNearlyDependOnEachOther) {
  constexpr std::size_t kPowers = 12;
  RidgeSolver solver(kPowers, 1);
  for (int i = 0; i < 400; ++i) {
    double row[kPowers], power = 1, y = 0.25;
    for (std::size_t k = 0; k < kPowers; ++k) row[k] = power *= i / 399.0;
    for (std::size_t k = 0; k < kPowers; ++k) y += (k % 2 ? -1.0 : 2.0) * row[k];
    solver.add(1, row, &y);
  }
  EXPECT_LT(solver.mean_square_error(solver.solve(0)), 1e-28);
}

TEST(Ridge, FewRowsAndEqualFeaturesGiveTheSmallestWeights) {
  RidgeSolver twice(2, 1);
  for (int i = 0; i < 20; ++i) {
    const double row[] = {0.1 * i, 0.1 * i}, y = 1 + 0.4 * i;
    twice.add(1, row, &y);
  }
  EXPECT_NEAR(twice.solve(0).weights[0], 2, 1e-9);
  EXPECT_NEAR(twice.solve(0).weights[1], 2, 1e-9);
  EXPECT_NEAR(twice.solve(0).bias[0], 1, 1e-9);

  RidgeSolver wide(10, 1);
  const Rows few(4, 10, 1);
  few.add_to(wide);
  EXPECT_LT(wide.mean_square_error(wide.solve(0)), 1e-24);
  EXPECT_EQ(wide.cross_validation(0), std::numeric_limits<double>::infinity());
  RidgeSolver one(3, 2);
  const double x[] = {1, 2, 3}, y[] = {4, 5};
  one.add(1, x, y);
  EXPECT_NEAR(one.solve(1).bias[1], 5, 1e-12) << "the mean, and no weight";
}

// Of fewer rows than features the map is that of the dual problem, W = Y^T (X X^T + penalty)^-1 X; leading
// features too.
TEST(Ridge, FewRowsOfManyFeaturesAreTheDualProblem) {
  const Rows rows(23, 90, 2, 4);
  RidgeSolver solver(90, 2);
  rows.add_to(solver);
  for (const Index leading : {90, 40, 10}) {
    const MatrixXd x = (rows.X().rowwise() - rows.X().colwise().mean()).leftCols(leading);
    const MatrixXd y = rows.Y().rowwise() - rows.Y().colwise().mean();
    for (const double penalty : {0.01, 1.0, 30.0}) {
      const MatrixXd kernel = x * x.transpose() + penalty * MatrixXd::Identity(23, 23);
      const MatrixXd expected = y.transpose() * kernel.ldlt().solve(x);  // [2, leading]
      const LinearMap map = solver.solve(penalty, static_cast<std::size_t>(leading));
      for (Index o = 0; o < 2; ++o)
        for (Index k = 0; k < 90; ++k)
          EXPECT_NEAR(map.weights[static_cast<std::size_t>(o * 90 + k)], k < leading ? expected(o, k) : 0,
                      1e-10);
      EXPECT_NEAR(solver.mean_square_error(map), direct_error(rows, map), 1e-12);
    }
  }
}

// By the n x n hat matrix.
TEST(Ridge, CrossValidationIsThatOfTheHatMatrix) {
  const Rows rows(25, 4, 2);
  RidgeSolver solver(4, 2);
  rows.add_to(solver);
  for (const double penalty : {0.0, 0.3, 20.0}) {
    const MatrixXd x = rows.X().rowwise() - rows.X().colwise().mean();
    const MatrixXd gram = x.transpose() * x + penalty * MatrixXd::Identity(4, 4);
    const MatrixXd hat = MatrixXd::Constant(25, 25, 1.0 / 25) + x * gram.ldlt().solve(x.transpose());
    const double residual = (rows.Y() - hat * rows.Y()).squaredNorm();
    EXPECT_NEAR(solver.cross_validation(penalty), 25 * residual / std::pow(25 - hat.trace(), 2) / 2, 1e-10);
  }
}

TEST(Ridge, LeadingFeaturesAreARegressionOfTheirOwn) {
  const Rows rows(300, 6, 2);
  RidgeSolver all(6, 2), first(2, 2);
  rows.add_to(all);
  for (std::size_t r = 0; r < rows.count; ++r) first.add(1, &rows.x[r * 6], &rows.y[r * 2]);
  for (const double penalty : {0.0, 2.0}) {
    const LinearMap part = all.solve(penalty, 2), own = first.solve(penalty);
    for (std::size_t o = 0; o < 2; ++o) {
      EXPECT_NEAR(part.bias[o], own.bias[o], 1e-11);
      for (std::size_t k = 0; k < 6; ++k)
        EXPECT_NEAR(part.weights[o * 6 + k], k < 2 ? own.weights[o * 2 + k] : 0, 1e-12);
    }
    EXPECT_NEAR(all.cross_validation(penalty, 2), first.cross_validation(penalty), 1e-11);
  }
  EXPECT_EQ(all.solve(1, 6).weights, all.solve(1).weights);
  EXPECT_THAT(error_of([&] { all.solve(1, 7); }), HasSubstr("of which 7 cannot lead"));
}

TEST(Ridge, ThePenaltyIsTheOneThatIsBestOnOtherRows) {
  // Hardly more rows than features: no penalty overfits, the largest says nothing.
  const Rows training(30, 25, 1, 4), validation(200, 25, 1, 5);
  RidgeSolver solver(25, 1), other(25, 1);
  training.add_to(solver), validation.add_to(other);
  const std::size_t all[] = {0}, some[] = {1, 0};
  const auto judge = [&](const RidgeChoice& candidate) { return other.mean_square_error(candidate.map); };
  const RidgeChoice best = choose_ridge(solver, ridge_penalties(), all, judge);
  EXPECT_GT(best.penalty, 0);
  EXPECT_LT(best.penalty, 1e3);
  for (const double penalty : ridge_penalties())
    EXPECT_LE(best.judged, other.mean_square_error(solver.solve(penalty)));
  EXPECT_EQ(best.map.weights, solver.solve(best.penalty).weights);
  // The targets depend on the first feature alone.
  EXPECT_EQ(choose_ridge(solver, ridge_penalties(), some, judge).leading, 1u);

  const RidgeChoice alone = choose_ridge(solver, ridge_penalties(), all, {});
  for (const double penalty : ridge_penalties()) EXPECT_LE(alone.judged, solver.cross_validation(penalty));
}

TEST(Ridge, BadInputIsNamed) {
  EXPECT_THAT(error_of([] { RidgeSolver(0, 1); }), HasSubstr("needs features and targets"));
  EXPECT_THAT(error_of([] { RidgeSolver(100'000'000, 1); }), HasSubstr("of memory"));
  RidgeSolver solver(2, 1);
  EXPECT_THAT(error_of([&] { solver.solve(0); }), HasSubstr("at least one row"));
  EXPECT_THAT(error_of([&] { solver.mean_square_error({}); }), HasSubstr("no row"));
  const double x[] = {1, NAN}, y = 1;
  EXPECT_THAT(error_of([&] { solver.add(1, x, &y); }), HasSubstr("not finite"));
  const double fine[] = {1, 2};
  solver.add(1, fine, &y);
  EXPECT_THAT(error_of([&] { solver.solve(-1); }), HasSubstr("0 or above, not -1"));
  EXPECT_THAT(error_of([&] { solver.mean_square_error({{1}, {1}}); }), HasSubstr("does not fit"));
  EXPECT_THAT(error_of([&] { choose_ridge(solver, {}, {}, {}); }), HasSubstr("no penalty"));
}

}  // namespace
}  // namespace ebit::fit
