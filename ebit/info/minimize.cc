#include "ebit/info/minimize.h"

#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "ebit/base/error.h"

namespace ebit::inline info {
namespace {

// What the callback sees: NLopt ends a line search that meets rounding with an error and an x of its own, so
// the best point is kept here.
struct Search {
  const SmoothFunction& f;
  std::vector<double> best_x;
  double best = HUGE_VAL;
  long calls = 0;
};

double evaluate(unsigned n, const double* x, double* gradient, void* data) {
  Search& search = *static_cast<Search*>(data);
  ++search.calls;
  const double value = search.f({x, n}, {gradient, gradient ? n : 0});
  if (value < search.best) {
    search.best = value;
    search.best_x.assign(x, x + n);
  }
  return value;
}

}  // namespace

double minimize(const SmoothFunction& f, std::span<double> x, const MinimizeLimits& limits,
                long* evaluations) {
  Search search{f, {x.begin(), x.end()}};
  const auto n = static_cast<unsigned>(x.size());
  std::vector<double> point(x.begin(), x.end());
  require(std::isfinite(evaluate(n, point.data(), nullptr, &search)),
          "the function to minimise is not finite at the starting point");
  const std::unique_ptr<nlopt_opt_s, decltype(&nlopt_destroy)> optimizer(nlopt_create(NLOPT_LD_LBFGS, n),
                                                                         nlopt_destroy);
  nlopt_set_min_objective(optimizer.get(), evaluate, &search);
  nlopt_set_maxeval(optimizer.get(), limits.evaluations);
  nlopt_set_ftol_rel(optimizer.get(), limits.relative_change);
  double value = 0;
  // The status says only why it stopped; what counts is the best point.
  nlopt_optimize(optimizer.get(), point.data(), &value);
  std::ranges::copy(search.best_x, x.begin());
  if (evaluations) *evaluations += search.calls;
  return search.best;
}

}  // namespace ebit::inline info
