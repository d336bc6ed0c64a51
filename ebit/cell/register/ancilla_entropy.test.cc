#include "ebit/cell/register/ancilla_entropy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/info/entropy.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline cell {
namespace {

template <class T>
std::vector<Complex> lane(const Tile<T>& psi, std::size_t l) {
  std::vector<Complex> out(psi.numbers() / kLanes<T>);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = {psi.re[i * kLanes<T> + l], psi.im[i * kLanes<T> + l]};
  return out;
}

template <class T>
class AncillaEntropyOf : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(AncillaEntropyOf, Precisions);

// The loops of this layer against the entropies of ebit/info, for random, product and maximally entangled
// states.
TYPED_TEST(AncillaEntropyOf, ValueAndDerivativeAreThoseOfPureEntropy) {
  using T = TypeParam;
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;  // von Neumann slopes reach 50
  for (const Entropy& kind : entropies())
    for (const RegisterShape shape : {RegisterShape{1, 1}, {1, 3}, {3, 1}, {2, 2}, {2, 3}}) {
      SCOPED_TRACE(fmt::format("{} {}+{}, seed 8", kind.name, shape.system, shape.ancilla));
      StateBatch<T> psi(shape.system + shape.ancilla, kLanes<T>), g(shape.system + shape.ancilla, kLanes<T>);
      Random random(8);
      randomize(psi, random);
      const Tile<T> tile = psi.tile(0), cotangent = g.tile(0);
      const std::size_t small = std::min(shape.systems(), shape.ancillas());
      for (std::size_t i = 0; i < tile.numbers(); i += kLanes<T>) {
        const std::size_t system = i / kLanes<T> / shape.ancillas(),
                          ancilla = i / kLanes<T> % shape.ancillas();
        tile.re[i] = i == 0 ? T(1) : T(0), tile.im[i] = 0;  // lane 0: |0...0>
        // Lane 1: maximally entangled; lane 2: a product of uniform superpositions.
        tile.re[i + 1] = system == ancilla ? static_cast<T>(1 / std::sqrt(double(small))) : T(0);
        tile.im[i + 1] = 0;
        tile.re[i + 2] = 0;
        tile.im[i + 2] = static_cast<T>(1 / std::sqrt(double(shape.systems() * shape.ancillas())));
      }
      std::fill_n(cotangent.re, cotangent.numbers(), T(0.5)),
          std::fill_n(cotangent.im, cotangent.numbers(), T(0));

      EntropyScratch<T> scratch(shape);
      const AncillaEntropy<T> entropy_of(kind, shape);
      entropy_of.value(tile, scratch);
      EXPECT_NEAR(scratch.values[0], 0, tolerance);
      EXPECT_NEAR(scratch.values[1], largest_entropy(kind, small), tolerance);
      EXPECT_NEAR(scratch.values[2], 0, tolerance);
      for (std::size_t l = 0; l < kLanes<T>; ++l) scratch.d_values[l] = static_cast<T>(l) - T(1.5);
      entropy_of.backward(tile, scratch, cotangent);
      const Cut cut(static_cast<int>(shape.systems()), static_cast<int>(shape.ancillas()));
      for (std::size_t l = 0; l < kLanes<T>; ++l) {
        const std::vector<Complex> one = lane(tile, l);
        double exact = 0;
        pure_entropy(kind, cut, one, {&exact, 1});
        EXPECT_NEAR(scratch.values[l], exact, tolerance) << "lane " << l;
        std::vector<Complex> d(one.size(), 0.5);
        const double weight = scratch.d_values[l];
        pure_entropy_backward(kind, cut, one, {&weight, 1}, d);
        const std::vector<Complex> ours = lane(cotangent, l);
        for (std::size_t i = 0; i < d.size(); ++i)
          EXPECT_NEAR(std::abs(ours[i] - d[i]), 0, 10 * tolerance) << "lane " << l << ", amplitude " << i;
      }
    }
}

// Every encoder with every pure memory that it fits, kinds and stages by turns.
std::vector<RegisterOptions> every_pure_memory() {
  std::vector<RegisterOptions> all;
  for (const Encoder& encoder : encoders())
    for (const auto& update : hidden_updates<double>()) {
      if (update.memory == Memory::kMixture || (update.memory == Memory::kWholeState && !encoder.build))
        continue;
      const std::size_t n = all.size();
      RegisterOptions options;
      options.system = 2, options.ancilla = n % 3 == 0 ? 1 : 2;
      options.features = 2;
      options.encoder = encoder.name, options.hidden = update.name;
      options.ansatz = ansaetze()[n % ansaetze().size()].name;
      options.layers_en = 2, options.layers_dis = 1;
      options.dis = dis_structures()[n % 2].name;
      options.every_step = n % 2 == 0;
      options.entropy = entropies()[n % entropies().size()].name;
      options.entropy_stage = entropy_stages()[n / 2 % 2].name;
      if (options.entropy_stage == "disentangled") options.engine = n % 2 ? "fold" : "gates";
      all.push_back(options);
    }
  return all;
}

std::string name_of(const RegisterOptions& o) {
  return fmt::format("{} {} {} {}+{} {} {} {}", o.encoder, o.ansatz, o.hidden, o.system, o.ancilla, o.entropy,
                     o.entropy_stage, o.engine);
}

TEST(CellEntropy, IsThatOfTheStateAtItsStage) {
  for (const RegisterOptions& options : every_pure_memory()) {
    SCOPED_TRACE(name_of(options) + ", seed 31");
    CellProblem<double> problem(options, 3, 4, 31);
    problem.forward();
    const std::vector<double>& s = problem.entropy;
    const Stage wanted = options.entropy_stage == "entangled" ? Stage::kEntangled : Stage::kDisentangled;
    const Cut cut(1 << options.system, 1 << options.ancilla);
    double sum = 0;
    const StepObserver<double> look = [&](Stage stage, std::size_t, std::size_t t,
                                          const StepWorkspace<double>& w, const double*) {
      if (stage != wanted) return;
      for (std::size_t b = 0; b < 3; ++b) {
        double exact = 0;
        pure_entropy(entropy(options.entropy), cut, lane(w.psi[0], b), {&exact, 1});
        EXPECT_NEAR(s[b * 4 + t], exact, 1e-12) << "sample " << b << ", step " << t;
        sum += exact;
      }
    };
    register_cell(problem).observe(problem.parameters, problem.input(), {}, look);
    if (!is_diagonal(options.ansatz)) {
      EXPECT_GT(sum, 1e-3) << "product states everywhere would pass";
    }
  }
}

TEST(CellEntropy, CountsInTheGradient) {
  std::uint64_t seed = 400;
  for (const RegisterOptions& options : every_pure_memory()) {
    SCOPED_TRACE(testing::Message() << name_of(options) << ", seed " << ++seed);
    if (is_diagonal(options.ansatz)) continue;  // it may leave every reading as it is
    CellProblem<double> problem(options, 3, 3, seed);
    const auto all = problem.gradient();
    problem.d_entropy.assign(problem.d_entropy.size(), 0.0);
    EXPECT_GT(largest_difference(all.parameters, problem.gradient().parameters), 1e-3);
  }
}

TEST(CellEntropy, TheWaysToComputeItAgree) {
  std::uint64_t seed = 500;
  for (const RegisterOptions& options : every_pure_memory()) {
    SCOPED_TRACE(testing::Message() << name_of(options) << ", seed " << ++seed);
    CellProblem<double> first(options, 9, 4, seed);
    const auto a = first.gradient();
    for (const char* change : {"store", "uncompute", "engine"}) {
      RegisterOptions other = options;
      const std::string what = change;
      if (what == "engine")
        other.engine = options.engine == "fold" ? "gates" : "auto";
      else
        other.gradient_memory = what;
      CellProblem<double> second(other, 9, 4, seed);
      const auto b = second.gradient();
      EXPECT_NEAR(first.loss(), second.loss(), 1e-11) << what;
      EXPECT_LT(relative_distance(a, b), 1e-10) << what;
    }
  }
}

TEST(CellEntropy, FiniteDifferenceMethodEqualsAdjoint) {
  for (const EntropyStage& stage : entropy_stages()) {
    RegisterOptions options;
    options.entropy = "von-neumann", options.entropy_stage = stage.name;
    CellProblem<double> adjoint(options, 2, 4, 7);
    options.gradient = "finite-difference";
    CellProblem<double> difference(options, 2, 4, 7);
    const auto a = adjoint.gradient(), b = difference.gradient();
    EXPECT_LT(largest_difference(a.parameters, b.parameters), 1e-7);
    EXPECT_LT(largest_difference(a.x, b.x), 1e-7);
  }
}

// Without layers nothing is ever entangled: every state is a product state.
TEST(CellEntropy, ProductStatesHaveNoEntropyAndAFiniteGradient) {
  for (const Entropy& kind : entropies()) {
    RegisterOptions options;
    options.layers_en = options.layers_dis = 0, options.entropy = kind.name;
    CellProblem<double> problem(options, 3, 4, 9);
    problem.forward();
    for (const double s : problem.entropy) EXPECT_NEAR(s, 0, 1e-13);
    const auto g = problem.gradient();
    for (const double d : g.parameters) EXPECT_TRUE(std::isfinite(d));
    for (const double d : g.x) EXPECT_TRUE(std::isfinite(d));
    EXPECT_LT(largest_difference(g.parameters, problem.numerical_gradient(1e-5).parameters), 1e-7);
  }
}

template <class Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CellEntropy, MisuseIsToldInOneLine) {
  const auto made = [](auto change) {
    return refusal([&] {
      RegisterOptions options;
      options.entropy = "von-neumann";
      change(options);
      RegisterCell<double> cell(options);
    });
  };
  EXPECT_NE(made([](RegisterOptions& o) { o.hidden = "density"; }).find("mixed state"), std::string::npos);
  EXPECT_NE(made([](RegisterOptions& o) { o.entropy = "renyi2"; }).find("renyi-2"), std::string::npos);
  EXPECT_NE(made([](RegisterOptions& o) { o.entropy_stage = "entangle"; }).find("entangled"),
            std::string::npos);
  EXPECT_NE(
      made([](RegisterOptions& o) { o.entropy_stage = "entangled", o.engine = "fold"; }).find("engine auto"),
      std::string::npos);
  EXPECT_EQ(made([](RegisterOptions& o) { o.entropy_stage = "entangled"; }), "");
}

TEST(CellEntropy, TheEntangledStageRunsGateByGate) {
  RegisterOptions options;
  EXPECT_EQ(RegisterCell<double>(options).engine(256, 10).engine, Engine::kFold);
  options.entropy = "von-neumann";
  EXPECT_EQ(RegisterCell<double>(options).engine(256, 10).engine, Engine::kFold);
  options.entropy_stage = "entangled";
  EXPECT_EQ(RegisterCell<double>(options).engine(256, 10).engine, Engine::kGates);
}

}  // namespace
}  // namespace ebit::inline cell
