// Products of numbers with repetition: the features of polynomial regression.
#pragma once

#include <cstddef>
#include <vector>

namespace ebit::fit {

/// All monomials of `inputs` numbers of degree 1 to `degree`, by degree and within a degree in lexicographic
/// order: x0, x1, ..., x0^2, x0 x1, ..., so that those of a smaller degree lead. Each is one before it times
/// a number.
class Monomials {
 public:
  /// Throws Error for a degree below 1, no inputs, and more monomials than memory holds.
  Monomials(std::size_t inputs, int degree);

  /// How many there are of degree 1 to `degree`: C(inputs + degree, degree) - 1; a double, as it may be huge.
  static double count(std::size_t inputs, int degree);

  std::size_t inputs() const { return inputs_; }        ///< n
  std::size_t size() const { return factors_.size(); }  ///< M
  /// values [M] of x [n].
  void evaluate(const double* x, double* values) const;
  /// Vector-Jacobian product. @param values as evaluate() wrote. @param d [M], used up. @param d_x [n],
  /// written.
  void backward(const double* x, const double* values, double* d, double* d_x) const;

 private:
  struct Factors {
    std::size_t parent, variable;  // values[parent] x[variable]; of degree 1 there is no parent
  };
  std::size_t inputs_;
  std::vector<Factors> factors_;
};

}  // namespace ebit::fit
