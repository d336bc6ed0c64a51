// RVQE cells against a whole circuit of dense matrices, with an ancilla for each order of a neuron that is
// found in |0>; counts of parameters, draws, refusals.
#include "ebit/cell/rvqe/rvqe_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "ebit/base/parallel.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/sim/dense_oracle.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;
using Vector = Eigen::VectorXcd;
using Small = std::vector<Complex>;

// The cell as a circuit: qubits of in/out and workspace, then the ancillas of a neuron.
class Oracle {
 public:
  Oracle(const RvqeCell<double>& cell, std::span<const double> parameters)
      : cell_(cell), o_(cell.options()), parameters_(parameters), wires_(o_.qubits() + o_.order) {
    psi_ = Vector::Zero(Eigen::Index{1} << wires_);
    psi_[0] = 1;
  }

  // The probabilities of the words, before the projection on `word`.
  std::vector<double> step(const double* bits, std::size_t word) {
    const std::vector<NeuronTerms> neurons = neurons_of(o_);
    std::size_t next = 0;
    flip(bits);
    for (int q = 0; q < o_.workspace; ++q) neuron(neurons[next++]);
    for (int s = 0; s < o_.stages; ++s) {
      for (int q = 0; q < o_.workspace; ++q)
        gate(rotation(of(fmt::format("stages.{}.angles", s))[q]), {o_.bits() + q});
      for (int q = 0; q < o_.workspace; ++q) neuron(neurons[next++]);
    }
    flip(bits);
    for (int q = 0; q < o_.bits(); ++q) neuron(neurons[next++]);
    std::vector<double> p(std::size_t{1} << o_.bits());
    const Eigen::Index branch = psi_.size() >> o_.bits();
    for (std::size_t m = 0; m < p.size(); ++m)
      p[m] = psi_.segment(static_cast<Eigen::Index>(m) * branch, branch).squaredNorm();
    const Vector kept = psi_.segment(static_cast<Eigen::Index>(word) * branch, branch);
    psi_.setZero();
    psi_.head(branch) = kept / kept.norm();
    return p;
  }

  // The amplitudes of the workspace.
  std::vector<double> workspace() const {
    std::vector<double> h;
    for (std::size_t i = 0; i < cell_.state_numbers(); ++i)
      h.push_back(psi_[static_cast<Eigen::Index>(i << o_.order)].real());
    return h;
  }

 private:
  static Small rotation(double angle) {
    const double c = std::cos(angle / 2), s = std::sin(angle / 2);
    return {c, -s, s, c};
  }

  std::span<const double> of(const std::string& name) const {
    for (const Segment& segment : cell_.segments())
      if (segment.name == name) return parameters_.subspan(segment.offset, segment.size);
    ADD_FAILURE() << name;
    return {};
  }

  void gate(const Small& small, const std::vector<int>& wires) {
    psi_ = oracle::embed(small, wires, wires_) * psi_;
  }

  // `small`, 2x2, on the last of these wires where all others are 1.
  void controlled(const Small& small, std::vector<int> controls, int target) {
    controls.push_back(target);
    const std::size_t n = std::size_t{1} << controls.size();
    Small matrix(n * n, 0.0);
    for (std::size_t i = 0; i + 2 < n; ++i) matrix[i * n + i] = 1;
    for (std::size_t i = 0; i < 4; ++i) matrix[(n - 2 + i / 2) * n + n - 2 + i % 2] = small[i];
    gate(matrix, controls);
  }

  void flip(const double* bits) {
    for (int q = 0; q < o_.bits(); ++q)
      if (bits[q] == 1) gate({0, 1, 1, 0}, {q});
  }

  // Turns the first ancilla by eta in the way of each of the neuron's terms.
  void rotate_ancilla(const NeuronTerms& neuron, double sign) {
    const int ancilla = o_.qubits();
    controlled(rotation(2 * sign * (of(neuron.name + ".theta")[0] + std::numbers::pi / 2) / 2), {}, ancilla);
    for (std::size_t k = 0; k < neuron.subsets.size(); ++k)
      controlled(rotation(sign * of(neuron.name + ".phi")[k]), neuron.subsets[k], ancilla);
  }

  // cos(eta)^(2^order) + sign sin(eta)^(2^order) (-iY) on `target` where all ancillas are found in 0.
  void turn(const NeuronTerms& neuron, int order, int target, double sign) {
    const int ancilla = o_.qubits() + order - 1;
    const Small minus_iy = {0, -sign, sign, 0};
    order == 1 ? rotate_ancilla(neuron, 1) : turn(neuron, order - 1, ancilla, 1);
    controlled(minus_iy, {ancilla}, target);
    order == 1 ? rotate_ancilla(neuron, -1) : turn(neuron, order - 1, ancilla, -1);
    gate({1, 0, 0, 0}, {ancilla});  // found in 0
    psi_.normalize();
  }

