#include "ebit/fit/ridge.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"

namespace ebit::fit {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Written out, so that each is the number that a user would type.
constexpr double kPenalties[] = {0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3};

constexpr Index kFirstRows = 256;  // that there is room for at first

// Rows that are folded in at once, on top of R: many enough that most of the work is on new rows.
Index block_rows(Index width) { return 4 * width + kFirstRows; }

void check_memory(Index features, double numbers) {
  const double bytes = numbers * sizeof(double);
  require(bytes <= available_memory(),
          "least squares on {} features would take {} of memory, and {} is free: take fewer", features,
          readable_bytes(bytes), readable_bytes(available_memory()));
}

}  // namespace

// Columns 1, X, Y; the top rows are R of the rows folded in so far, the rest wait to be.
struct RidgeSolver::Factor {
  Index D, O, width;
  MatrixXd block;  // [up to block_rows, width], grown as rows come
  Index used = 0;  // rows of `block` that count
  std::size_t rows = 0;
  bool folded = true;  // the used rows are R alone

  // Singular values and vectors of the centred leading columns X = U S V^T, and U^T Y [values, O]. There are
  // as many values as rows of R that have something in these columns: of few rows, few.
  struct Spectrum {
    Index leading;
    VectorXd s;
    MatrixXd v, c;
    double cut;   // singular values up to here are rounding
    double rest;  // of |Y|^2 what no map explains
  };
  std::optional<Spectrum> spectrum;

  Factor(Index features, Index outputs) : D(features), O(outputs), width(1 + D + O) {}

  // Room for one row more.
  void grow() {
    if (used < block.rows()) return;
    if (used == block_rows(width)) return fold();
    const Index more = std::min(block_rows(width), std::max(kFirstRows, 2 * used));
    check_memory(D, static_cast<double>(used + more) * static_cast<double>(width));
    block.conservativeResize(more, width);
  }

  void fold() {
    if (folded) return;
    Eigen::Ref<MatrixXd> top = block.topRows(used);
    Eigen::HouseholderQR<Eigen::Ref<MatrixXd>> qr(top);  // in place
    used = std::min(used, width);
    for (Index c = 0; c < width; ++c)
      for (Index r = c + 1; r < used; ++r) block(r, c) = 0;
    folded = true;
  }

  // The factor of leading columns is the leading part of R; what is below it in the columns of Y is left
  // over.
  const Spectrum& decompose(std::size_t count) {
    require(rows > 0, "least squares needs at least one row of features with their targets");
    require(count <= static_cast<std::size_t>(D), "there are {} features, of which {} cannot lead", D, count);
    const Index leading = count == 0 ? D : static_cast<Index>(count);
    if (spectrum && spectrum->leading == leading) return *spectrum;
    fold();
    const Index high = std::min(leading, used - 1);
    if (high == 0)  // one row is its own mean
      return spectrum.emplace(Spectrum{leading, VectorXd(), MatrixXd(leading, 0), MatrixXd(0, O), 0, 0});
    check_memory(D, 6.0 * static_cast<double>(high) * static_cast<double>(leading));
    Eigen::BDCSVD<MatrixXd> svd(block.block(1, 1, high, leading), Eigen::ComputeThinU | Eigen::ComputeThinV);
    Spectrum found{.leading = leading,
                   .s = svd.singularValues(),
                   .v = svd.matrixV(),
                   .c = svd.matrixU().transpose() * block.block(1, 1 + D, high, O),
                   .cut = 0,
                   .rest = block.block(1 + high, 1 + D, used - 1 - high, O).squaredNorm()};
    const auto size = static_cast<double>(std::max(rows, static_cast<std::size_t>(D)));
    found.cut = found.s[0] * size * std::numeric_limits<double>::epsilon();
    return spectrum.emplace(std::move(found));
  }
};

namespace {

// s / (s^2 + penalty), the pseudo-inverse where the penalty is 0.
double inverse(double s, double penalty, double cut) {
  if (penalty == 0) return s > cut ? 1 / s : 0;
  return s / (s * s + penalty);
}

void check_penalty(double penalty) {
  require(penalty >= 0 && std::isfinite(penalty), "a ridge penalty must be 0 or above, not {}", penalty);
}

}  // namespace

RidgeSolver::RidgeSolver(std::size_t features, std::size_t outputs) {
  require(features >= 1 && outputs >= 1, "least squares needs features and targets, not {} and {}", features,
          outputs);
  check_memory(static_cast<Index>(features), kFirstRows * static_cast<double>(1 + features + outputs));
  factor_ = std::make_unique<Factor>(static_cast<Index>(features), static_cast<Index>(outputs));
}

