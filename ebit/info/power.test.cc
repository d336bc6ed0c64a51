#include "ebit/info/power.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/info/entropy.h"
#include "ebit/info/minimize.h"
#include "ebit/info/named_unitary.h"
#include "ebit/info/power_landscape.h"
#include "ebit/info/testing/states.h"

namespace ebit::inline info {
namespace {

using Eigen::Index;
using Eigen::MatrixXcd;
using testing::HasSubstr;

constexpr double kKnown = 1e-8;  // for values with a closed form

BipartiteUnitary named(std::string_view text) {
  const UnitaryText unitary = parse_unitary(text);
  return make_unitary(unitary.d_a, unitary.d_b, unitary.matrix(), text);
}

PowerOptions ancillas(int a, int b, int starts = 16) {
  return {.ancilla_a = a, .ancilla_b = b, .starts = starts};
}

// The entropies of a result are those of its state, taken here from density matrices; U acts by a product
// that knows nothing of the search's layout.
void expect_certified(const BipartiteUnitary& u, const PowerOptions& options, const PowerResult& result,
                      bool up) {
  const int a2 = options.ancilla_a, b2 = options.ancilla_b;
  ASSERT_EQ(result.state.size(), static_cast<std::size_t>(u.d_a * a2 * u.d_b * b2));
  const auto index = [&](int a, int x, int b, int y) {
    return static_cast<std::size_t>(((a * a2 + x) * u.d_b + b) * b2 + y);
  };
  std::vector<Complex> after(result.state.size(), 0.0);
  double norm = 0;
  for (int a = 0; a < u.d_a; ++a)
    for (int b = 0; b < u.d_b; ++b)
      for (int x = 0; x < a2; ++x)
        for (int y = 0; y < b2; ++y) {
          norm += std::norm(result.state[index(a, x, b, y)]);
          for (int c = 0; c < u.d_a; ++c)
            for (int d = 0; d < u.d_b; ++d)
              after[index(c, x, d, y)] +=
                  u.matrix(c * u.d_b + d, a * u.d_b + b) * result.state[index(a, x, b, y)];
        }
  EXPECT_NEAR(norm, 1, 1e-12);
  const auto entanglement = [&](const std::vector<Complex>& psi) {
    const MatrixXcd m = Cut(u.d_a * a2, u.d_b * b2).matrix(psi);
    double value = 0;
    density_entropy(entropy(EntropyId::kVonNeumann), static_cast<std::size_t>(m.rows()),
                    row_by_row(m * m.adjoint()), {&value, 1});
    return value;
  };
  const double before = entanglement(result.state), later = entanglement(after);
  EXPECT_NEAR(result.entropy_before, before, 1e-11);
  EXPECT_NEAR(result.entropy_after, later, 1e-11);
  EXPECT_NEAR(result.value, up ? later - before : before - later, 1e-11);
  EXPECT_LE(result.value, result.upper_bound + 1e-11);
  EXPECT_LE(result.product_value, result.value + 1e-9);
  EXPECT_GE(result.agreed, 1);
  EXPECT_LE(result.agreed, result.starts);
}

/// A unitary whose powers are known.
struct Known {
  const char* unitary;
  int ancilla_a, ancilla_b;
  double up, down;
};

TEST(Power, KnownValues) {
  const Known table[] = {
      {"cnot", 1, 1, 1, 1},   {"cnot", 2, 2, 1, 1},
      {"swap", 1, 1, 0, 0},   {"swap", 2, 2, 2, 2},
      {"iswap", 1, 1, 1, 1},  {"iswap", 2, 2, 2, 2},
      {"rzz(0)", 2, 2, 0, 0}, {"sum3", 1, 1, std::log2(3), std::log2(3)},
      {"cz", 2, 1, 1, 1},     {"linden", 2, 3, 2, 1.9478648671},
  };
  for (const Known& row : table) {
    SCOPED_TRACE(testing::Message() << row.unitary << " with " << row.ancilla_a << "x" << row.ancilla_b);
    const BipartiteUnitary u = named(row.unitary);
    const PowerOptions options = ancillas(row.ancilla_a, row.ancilla_b);
    const PowerResult up = entangling_power(u, options), down = disentangling_power(u, options);
    EXPECT_NEAR(up.value, row.up, kKnown);
    EXPECT_NEAR(down.value, row.down, kKnown);
    expect_certified(u, options, up, true);
    expect_certified(u, options, down, false);
  }
}

// The matrix makes 2 ebits of a product state and destroys fewer: more than it does of states that it takes
// to products.
TEST(Power, AQubitAndAQutritCanBeEntangledMoreThanDisentangled) {
  const BipartiteUnitary u = named("linden");
  const PowerResult up = entangling_power(u, ancillas(2, 3)), down = disentangling_power(u, ancillas(2, 3));
  EXPECT_NEAR(up.value, 2, 1e-9);
  EXPECT_NEAR(up.entropy_before, 0, 1e-9);
  EXPECT_NEAR(down.product_value, 1.937036, 2e-5);
  EXPECT_GT(down.value, down.product_value + 0.01);
  EXPECT_LT(down.value, 1.95);
  EXPECT_GT(down.entropy_after, 0.01);
}

// exp(-i theta ZZ/2) for small theta: the rate 1.9123 of Duer, Vidal, Cirac, Linden, Popescu 2001
// (quant-ph/0006034), which product states miss.
TEST(Power, WeakInteractionsMakeMostFromEntangledStates) {
  const PowerResult up = entangling_power(named("rzz(0.002)"), ancillas(1, 1, 32));
  EXPECT_NEAR(up.value / 0.001, 1.9123, 1e-3);
  EXPECT_GT(up.value, 10 * up.product_value);
  EXPECT_GT(up.entropy_before, 0.1);
}

TEST(Power, TwoQubitGatesGoUpAsFarAsDown) {
  constexpr std::uint64_t kSeed = 31;
  Random random(kSeed);
  for (int n = 0; n < 4; ++n) {
    const BipartiteUnitary u = random_bipartite(2, 2, random);
    for (const int size : {1, 2}) {
      const PowerOptions options = ancillas(size, size, 24);
      EXPECT_NEAR(entangling_power(u, options).value, disentangling_power(u, options).value, 1e-6)
          << "seed " << kSeed;
    }
  }
}

TEST(Power, DownIsUpOfTheInverse) {
  Random random(32);
  const BipartiteUnitary u = random_bipartite(2, 3, random);
  const PowerOptions options = ancillas(2, 1, 24);
  PowerOptions others = options;
  others.seed = 99;
  const PowerResult down = disentangling_power(u, options), up = entangling_power(inverse(u), others);
  EXPECT_NEAR(down.value, up.value, 1e-7);
  expect_certified(u, options, down, false);
  expect_certified(inverse(u), others, up, true);
}

TEST(Power, LocalUnitariesChangeNothing) {
  Random random(33);
  const BipartiteUnitary u = random_bipartite(2, 3, random);
  const auto kron = [](const MatrixXcd& a, const MatrixXcd& b) {
    MatrixXcd out(a.rows() * b.rows(), a.cols() * b.cols());
    for (Index i = 0; i < a.rows(); ++i)
      for (Index j = 0; j < a.cols(); ++j)
        out.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
    return out;
  };
  const auto local = [&] {
    const MatrixXcd a = random_bipartite(2, 1, random).matrix, b = random_bipartite(3, 1, random).matrix;
    return kron(a, b);
  };
  const MatrixXcd before = local();
  const BipartiteUnitary turned = make_unitary(2, 3, local() * u.matrix * before, "turned");
  const PowerOptions options = ancillas(1, 1, 32);
  EXPECT_NEAR(entangling_power(turned, options).value, entangling_power(u, options).value, 1e-7);
  EXPECT_NEAR(disentangling_power(turned, options).value, disentangling_power(u, options).value, 1e-7);
  EXPECT_NEAR(operator_schmidt_entropy(turned), operator_schmidt_entropy(u), 1e-10);
  EXPECT_NEAR(average_power(turned), average_power(u), 1e-12);
}

// Two gates side by side, A1 A2 : B1 B2. Each starts a search where the best states of the single gates do,
// so what is found is at least their sum; that it is no more is additivity.
TEST(Power, PowersOfGatesSideBySideAdd) {
  const BipartiteUnitary u = named("rzz(0.7)"), v = named("cnot");
  MatrixXcd both(16, 16);
  for (int row = 0; row < 16; ++row)
    for (int column = 0; column < 16; ++column) {
      const auto pick = [](int index, int shift) {
        return ((index >> (2 + shift)) & 1) * 2 + ((index >> shift) & 1);
      };
      // Index (a1 a2 b1 b2): gate 1 acts on a1 b1, gate 2 on a2 b2.
      both(row, column) = u.matrix(pick(row, 1), pick(column, 1)) * v.matrix(pick(row, 0), pick(column, 0));
    }
  const PowerResult one = entangling_power(u, ancillas(1, 1)), other = entangling_power(v, ancillas(1, 1));
  PowerOptions options = ancillas(1, 1, 48);
  std::vector<Complex> start(16);
  for (std::size_t i = 0; i < 16; ++i)
    start[i] = one.state[(i >> 3 & 1) * 2 + (i >> 1 & 1)] * other.state[(i >> 2 & 1) * 2 + (i & 1)];
  options.more_starts = {start};
  EXPECT_NEAR(entangling_power(make_unitary(4, 4, both, "both"), options).value, one.value + other.value,
              1e-7);
}

// 2 log2 min(d_a, d_b) >= E_up >= the operator-Schmidt entropy, where ancillas are as large as the parts.
TEST(Power, LiesBetweenItsBounds) {
  Random random(34);
  for (const auto& [d_a, d_b] : {std::pair{2, 2}, {2, 3}, {3, 2}}) {
    const BipartiteUnitary u = random_bipartite(d_a, d_b, random);
    const PowerOptions options = ancillas(d_a, d_b, 4);
    const PowerResult up = entangling_power(u, options);
    EXPECT_GE(up.value, operator_schmidt_entropy(u) - 1e-12);
    EXPECT_LE(up.value, power_limit(u) + 1e-12);
    EXPECT_LE(up.product_value, std::log2(operator_schmidt_rank(u)) + 1e-12);
    expect_certified(u, options, up, true);
  }
}

TEST(Power, TheNumberOfThreadsChangesNoBit) {
  Random random(35);
  const BipartiteUnitary u = random_bipartite(2, 3, random);
  const int before = threads();
  set_threads(1);
  const PowerResult one = disentangling_power(u, ancillas(2, 2, 12));
  set_threads(3);
  const PowerResult three = disentangling_power(u, ancillas(2, 2, 12));
  set_threads(before);
  EXPECT_EQ(one.state, three.state);
  EXPECT_EQ(one.value, three.value);
  EXPECT_EQ(one.agreed, three.agreed);
  EXPECT_EQ(one.evaluations, three.evaluations);
}

TEST(Power, GradientsEqualFiniteDifferences) {
  Random random(36);
  const PowerLandscape land(random_bipartite(2, 3, random), 2, 1);
  const auto check = [&](const SmoothFunction& loss, std::size_t count) {
    std::vector<double> x(count), gradient(count);
    for (double& number : x) number = random.normal();
    loss(x, gradient);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double> more = x, less = x;
      more[i] += 1e-5, less[i] -= 1e-5;
      EXPECT_NEAR(gradient[i], (loss(more, {}) - loss(less, {})) / 2e-5, 1e-7);
    }
  };
  check([&](auto x, auto gradient) { return land.loss(x, gradient); }, land.state_numbers());
  check([&](auto x, auto gradient) { return land.product_loss(x, gradient); }, land.product_numbers());
}

TEST(Power, TheSlopeInTheUnitaryEqualsFiniteDifferences) {
  Random random(37);
  BipartiteUnitary u = random_bipartite(2, 2, random);
  const std::vector<Complex> psi = random_state(16, random);
  const MatrixXcd p = Eigen::Map<const MatrixXcd>(psi.data(), 4, 4);
  const MatrixXcd slope = PowerLandscape(u, 2, 2).loss_slope_in_unitary(p);
  const MatrixXcd turn = random_bipartite(2, 2, random).matrix;
  const MatrixXcd generator = (turn - turn.adjoint()) / 2;
  const auto loss = [&](double t) {
    // To second order in t the exponential; its error is third order, as that of the difference.
    BipartiteUnitary moved = u;
    moved.matrix = u.matrix * (MatrixXcd::Identity(4, 4) + t * generator + t * t / 2 * generator * generator);
    const PowerLandscape land(moved, 2, 2);
    return land.loss(land.numbers(p), {});
  };
  const double analytic = (slope.conjugate().cwiseProduct(u.matrix * generator)).sum().real();
  EXPECT_NEAR(analytic, (loss(1e-4) - loss(-1e-4)) / 2e-4, 1e-6);
}

// A landscape of many hills: the first starts do not agree, so more are made.
TEST(Power, GoesOnWhileStartsDisagree) {
  Random random(1);
  const BipartiteUnitary u = random_bipartite(4, 4, random);
  PowerOptions options = ancillas(1, 1, 8);
  const PowerResult few = entangling_power(u, options);
  EXPECT_EQ(few.starts, 9);
  EXPECT_LT(few.agreed, kEnoughAgree);
  options.most_starts = 600;
  const PowerResult many = entangling_power(u, options);
  EXPECT_GT(many.starts, few.starts);
  EXPECT_TRUE(many.agreed >= kEnoughAgree || many.starts == 601) << many.agreed << " of " << many.starts;
  EXPECT_GE(many.value, few.value);
  expect_certified(u, options, many, true);
}

TEST(Power, BadInputIsNamed) {
  const auto message = [](const PowerOptions& options) -> std::string {
    try {
      entangling_power(named("cnot"), options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message(ancillas(0, 2)), HasSubstr("not 0x2"));
  EXPECT_THAT(message(ancillas(1, 1, 0)), HasSubstr("starts must be 1 or more"));
  EXPECT_THAT(message(ancillas(100, 100)), HasSubstr("40000 amplitudes"));
  PowerOptions wrong = ancillas(1, 1);
  wrong.more_starts = {{1, 0}};
  EXPECT_THAT(message(wrong), HasSubstr("has 4 amplitudes, not 2"));
}

TEST(Minimize, FindsTheMinimumOfAValley) {
  const SmoothFunction rosenbrock = [](std::span<const double> x, std::span<double> g) {
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    if (!g.empty()) g[0] = -2 * a - 400 * x[0] * b, g[1] = 200 * b;
    return a * a + 100 * b * b;
  };
  std::vector<double> x{-1.2, 1};
  long evaluations = 0;
  EXPECT_NEAR(minimize(rosenbrock, x, {}, &evaluations), 0, 1e-12);
  EXPECT_NEAR(x[0], 1, 1e-6);
  EXPECT_NEAR(x[1], 1, 1e-6);
  EXPECT_GT(evaluations, 10);
  std::vector<double> few{-1.2, 1};
  EXPECT_LT(minimize(rosenbrock, few, {.evaluations = 8}), rosenbrock(std::vector<double>{-1.2, 1}, {}));
  std::vector<double> nowhere{NAN, 0};
  EXPECT_THROW(minimize(rosenbrock, nowhere), Error);
}

}  // namespace
}  // namespace ebit::inline info
