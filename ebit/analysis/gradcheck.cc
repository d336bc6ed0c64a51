#include "ebit/analysis/gradcheck.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/grad/finite_difference.h"

namespace ebit::analysis {
namespace {

/// Differences that rounding (and for finite differences curvature) explains, for gradients of size 1. They
/// grow with the largest gradient.
struct Tolerances {
  double shift, finite;
};
template <class T>
constexpr Tolerances kTolerances = sizeof(T) == 4 ? Tolerances{1e-4, 1e-3} : Tolerances{1e-10, 1e-6};

template <class Array>
std::vector<double> part_of(const Array& numbers, std::size_t offset, std::size_t size) {
  const auto first = numbers.begin() + static_cast<std::ptrdiff_t>(offset);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

// Unlike largest_difference(), NaN anywhere is a difference.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (!(difference <= worst)) worst = difference;
    if (std::isnan(worst)) break;
  }
  return worst;
}

// Central differences in float64 of the problem's numbers, whatever its precision: float32 would need steps
// so long that they meet the jumps of collapse and sample.
template <class T>
CellProblem<double>::Gradient numerical_gradient(const CellProblem<T>& problem, std::uint64_t seed) {
  CellProblem<double> wide(problem.options, problem.samples, problem.steps, seed);
  const auto take = [](const std::vector<T>& from, std::vector<double>& to) {
    to.assign(from.begin(), from.end());
  };
  take(problem.parameters, wide.parameters);
  take(problem.x, wide.x);
  take(problem.d_y, wide.d_y);
  take(problem.d_last, wide.d_last);
  take(problem.d_entropy, wide.d_entropy);
  return wide.numerical_gradient(finite_difference_step<double>());
}

template <class T>
GradientCheck check(std::string name, const CellOptions& options, const GradientProblem& wanted) {
  CellProblem<T> problem(options, static_cast<std::size_t>(wanted.batch),
                         static_cast<std::size_t>(wanted.steps), wanted.seed);
  const bool shifts = problem.cell->capabilities().parameter_shift;
  const auto own = problem.gradient();
  const auto shift = shifts ? problem.shifted_gradient() : typename CellProblem<T>::Gradient{};
  const auto finite = numerical_gradient(problem, wanted.seed);

  GradientCheck result{std::move(name), {}};
  // @param numbers_of the block's numbers in a gradient of either precision.
  const auto compare = [&](const std::string& block, const auto& numbers_of) {
    const std::vector<double> ours = numbers_of(own);
    const double largest = distance(ours, std::vector<double>(ours.size(), 0.0));
    const double size = std::max(1.0, largest);
    GradientBlock compared{.name = block, .numbers = ours.size(), .largest = largest};
    if (shifts) compared.shift = {distance(ours, numbers_of(shift)), size * kTolerances<T>.shift};
    compared.finite = {distance(ours, numbers_of(finite)), size * kTolerances<T>.finite};
    result.blocks.push_back(std::move(compared));
  };
  for (const Segment& segment : problem.cell->segments())
    compare(segment.name,
            [&](const auto& all) { return part_of(all.parameters, segment.offset, segment.size); });
  if (problem.smooth_inputs())
    compare("inputs", [](const auto& all) { return part_of(all.x, 0, all.x.size()); });
  compare("hidden state", [](const auto& all) { return part_of(all.state, 0, all.state.size()); });
  return result;
}

/// A precision that the check can run in.
struct Precision {
  std::string_view name;
  GradientCheck (*check)(std::string name, const CellOptions& options, const GradientProblem& wanted);
};
constexpr Precision kPrecisions[] = {{"float64", check<double>}, {"float32", check<float>}};

const Precision& find_precision(const std::string& name) {
  return find_row(kPrecisions, "gradcheck: unknown --dtype", name);
}

}  // namespace

bool GradientCheck::same() const { return std::ranges::all_of(blocks, &GradientBlock::same); }

GradientCheck check_gradients(std::string name, const CellOptions& options, const GradientProblem& problem) {
  require(problem.batch >= 1, "gradcheck: --batch must be 1 or more, not {}", problem.batch);
  require(problem.steps >= 1, "gradcheck: --steps must be 1 or more, not {}", problem.steps);
  if (const auto* qrnn = std::get_if<ControlledOptions>(&options))
    require(!find_measurement(qrnn->measurement).shots,
            "gradcheck: with measurement {} the outcomes of the shots jump, and finite differences see the "
            "jumps: --measurement expectation and sampled can be checked",
            qrnn->measurement);
  return find_precision(problem.dtype).check(std::move(name), options, problem);
}

}  // namespace ebit::analysis