RidgeSolver::~RidgeSolver() = default;
RidgeSolver::RidgeSolver(RidgeSolver&&) noexcept = default;
RidgeSolver& RidgeSolver::operator=(RidgeSolver&&) noexcept = default;

std::size_t RidgeSolver::rows() const { return factor_->rows; }
std::size_t RidgeSolver::features() const { return static_cast<std::size_t>(factor_->D); }
std::size_t RidgeSolver::outputs() const { return static_cast<std::size_t>(factor_->O); }

void RidgeSolver::add(std::size_t rows, const double* x, const double* y) {
  Factor& f = *factor_;
  const auto finite = [](double number) { return std::isfinite(number); };
  require(std::all_of(x, x + rows * features(), finite) && std::all_of(y, y + rows * outputs(), finite),
          "least squares met a number that is not finite");
  f.spectrum.reset();
  for (std::size_t row = 0; row < rows; ++row) {
    f.grow();
    f.block(f.used, 0) = 1;
    for (Index k = 0; k < f.D; ++k) f.block(f.used, 1 + k) = *x++;
    for (Index o = 0; o < f.O; ++o) f.block(f.used, 1 + f.D + o) = *y++;
    ++f.used, ++f.rows;
    f.folded = false;
  }
}

LinearMap RidgeSolver::solve(double penalty, std::size_t leading) {
  check_penalty(penalty);
  Factor& f = *factor_;
  const Factor::Spectrum& found = f.decompose(leading);
  MatrixXd scaled = found.c;
  for (Index k = 0; k < found.s.size(); ++k) scaled.row(k) *= inverse(found.s[k], penalty, found.cut);
  const MatrixXd w = found.v * scaled;  // [leading, O]
  // The first row of R is that of the means: n b = sum y - W sum x, all divided by sqrt n.
  const VectorXd b =
      (f.block.row(0).tail(f.O) - f.block.row(0).segment(1, found.leading) * w) / f.block(0, 0);
  LinearMap map{.weights = std::vector<double>(features() * outputs()), .bias = {b.begin(), b.end()}};
  // W [O, D] in rows is [D, O] in columns.
  Eigen::Map<MatrixXd>(map.weights.data(), f.D, f.O).topRows(found.leading) = w;
  return map;
}

double RidgeSolver::mean_square_error(const LinearMap& map) {
  Factor& f = *factor_;
  require(f.rows > 0, "there is no row whose error could be told");
  require(map.weights.size() == features() * outputs() && map.bias.size() == outputs(),
          "a map of {} weights and {} biases does not fit {} features and {} targets", map.weights.size(),
          map.bias.size(), features(), outputs());
  f.fold();
  MatrixXd stacked(f.width, f.O);  // the error is [1, X, Y] (b, W, -1)
  stacked.row(0) = Eigen::Map<const Eigen::RowVectorXd>(map.bias.data(), f.O);
  stacked.middleRows(1, f.D) = Eigen::Map<const MatrixXd>(map.weights.data(), f.D, f.O);
  stacked.bottomRows(f.O) = -MatrixXd::Identity(f.O, f.O);
  const double sum = (f.block.topRows(f.used).triangularView<Eigen::Upper>() * stacked).eval().squaredNorm();
  return sum / (static_cast<double>(f.rows) * static_cast<double>(f.O));
}

double RidgeSolver::cross_validation(double penalty, std::size_t leading) {
  check_penalty(penalty);
  const Factor::Spectrum& found = factor_->decompose(leading);
  double residual = found.rest, freedom = 1;
  for (Index k = 0; k < found.s.size(); ++k) {
    const double kept = found.s[k] * inverse(found.s[k], penalty, found.cut);
    residual += (1 - kept) * (1 - kept) * found.c.row(k).squaredNorm();
    freedom += kept;
  }
  const double n = static_cast<double>(factor_->rows), left = n - freedom;
  // With as many degrees of freedom as rows nothing is left to judge by; freedom is a sum with rounding.
  if (left < 0.5) return std::numeric_limits<double>::infinity();
  return n * residual / (left * left * static_cast<double>(factor_->O));
}

std::span<const double> ridge_penalties() { return kPenalties; }

RidgeChoice choose_ridge(RidgeSolver& training, std::span<const double> penalties,
                         std::span<const std::size_t> leading, const RidgeJudge& judge) {
  require(!penalties.empty() && !leading.empty(), "there is no penalty to choose from");
  RidgeChoice best;
  bool any = false;
  for (const std::size_t count : leading)
    for (const double penalty : penalties) {
      RidgeChoice next{.map = training.solve(penalty, count), .penalty = penalty, .leading = count};
      next.judged = judge ? judge(next) : training.cross_validation(penalty, count);
      if (any && !(next.judged < best.judged)) continue;
      best = std::move(next), any = true;
    }
  return best;
}

}  // namespace ebit::fit
