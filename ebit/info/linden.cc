#include "ebit/info/linden.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/base/random.h"
#include "ebit/info/cut.h"
#include "ebit/info/power_landscape.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;

constexpr int kProjections = 3000;
constexpr double kConverged = 1e-13;  // of the condition; entropies then miss 2 by its square
constexpr double kMakesTwo = 2 - 1e-9;

// Rows (alpha, a), columns (beta, b), of a matrix with rows (alpha, beta) and columns (a, b); and back.
MatrixXcd realigned(const MatrixXcd& m) { return realignment({2, 3, m, 0}); }
MatrixXcd aligned(const MatrixXcd& r) {
  MatrixXcd m(6, 6);
  for (int alpha = 0; alpha < 2; ++alpha)
    for (int a = 0; a < 2; ++a)
      for (int beta = 0; beta < 3; ++beta)
        for (int b = 0; b < 3; ++b) m(alpha * 3 + beta, a * 3 + b) = r(alpha * 2 + a, beta * 3 + b);
  return m;
}

MatrixXcd random_matrix(Eigen::Index n, Random& random) {
  MatrixXcd m(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) {
      const double re = random.normal();
      m(i, j) = {re, random.normal()};
    }
  return m;
}

std::array<double, 3> normalised(std::array<double, 3> p) {
  double sum = 0;
  for (double& x : p) sum += x = std::max(x, 0.0);
  for (double& x : p) x /= sum;
  return p;
}

PowerOptions with_ancillas(int starts, std::uint64_t seed) {
  return {.ancilla_a = 2, .ancilla_b = 3, .starts = starts, .seed = seed};
}

// Fills what concerns E_down.
void judge(GapUnitary& one, const GapOptions& options) {
  PowerResult down = disentangling_power(one.unitary, with_ancillas(options.starts, options.seed));
  one.e_down = down.value;
  one.state_down = std::move(down.state);
  one.schmidt_entropy = operator_schmidt_entropy(one.unitary);
}

/// A kind of sample: samples take the rows in turn. The real ones came out with wider gaps.
struct SampleKind {
  bool real;          // a real matrix
  bool any_spectrum;  // of rho_B; otherwise (1/2, 1/2, 0), as in the source
};
constexpr SampleKind kSampleKinds[] = {{true, false}, {false, true}, {true, false}, {false, false}};

GapUnitary random_sample(std::uint64_t seed, std::uint64_t index) {
  Random random(seed, index);
  const SampleKind& kind = kSampleKinds[index % std::size(kSampleKinds)];
  std::array<double, 3> p{0.5, 0.5, 0};
  if (kind.any_spectrum) p = normalised({random.uniform(), random.uniform(), random.uniform()});
  MatrixXcd m = random_matrix(6, random);
  if (kind.real) m = m.real().cast<Complex>().eval();
  return project_on_gap(m, p);
}

// The direction A (anti-Hermitian) in which U exp(A) destroys more of the state that E_down is reached by.
MatrixXcd steepest(const GapUnitary& one) {
  const PowerLandscape land(one.unitary, 2, 3);
  const MatrixXcd slope = land.loss_slope_in_unitary(land.along(Cut(4, 9).matrix(one.state_down)));
  const MatrixXcd turn = adjoint_product(one.unitary.matrix, slope);
  return (turn - turn.adjoint()) / 2;
}

// Steps that grow where they lower E_down and shrink where they do not.
std::vector<double> descend(GapUnitary& here, const GapOptions& options, const std::function<bool()>& go_on) {
  std::vector<double> path{here.e_down};
  double size = 0.3;
  for (int step = 0; step < options.steps && size > 1e-4 && go_on(); ++step) {
    const MatrixXcd& u = here.unitary.matrix;
    GapUnitary one = project_on_gap(u - product(size * u, steepest(here)), here.rho_b);
    const bool makes_two = one.e_up >= kMakesTwo;
    if (makes_two) judge(one, options);
    const bool better = makes_two && one.e_down < here.e_down - 1e-11;
    if (better) here = std::move(one);
    size = better ? std::min(2.0, 1.6 * size) : 0.4 * size;
    path.push_back(here.e_down);
  }
  return path;
}

}  // namespace

GapUnitary project_on_gap(const MatrixXcd& matrix, const std::array<double, 3>& rho_b) {
  Eigen::VectorXcd weights(6);
  for (int k = 0; k < 6; ++k) weights[k] = std::sqrt(rho_b[static_cast<std::size_t>(k % 3)]);
  MatrixXcd u = polar_factor(matrix).isometry;
  for (int step = 0; step < kProjections; ++step) {
    const MatrixXcd r = realigned(u * weights.asDiagonal());
    const MatrixXcd wanted = polar_factor(r).isometry / std::sqrt(2.0);
    if ((r - wanted).norm() < kConverged) break;
    // The columns that rho_B does not weigh are free; the unitary before keeps them from being arbitrary.
    MatrixXcd next = aligned(wanted) * weights.asDiagonal();
    next += u * (Eigen::VectorXcd::Ones(6) - weights.cwiseAbs2()).asDiagonal();
    u = polar_factor(next).isometry;
  }
  GapUnitary out;
  out.unitary = {2, 3, u, 0};
  out.rho_b = rho_b;
  std::vector<Complex> state(36);  // [2, 2, 3, 3]
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 3; ++b) state[(a * 3 * 9) + b * 4] = std::sqrt(rho_b[b] / 2);
  out.e_up = entropy_change(out.unitary, 2, 3, state).after;
  return out;
}

GapSearch search_gap(const GapOptions& options, const std::function<bool(int, int)>& progress) {
  require(options.samples >= 1, "a search takes 1 sample or more, not {}", options.samples);
  require(options.descents >= 0 && options.steps >= 0,
          "descents and their steps must be 0 or more, not {} and {}", options.descents, options.steps);
  GapSearch search;
  const int all = options.samples + options.steps * options.descents;
  int tried = 0;
  const auto go_on = [&] { return !progress || progress(tried++, all); };
  for (std::uint64_t k = 0; std::ssize(search.samples) < options.samples; ++k) {
    GapUnitary one = random_sample(options.seed, k);
    if (one.e_up < kMakesTwo) continue;  // not every spectrum has one near
    if (!go_on()) break;
    judge(one, options);
    search.samples.push_back(std::move(one));
  }
  require(!search.samples.empty(), "the search was ended before its first sample");

  std::vector<GapUnitary> order = search.samples;
  std::ranges::stable_sort(order, {}, &GapUnitary::e_down);
  search.best = order[0];
  for (std::size_t d = 0; d < std::min(order.size(), static_cast<std::size_t>(options.descents)); ++d) {
    search.descents.push_back(descend(order[d], options, go_on));
    if (order[d].e_down < search.best.e_down) search.best = order[d];
  }
  search.up = entangling_power(search.best.unitary, with_ancillas(options.last_starts, options.seed));
  search.down = disentangling_power(search.best.unitary, with_ancillas(options.last_starts, options.seed));
  PowerOptions larger = with_ancillas(options.larger_starts, options.seed);
  larger.ancilla_a = kLargerAncillas[0], larger.ancilla_b = kLargerAncillas[1];
  search.down_larger = disentangling_power(search.best.unitary, larger);
  search.best.e_down = search.down.value;
  search.best.state_down = search.down.state;
  return search;
}

}  // namespace ebit::inline info
