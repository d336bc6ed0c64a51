#include "ebit/fit/monomials.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/memory.h"

namespace ebit::fit {

Monomials::Monomials(std::size_t inputs, int degree) : inputs_(inputs) {
  require(inputs >= 1, "monomials need at least 1 number");
  require(degree >= 1, "the degree of a polynomial must be at least 1, not {}", degree);
  const double bytes = count(inputs, degree) * sizeof(Factors);
  require(bytes <= available_memory(),
          "a polynomial of degree {} in {} numbers would take {} of memory, and {} is free: take a smaller "
          "degree",
          degree, inputs, readable_bytes(bytes), readable_bytes(available_memory()));
  factors_.reserve(static_cast<std::size_t>(count(inputs, degree)));
  for (std::size_t k = 0; k < inputs; ++k) factors_.push_back({k, k});
  std::size_t first = 0;  // of the degree before
  for (int d = 2; d <= degree; ++d) {
    const std::size_t end = factors_.size();
    for (std::size_t parent = first; parent < end; ++parent)
      for (std::size_t k = factors_[parent].variable; k < inputs; ++k) factors_.push_back({parent, k});
    first = end;
  }
}

double Monomials::count(std::size_t inputs, int degree) {
  double number = 1;
  for (int d = 1; d <= degree; ++d) number *= (static_cast<double>(inputs) + d) / d;
  return std::round(number) - 1;
}

void Monomials::evaluate(const double* x, double* values) const {
  std::copy_n(x, inputs_, values);
  for (std::size_t m = inputs_; m < factors_.size(); ++m)
    values[m] = values[factors_[m].parent] * x[factors_[m].variable];
}

void Monomials::backward(const double* x, const double* values, double* d, double* d_x) const {
  std::fill_n(d_x, inputs_, 0.0);
  for (std::size_t m = factors_.size(); m-- > inputs_;) {
    d[factors_[m].parent] += d[m] * x[factors_[m].variable];
    d_x[factors_[m].variable] += d[m] * values[factors_[m].parent];
  }
  for (std::size_t k = 0; k < inputs_; ++k) d_x[k] += d[k];
}

}  // namespace ebit::fit
