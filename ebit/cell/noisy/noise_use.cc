#include "ebit/cell/noisy/noise_use.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/gradient_method.h"

namespace ebit::inline cell {
namespace {

constexpr Choice kExtrapolations[] = {
    {"richardson", "the polynomial through the values at all strengths",
     "Temme, Bravyi, Gambetta 2017 (arXiv:1612.02058)"},
    {"linear", "the straight line of least squares through them", "Li, Benjamin 2017 (arXiv:1611.09301)"}};
constexpr Choice kScalings[] = {
    {"model", "strengths, errors and times of the noise model are multiplied: for simulators"},
    {"fold",
     "every gate is followed by its inverse and itself again, as a device can be asked for: odd factors",
     "Giurgica-Tiron et al. 2020 (arXiv:2005.10921)"}};

}  // namespace

std::span<const Choice> extrapolations() { return kExtrapolations; }
std::span<const Choice> noise_scalings() { return kScalings; }

std::string Mitigation::text() const {
  std::string text;
  if (!factors.empty())
    text = fmt::format("noise extrapolated from {:g} ({}{})", fmt::join(factors, ", "), fit,
                       scaling == "fold" ? ", gates folded" : "");
  if (readout) text += fmt::format("{}misreading undone on average", text.empty() ? "" : ", ");
  return text;
}

void check(const Mitigation& m) {
  find_row(kExtrapolations, "unknown extrapolation of noise", m.fit);
  find_row(kScalings, "unknown way to make noise stronger", m.scaling);
  if (m.factors.empty()) return;
  require(m.factors.size() >= 2,
          "noise is extrapolated from two strengths or more, such as 1,2,3, and not from {:g} alone",
          m.factors.front());
  for (std::size_t i = 0; i < m.factors.size(); ++i) {
    const double factor = m.factors[i];
    require(std::isfinite(factor) && factor > 0,
            "noise is extrapolated from strengths above 0, and {:g} is none", factor);
    require(std::find(m.factors.begin(), m.factors.begin() + static_cast<std::ptrdiff_t>(i), factor) ==
                m.factors.begin() + static_cast<std::ptrdiff_t>(i),
            "noise is extrapolated from different strengths, and {:g} is there twice", factor);
    require(
        m.scaling != "fold" || std::fmod(factor, 2) == 1,
        "folded gates make noise 1, 3, 5, ... times as strong, not {:g} times: take --noise-scaling model",
        factor);
  }
}

std::vector<double> extrapolation_weights(std::span<const double> factors, std::string_view fit) {
  const std::size_t n = factors.size();
  std::vector<double> weights(n, 1.0);
  if (fit == "richardson") {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (j != i) weights[i] *= factors[j] / (factors[j] - factors[i]);
    return weights;
  }
  double mean = 0, square = 0;
  for (const double f : factors) mean += f / static_cast<double>(n);
  for (const double f : factors) square += (f - mean) * (f - mean);
  for (std::size_t i = 0; i < n; ++i)
    weights[i] = 1 / static_cast<double>(n) - mean * (factors[i] - mean) / square;
  return weights;
}

const NoiseModel& NoiseUse::model() const {
  static const NoiseModel none = find_noise_model("none");
  return noise ? *noise : none;
}

std::string NoiseUse::text() const {
  if (!active()) return "";
  std::string text = fmt::format(", noise {}", model().name);
  if (shots > 0) text += fmt::format(", {} shots", shots);
  if (trajectories > 0) text += fmt::format(", {} trajectories", trajectories);
  if (gradient != "adjoint") text += fmt::format(", gradients by {}", gradient);
  if (mitigation.readout) text += ", misreading undone on average";
  return text;
}

void check(const NoiseUse& use) {
  require(use.shots >= 0, "the number of shots must be 0 or more, not {}", use.shots);
  require(use.trajectories >= 0, "the number of trajectories must be 0 or more, not {}", use.trajectories);
  require(use.shots == 0 || use.trajectories == 0,
          "a trajectory is a shot already: give either --shots or --trajectories");
  require(
      !use.model().feedforward,
      "noise model {} resets by feed-forward, which leaves misread qubits in |1>: that is for ebit probe and "
      "ebit export; leave feedforward out, and resets are exact",
      use.model().name);
  require(find_gradient_method(use.gradient) != GradientMethod::kFiniteDifference,
          "circuits with noise have gradients by adjoint, parameter-shift or spsa, and not by '{}'",
          use.gradient);
  require(use.active() || use.gradient == "adjoint",
          "gradients by {} are what a device would give: say --shots, or --noise", use.gradient);
  require(std::isfinite(use.perturbation) && use.perturbation > 0,
          "gradients by spsa move all numbers by something above 0, not by {:g}", use.perturbation);
  check(use.mitigation);
  require(!use.mitigation.any() || use.noise,
          "without --noise there is nothing to extrapolate from and no misreading to undo");
}

}  // namespace ebit::inline cell
