// Linear maps in closed form: least squares and ridge regression on rows that come block by block.
#pragma once

#include <cstddef>
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
/// [1, X, Y], so that memory is that of (1 + D + O)^2 numbers and a few blocks, whatever the number of rows.
/// R keeps all that least squares needs: maps for any penalty and the error of any map on the rows seen.
/// Against normal equations, which square the condition number, a map is exact to rounding. The first column
/// takes the means out, so that the intercept is never penalised. The same rows in the same order give the
/// same numbers bit for bit.
class RidgeSolver {
 public:
  /// For rows of D = `features` numbers with O = `outputs` targets each. Throws Error where either is 0, or
  /// the factor would not fit into memory.
  RidgeSolver(std::size_t features, std::size_t outputs);
  ~RidgeSolver();
  RidgeSolver(RidgeSolver&&) noexcept;             ///< may be moved
  RidgeSolver& operator=(RidgeSolver&&) noexcept;  ///< likewise

  /// Adds rows: x [rows, D] with targets y [rows, O]. Throws Error for numbers that are not finite.
  void add(std::size_t rows, const double* x, const double* y);
  std::size_t rows() const;      ///< added so far
  std::size_t features() const;  ///< D
  std::size_t outputs() const;   ///< O

  /// The map that minimises |Y - X W^T - b|^2 + penalty |W|^2, sums over all rows and outputs; of several the
  /// one with the smallest W, as where features depend on each other or are more than rows and the penalty
  /// is 0. Any number of penalties costs one singular value decomposition. Throws Error for a penalty below
  /// 0 or not finite, and where no row was added.
  LinearMap solve(double penalty);

  /// The mean over rows and outputs of the squared error of any map on the rows added, without going over
  /// them again. Throws Error where no row was added, and for a map of other sizes.
  double mean_square_error(const LinearMap& map);

  /// Generalised cross-validation of solve(penalty), an estimate of its error on new rows from these alone
  /// (Golub, Heath and Wahba 1979): n RSS / ((n - p)^2 O) with p = 1 + sum of s^2 / (s^2 + penalty), the
  /// degrees of freedom. Infinite where p >= n. Throws Error as solve().
  double cross_validation(double penalty);

 private:
  struct Factor;
  std::unique_ptr<Factor> factor_;
};

/// 0, 1e-12, 1e-11, ..., 1e3: the penalties that are tried where none is given.
std::span<const double> ridge_penalties();

/// What choose_ridge() found.
struct RidgeChoice {
  LinearMap map;        ///< fitted on the training rows
  double penalty = 0;   ///< of `penalties`, the one that was best
  double training = 0;  ///< mean squared error on the training rows
  double judged = 0;    ///< by which it was chosen: the same of the validation rows, or cross_validation()
};

/// The map of the penalty with the smallest mean squared error on the rows of `validation`, fitted on those
/// of `training` alone; the first of several that are equally good. @param validation null, or without rows:
/// chosen by cross_validation() on the training rows. Throws Error for no penalties, and as solve().
RidgeChoice choose_ridge(RidgeSolver& training, RidgeSolver* validation, std::span<const double> penalties);

}  // namespace ebit::fit