  void neuron(const NeuronTerms& terms) { turn(terms, o_.order, terms.qubit, 1); }

  const RvqeCell<double>& cell_;
  RvqeOptions o_;
  std::span<const double> parameters_;
  int wires_;
  Vector psi_;
};

TEST(RvqeCell, EqualsItsCircuitWithAncillas) {
  for (const auto& [bits, workspace, stages, order, degree] :
       {std::array{1, 1, 1, 1, 1}, {1, 2, 2, 3, 2}, {2, 2, 0, 2, 3}, {2, 3, 1, 1, 2}, {3, 1, 1, 2, 3}}) {
    RvqeOptions o;
    o.inputs = bits + 1, o.workspace = workspace, o.stages = stages, o.order = order, o.degree = degree;
    SCOPED_TRACE(testing::Message() << bits << "+" << workspace << " qubits, order " << order);
    CellProblem<double> problem(o, 2, 3, 77);
    for (std::size_t i = 0; i < problem.x.size(); ++i) problem.x[i] = std::max(problem.x[i], 0.0);
    problem.forward();
    const auto& cell = dynamic_cast<const RvqeCell<double>&>(*problem.cell);
    const std::size_t words = cell.outputs(), inputs = cell.inputs();
    for (std::size_t b = 0; b < 2; ++b) {
      Oracle oracle(cell, problem.parameters);
      for (std::size_t t = 0; t < 3; ++t) {
        const double* const x = problem.x.data() + (b * 3 + t) * inputs;
        const std::vector<double> p = oracle.step(x, static_cast<std::size_t>(x[bits]));
        for (std::size_t m = 0; m < words; ++m) EXPECT_NEAR(problem.y[(b * 3 + t) * words + m], p[m], 1e-12);
      }
      // The states agree up to a sign, which the oracle's ancillas do not show.
      const std::vector<double> h = oracle.workspace();
      for (std::size_t i = 0; i < h.size(); ++i) EXPECT_NEAR(problem.last[b * h.size() + i], h[i], 1e-12);
    }
  }
}

TEST(RvqeCell, HasAsManyParametersAsThePaper) {
  RvqeOptions dna;
  dna.inputs = 4, dna.workspace = 5, dna.stages = 1, dna.order = 2, dna.degree = 3;
  EXPECT_EQ(RvqeCell<double>(dna).parameters(), 837u);
  RvqeOptions mnist;
  mnist.inputs = 3, mnist.workspace = 8, mnist.stages = 2, mnist.order = 2, mnist.degree = 2;
  EXPECT_EQ(RvqeCell<double>(mnist).parameters(), 1212u);
}

// A drawn word is one of the words, and projecting on it when it is given gives the same state.
TEST(RvqeCell, DrawsWordsByBornsRule) {
  RvqeOptions o;
  o.inputs = 3, o.workspace = 2, o.degree = 2;
  CellProblem<double> problem(o, 4000, 1, 5);
  for (std::size_t b = 0; b < problem.samples; ++b)
    problem.x[3 * b] = 1, problem.x[3 * b + 1] = 0, problem.x[3 * b + 2] = -1;
  problem.forward();
  std::vector<std::vector<double>> states;
  for (double word = 0; word < 4; ++word) {
    CellProblem<double> given(o, 1, 1, 5);
    given.parameters = problem.parameters, given.x = {1, 0, word};
    given.forward();
    states.push_back(given.last);
  }
  std::vector<double> shares(4);
  for (std::size_t b = 0; b < problem.samples; ++b) {
    const std::vector<double> own(problem.last.begin() + static_cast<std::ptrdiff_t>(4 * b),
                                  problem.last.begin() + static_cast<std::ptrdiff_t>(4 * b + 4));
    const auto found = std::ranges::find_if(
        states, [&](const auto& state) { return largest_difference(state, own) < 1e-12; });
    ASSERT_NE(found, states.end());
    shares[static_cast<std::size_t>(found - states.begin())] += 1.0 / static_cast<double>(problem.samples);
  }
  for (std::size_t m = 0; m < 4; ++m) EXPECT_NEAR(shares[m], problem.y[m], 0.03) << "word " << m;
}

TEST(RvqeCell, NormsDoNotMatter) {
  RvqeOptions o;
  CellProblem<double> problem(o, 9, 4, 8);
  problem.give_state(9);
  problem.forward();
  const std::vector<double> y = problem.y, last = problem.last;
  for (double& number : problem.state) number *= 3;
  problem.forward();
  EXPECT_LT(largest_difference(problem.y, y), 1e-13);
  EXPECT_LT(largest_difference(problem.last, last), 1e-13);
}

