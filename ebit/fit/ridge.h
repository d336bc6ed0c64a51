// Linear maps in closed form: least squares and ridge regression on rows that come block by block.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace ebit::fit {

/// y = W x + b.
struct LinearMap {
  std::vector<double> weights;  ///< W [O, D]
  std::vector<double> bias;     ///< b [O]
};

/// Least squares with a penalty on the weights (ridge regression; Hoerl and Kennard 1970), on as many rows as
/// there are: the rows are folded, a block at a time, into the triangular factor R of a QR decomposition of
/// [1, X, Y], so that memory is that of a few times (1 + D + O)^2 numbers, whatever the number of rows, and
/// of few rows less. R keeps all that least squares needs: maps for any penalty and the error of any map on
/// the rows seen. Against normal equations, which square the condition number, a map is exact to rounding.
/// The first column takes the means out, so that the intercept is never penalised. The same rows in the same
/// order give the same numbers bit for bit.
class RidgeSolver {
 public:
  /// For rows of D = `features` numbers with O = `outputs` targets each. Throws Error where either is 0, or
  /// some rows would not fit into memory.
  RidgeSolver(std::size_t features, std::size_t outputs);
  ~RidgeSolver();
  RidgeSolver(RidgeSolver&&) noexcept;             ///< may be moved
  RidgeSolver& operator=(RidgeSolver&&) noexcept;  ///< likewise

  /// Adds rows: x [rows, D] with targets y [rows, O]. Throws Error for numbers that are not finite, and where
  /// they do not fit into memory.
  void add(std::size_t rows, const double* x, const double* y);
  std::size_t rows() const;      ///< added so far
  std::size_t features() const;  ///< D
  std::size_t outputs() const;   ///< O

  /// The map that minimises |Y - X W^T - b|^2 + penalty |W|^2, sums over all rows and outputs; of several the
  /// one with the smallest W, as where features depend on each other or are more than rows and the penalty
  /// is 0. Any number of penalties costs one singular value decomposition. @param leading so many features
  /// take part, the first ones, and all other weights are 0; 0: all. Throws Error for a penalty below 0 or
  /// not finite, more features than there are, and where no row was added.
  LinearMap solve(double penalty, std::size_t leading = 0);

  /// The mean over rows and outputs of the squared error of any map on the rows added, without going over
  /// them again. Throws Error where no row was added, and for a map of other sizes.
  double mean_square_error(const LinearMap& map);

  /// Generalised cross-validation of solve(penalty, leading), an estimate of its error on new rows from these
  /// alone (Golub, Heath and Wahba 1979): n RSS / ((n - p)^2 O) with p = 1 + sum of s^2 / (s^2 + penalty),
  /// the degrees of freedom. Infinite where p >= n. Throws Error as solve().
  double cross_validation(double penalty, std::size_t leading = 0);

 private:
  struct Factor;
  std::unique_ptr<Factor> factor_;
};

/// 0, 1e-12, 1e-10, 1e-8, 1e-6, ..., 1e3 in steps of ten: the penalties that are tried where none is given.
std::span<const double> ridge_penalties();

/// A map among those that may be chosen.
struct RidgeChoice {
  LinearMap map;            ///< fitted on the training rows
  double penalty = 0;       ///< of the penalties, the one that was best
  std::size_t leading = 0;  ///< so many features take part; 0: all
  double judged = 0;        ///< what it was chosen by
};

/// How good a candidate is: the smaller, the better.
using RidgeJudge = std::function<double(const RidgeChoice& candidate)>;

/// The best of the maps fitted on the rows of `training`, for each penalty and each count of leading features
/// ({0}: all); the first of several that are equally good. @param judge such as the loss on a validation
/// part; empty: cross_validation() on the training rows. Throws Error for nothing to choose from, and as
/// solve().
RidgeChoice choose_ridge(RidgeSolver& training, std::span<const double> penalties,
                         std::span<const std::size_t> leading, const RidgeJudge& judge);

}  // namespace ebit::fit
