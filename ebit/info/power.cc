#include "ebit/info/power.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/linear_algebra.h"
#include "ebit/base/parallel.h"
#include "ebit/base/random.h"
#include "ebit/info/entropy.h"
#include "ebit/info/minimize.h"
#include "ebit/info/power_landscape.h"

namespace ebit::inline info {
namespace {

using Eigen::MatrixXcd;

constexpr double kSameValue = 1e-10;  // values that differ by less are taken as the same

// Where a search ended.
struct Outcome {
  double loss = HUGE_VAL;
  double product_loss = HUGE_VAL;  // of the best product state on the way, where there was one
  std::vector<double> x;           // the numbers of the state
  long evaluations = 0;
};

std::vector<double> normal_numbers(std::size_t count, Random& random) {
  std::vector<double> x(count);
  for (double& number : x) number = random.normal();
  return x;
}

// x + noise of that size relative to x.
std::vector<double> shaken(std::vector<double> x, double size, Random& random) {
  const double scale = size / std::sqrt(static_cast<double>(x.size()));
  for (double& number : x) number += scale * random.normal();
  return x;
}

Outcome climb(const PowerLandscape& land, std::vector<double> x) {
  Outcome out{.x = std::move(x)};
  const auto loss = [&](auto point, auto gradient) { return land.loss(point, gradient); };
  out.loss = minimize(loss, out.x, {}, &out.evaluations);
  return out;
}

// The best product state near a random one, then whatever entangled state near it does better.
Outcome from_random_product(const PowerLandscape& land, Random& random) {
  std::vector<double> product = normal_numbers(land.product_numbers(), random);
  long evaluations = 0;
  const auto loss = [&](auto point, auto gradient) { return land.product_loss(point, gradient); };
  const double best = minimize(loss, product, {}, &evaluations);
  const std::vector<double> state = land.from_product(product);
  Outcome out = climb(land, shaken(state, 0.1, random));
  // A product state is the simpler answer, and it is exact where the way there through entangled ones creeps.
  if (best <= out.loss + kSameValue) out.loss = best, out.x = state;
  out.product_loss = best;
  out.evaluations += evaluations;
  return out;
}

Outcome from_random_state(const PowerLandscape& land, Random& random) {
  return climb(land, normal_numbers(land.state_numbers(), random));
}

Outcome from_slightly_entangled(const PowerLandscape& land, Random& random) {
  const std::vector<double> product = land.from_product(normal_numbers(land.product_numbers(), random));
  return climb(land, shaken(product, random.uniform(0.1, 1.0), random));
}

// Ways to begin: starts take them in turn.
constexpr Outcome (*kBeginnings[])(const PowerLandscape&, Random&) = {
    from_random_product, from_random_state, from_slightly_entangled, from_random_state};

// States of one side, of d levels with an ancilla, that people know: |0>, the even superposition of all
// levels, and k levels maximally entangled with the ancilla.
std::vector<Eigen::VectorXcd> simple_sides(int d, int ancilla) {
  std::vector<Eigen::VectorXcd> all;
  const auto add = [&](auto amplitude) {
    Eigen::VectorXcd v = Eigen::VectorXcd::Zero(Eigen::Index{d} * ancilla);
    for (int level = 0; level < d; ++level)
      for (int partner = 0; partner < ancilla; ++partner)
        v[level * ancilla + partner] = amplitude(level, partner);
    all.push_back(v.normalized());
  };
  add([](int level, int partner) { return level == 0 && partner == 0 ? 1.0 : 0.0; });
  add([](int, int partner) { return partner == 0 ? 1.0 : 0.0; });
  for (int k = 2; k <= std::min(d, ancilla); ++k)
    add([k](int level, int partner) { return level == partner && level < k ? 1.0 : 0.0; });
  return all;
}

// Their products. The last, A and B each as entangled with its ancilla as can be, is the one that the
// operator-Schmidt entropy is about.
std::vector<std::vector<double>> simple_states(const PowerLandscape& land, const BipartiteUnitary& u,
                                               const PowerOptions& options) {
  std::vector<std::vector<double>> all;
  for (const auto& a : simple_sides(u.d_a, options.ancilla_a))
    for (const auto& b : simple_sides(u.d_b, options.ancilla_b))
      all.push_back(land.numbers(land.along(a * b.transpose())));
  return all;
}

std::vector<Complex> row_by_row(const MatrixXcd& m) {
  std::vector<Complex> out;
  for (Eigen::Index i = 0; i < m.rows(); ++i)
    for (Eigen::Index j = 0; j < m.cols(); ++j) out.push_back(m(i, j));
  return out;
}

MatrixXcd across_matrix(const BipartiteUnitary& u, int ancilla_a, int ancilla_b,
                        const std::vector<Complex>& state) {
  return Cut(u.d_a * ancilla_a, u.d_b * ancilla_b).matrix(state);
}

double entropy_by_singular_values(const MatrixXcd& m) {
  const Eigen::VectorXd s = singular_values(m);
  const Eigen::VectorXd p = s.array().square() / s.squaredNorm();
  return std::max(0.0, entropy(EntropyId::kVonNeumann).value({p.data(), static_cast<std::size_t>(p.size())}));
}

void check(const BipartiteUnitary& u, const PowerOptions& options) {
  require(options.ancilla_a >= 1 && options.ancilla_b >= 1,
          "ancillas must have dimensions of 1 (none) or more, not {}x{}", options.ancilla_a,
          options.ancilla_b);
  require(options.starts >= 1, "the number of starts must be 1 or more, not {}", options.starts);
  const double size = 1.0 * u.d_a * u.d_b * options.ancilla_a * options.ancilla_b;
  require(size <= kMaxPowerState,
          "a state of {}x{} with ancillas {}x{} has {:.0f} amplitudes; {} are the most", u.d_a, u.d_b,
          options.ancilla_a, options.ancilla_b, size, kMaxPowerState);
}

// The search for V = U (up) or U^-1 (down); the state is the one before V.
PowerResult search(const BipartiteUnitary& v, const PowerOptions& options, std::vector<double>& best) {
  check(v, options);
  const PowerLandscape land(v, options.ancilla_a, options.ancilla_b);
  const auto simple = simple_states(land, v, options);
  std::vector<std::vector<double>> given{simple.back()};
  for (const auto& state : options.more_starts)
    given.push_back(land.numbers(land.along(across_matrix(v, options.ancilla_a, options.ancilla_b, state))));
  std::vector<Outcome> all;
  const Outcome* found = nullptr;
  std::ptrdiff_t agreed = 0;
  int made = 0;
  for (int wanted = options.starts; made < wanted;) {
    const std::size_t done = all.size();
    all.resize(given.size() + static_cast<std::size_t>(wanted));
    parallel_for(all.size() - done, [&](std::size_t n) {
      const std::size_t i = done + n;
      if (i < given.size()) {
        all[i] = climb(land, given[i]);
      } else {
        const std::size_t k = i - given.size();
        Random random(options.seed, k);
        all[i] = kBeginnings[k % std::size(kBeginnings)](land, random);
      }
    });
    made = wanted;
    found = &*std::ranges::min_element(all, {}, &Outcome::loss);
    agreed =
        std::ranges::count_if(all, [&](const Outcome& one) { return one.loss <= found->loss + kAgreement; });
    if (agreed < kEnoughAgree) wanted = std::max(made, std::min(2 * made, options.most_starts));
  }

  PowerResult result;
  double best_product = HUGE_VAL;
  for (const Outcome& one : all) {
    best_product = std::min(best_product, one.product_loss);
    result.evaluations += one.evaluations;
  }
  result.starts = static_cast<int>(all.size());
  result.agreed = static_cast<int>(agreed);
  result.product_value = std::max(0.0, -best_product);
  const int side = std::min(v.d_a * options.ancilla_a, v.d_b * options.ancilla_b);
  result.upper_bound = std::min(power_limit(v), std::log2(side));
  best = found->x;
  // Of states that are as good the simplest is the best answer: one that people know, then any product state.
  const auto as_good = [&](double loss) { return loss <= found->loss + kSameValue; };
  const auto product = std::ranges::find_if(
      all, [&](const Outcome& one) { return as_good(one.loss) && one.loss == one.product_loss; });
  if (product != all.end()) best = product->x;
  const auto known = std::ranges::find_if(simple, [&](const auto& x) { return as_good(land.loss(x, {})); });
  if (known != simple.end()) best = *known;
  return result;
}

}  // namespace

EntropyChange entropy_change(const BipartiteUnitary& u, int ancilla_a, int ancilla_b,
                             const std::vector<Complex>& state) {
  const PowerLandscape land(u, ancilla_a, ancilla_b);
  const MatrixXcd m = across_matrix(u, ancilla_a, ancilla_b, state);
  return {entropy_by_singular_values(m),
          entropy_by_singular_values(land.across(product(u.matrix, land.along(m))))};
}

PowerResult entangling_power(const BipartiteUnitary& u, const PowerOptions& options) {
  std::vector<double> best;
  PowerResult result = search(u, options, best);
  const PowerLandscape land(u, options.ancilla_a, options.ancilla_b);
  result.state = row_by_row(land.across(land.amplitudes(best)));
  const EntropyChange change = entropy_change(u, options.ancilla_a, options.ancilla_b, result.state);
  result.entropy_before = change.before;
  result.entropy_after = change.after;
  result.value = std::max(0.0, change.after - change.before);
  return result;
}

PowerResult disentangling_power(const BipartiteUnitary& u, const PowerOptions& options) {
  // U takes U^-1 phi to phi, so what U^-1 makes of phi is what U destroys of U^-1 phi.
  std::vector<double> best;
  PowerResult result = search(inverse(u), options, best);
  const PowerLandscape land(u, options.ancilla_a, options.ancilla_b);
  result.state = row_by_row(land.across(adjoint_product(u.matrix, land.amplitudes(best))));
  const EntropyChange change = entropy_change(u, options.ancilla_a, options.ancilla_b, result.state);
  result.entropy_before = change.before;
  result.entropy_after = change.after;
  result.value = std::max(0.0, change.before - change.after);
  return result;
}

}  // namespace ebit::inline info