TEST(RvqeCell, GivesTheSameBitsAtAnyNumberOfThreads) {
  RvqeOptions o;
  CellProblem<double> problem(o, 70, 6, 21);
  set_threads(1);
  const auto one = problem.gradient();
  const std::vector<double> y = problem.y;
  set_threads(3);
  const auto three = problem.gradient();
  set_threads(1);
  EXPECT_EQ(problem.y, y);
  EXPECT_EQ(three.parameters, one.parameters);
  EXPECT_EQ(three.state, one.state);
}

TEST(NeuronKernels, InstructionSetsAgree) {
  constexpr std::size_t kW = kLanes<double>, kSize = 8;
  Random random(3);
  const auto numbers = [&](std::size_t count) {
    AlignedVector<double> all(count);
    for (double& number : all) number = random.uniform(-1, 1);
    return all;
  };
  const auto cos = numbers(64), sin = numbers(64), in = numbers(kSize * kW), scale = numbers(kW),
             g = numbers(2 * kSize * kW), g_scale = numbers(kW);
  const std::int32_t row[kW] = {0, 8, 16, 24, 4, 12, 0, 40};
  std::vector<double> first;
  for (const auto* table : kernels::usable_kernel_tables<double>()) {
    const NeuronKernels<double>& kernels = find_neuron_kernels<double>(table->name);
    std::vector<double> d_cos(64), d_sin(64), all;
    AlignedVector<double> out(2 * kSize * kW), norm(kW), back = g, before(kSize * kW);
    Neuron<double> n{cos.data(), sin.data(), d_cos.data(), d_sin.data(), in.data(), scale.data(), kSize, 2};
    const auto take = [&](const auto& values) {
      for (const double value : values) all.push_back(value);
    };
    kernels.turn(n, row, out.data(), norm.data()), take(out), take(norm);
    kernels.turn_backward(n, row, g_scale.data(), back.data()), take(back);
    n.stride = 4;
    kernels.open(n, out.data(), norm.data()), take(out), take(norm);
    kernels.open_backward(n, g_scale.data(), g.data(), before.data()), take(before), take(d_cos), take(d_sin);
    kernels.rotate(0.6, 0.8, kSize, 4, back.data()), take(back);
    kernels.scaled(kSize, in.data(), scale.data(), before.data()), take(before);
    all.push_back(kernels.rotation_slope(kSize, 1, in.data(), g.data()));
    if (first.empty()) first = all;
    EXPECT_LT(largest_difference(all, first), 1e-13) << table->name;
  }
}

TEST(RvqeCell, RefusesWhatIsNoWord) {
  const auto message = [](auto change) {
    RvqeOptions o;
    o.inputs = 3;
    CellProblem<double> problem(o, 2, 2, 1);
    change(problem);
    return error_of([&] { problem.forward(); });
  };
  EXPECT_EQ(message([](auto&) {}), "no error");
  EXPECT_THAT(message([](auto& p) { p.x[3] = 0.5; }),
              HasSubstr("of sample 0, step 1, feature 0 is not a bit"));
  EXPECT_THAT(message([](auto& p) { p.x[2] = 4; }),
              HasSubstr("is not the word to project on: 0 to 3, or -1"));
  EXPECT_THAT(message([](auto& p) { p.x[2] = -2; }), HasSubstr("is not the word"));
  EXPECT_THAT(message([](auto& p) { p.state.assign(p.last.size(), 0.0); }), HasSubstr("no quantum state"));
  // Neurons that never turn leave in/out in |00>.
  EXPECT_THAT(message([](auto& p) {
                std::ranges::fill(p.parameters, 0.0);
                for (const Segment& segment : p.cell->segments())
                  if (segment.name.ends_with("theta")) p.parameters[segment.offset] = -std::numbers::pi / 2;
                for (std::size_t i = 2; i < p.x.size(); i += 3) p.x[i] = 3;
              }),
              HasSubstr("sample 0, step 0: the state has no part in the word 3"));
  const auto refused = [](auto change) {
    RvqeOptions o;
    change(o);
    return error_of([&] { RvqeCell<double> cell(o); });
  };
  EXPECT_THAT(refused([](auto& o) { o.inputs = 1; }), HasSubstr("2 numbers or more, not 1"));
  EXPECT_THAT(refused([](auto& o) { o.workspace = 0; }), HasSubstr("at least 1 qubit"));
  EXPECT_THAT(refused([](auto& o) { o.workspace = 18; }), HasSubstr("at most 20"));
  EXPECT_THAT(refused([](auto& o) { o.order = 0; }), HasSubstr("order of a neuron is 1 to 5, not 0"));
  EXPECT_THAT(refused([](auto& o) { o.degree = 8; }), HasSubstr("with 7 sources is 1 to 7, not 8"));
  EXPECT_THAT(refused([](auto& o) { o.stages = -1; }), HasSubstr("0 stages or more"));
}

}  // namespace
}  // namespace ebit::inline cell
