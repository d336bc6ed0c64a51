// Measured cells against whole circuits of dense matrices with a measured wire of its own; draws, refusals,
// and numbers that know the law.
#include "ebit/cell/measured/measured_cell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "ebit/base/parallel.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;
using Matrix = Eigen::MatrixXcd;
using Vector = Eigen::VectorXcd;
using Small = std::vector<Complex>;

constexpr double kPi = std::numbers::pi;

MeasuredOptions options_of(const char* form, int qubits) {
  MeasuredOptions o;
  o.form = form, o.inputs = o.form == "shared" ? 4 * qubits + 1 : 1 << 2 * qubits;
  return o;
}

// exp(-i angle P / 2), controlled by another wire or not.
Small rotation(char axis, double angle, bool controlled = false) {
  const Matrix pauli = oracle::pauli_matrix(std::string_view(&axis, 1));
  const Matrix u = std::cos(angle / 2) * Matrix::Identity(2, 2) - Complex(0, std::sin(angle / 2)) * pauli;
  if (!controlled) return {u(0, 0), u(0, 1), u(1, 0), u(1, 1)};
  return {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, u(0, 0), u(0, 1), 0, 0, u(1, 0), u(1, 1)};
}

// The form "shared" as the page of models has it: the measured wire is the first one.
class SharedOracle {
 public:
  SharedOracle(int qubits, std::span<const double> p) : n_(qubits), p_(p) {
    psi_ = Vector::Zero(Eigen::Index{2} << n_);
    psi_[0] = 1;
  }

  // p_0 and p_1 of the step whose numbers are x, before the projection on `outcome`.
  std::array<double, 2> step(const double* x, int outcome) {
    each_letter(x, [&](int wire, std::size_t k) {
      for (int a = 0; a < 3; ++a) gate(rotation("ZYX"[a], p_[3 * k + static_cast<std::size_t>(a)]), {wire});
    });
    each_letter(x, [&](int wire, std::size_t k) { gate(rotation('X', p_[12 + k], true), {wire, 0}); });
    const Eigen::Index half = psi_.size() / 2;
    const std::array<double, 2> p = {psi_.head(half).squaredNorm(), psi_.tail(half).squaredNorm()};
    const Vector kept = outcome == 0 ? psi_.head(half) : psi_.tail(half);
    psi_.setZero();
    psi_.head(half) = kept / kept.norm();
    each_letter(x, [&](int wire, std::size_t k) {
      gate({1, 0, 0, std::polar(1.0, p_[16 + k])}, {wire});
      for (int a = 3; a-- > 0;) gate(rotation("ZYX"[a], -p_[3 * k + static_cast<std::size_t>(a)]), {wire});
    });
    return p;
  }
  Vector memory() const { return psi_.head(psi_.size() / 2); }

 private:
  template <class Act>
  void each_letter(const double* x, Act act) {
    for (int q = 0; q < n_; ++q)
      for (std::size_t k = 0; k < 4; ++k)
        if (x[4 * q + static_cast<int>(k)] == 1) act(1 + q, k);
  }
  void gate(const Small& small, const std::vector<int>& wires) {
    psi_ = oracle::embed(small, wires, n_ + 1) * psi_;
  }

  int n_;
  std::span<const double> p_;
  Vector psi_;
};

// |<a|b>| of unit vectors, which is 1 where they are one state.
double overlap(const Vector& psi, const double* state) {
  Complex sum = 0;
  for (Eigen::Index i = 0; i < psi.size(); ++i)
    sum += std::conj(psi[i]) * Complex(state[i], state[psi.size() + i]);
  return std::abs(sum);
}

TEST(MeasuredCell, SharedEqualsItsCircuitWithAMeasuredWire) {
  for (int n = 1; n <= 4; ++n) {
    CellProblem<double> problem(options_of("shared", n), 3, 5, 40 + static_cast<std::uint64_t>(n));
    const std::size_t width = problem.cell->inputs();
    for (std::size_t i = width - 1; i < problem.x.size(); i += width)
      problem.x[i] = std::max(problem.x[i], 0.0);
    problem.forward();
    for (std::size_t b = 0; b < 3; ++b) {
      SharedOracle oracle(n, problem.parameters);
      for (std::size_t t = 0; t < 5; ++t) {
        const double* const x = problem.x.data() + (b * 5 + t) * width;
        const auto p = oracle.step(x, static_cast<int>(x[width - 1]));
        for (std::size_t m = 0; m < 2; ++m)
          EXPECT_NEAR(problem.y[(b * 5 + t) * 2 + m], p[m], 1e-12) << n << " " << b << " " << t;
      }
      EXPECT_NEAR(overlap(oracle.memory(), problem.last.data() + b * problem.cell->state_numbers()), 1,
                  1e-12);
    }
  }
}

// e^(iH) by its series.
Matrix exponential(const Matrix& h) {
  Matrix sum = Matrix::Identity(h.rows(), h.cols()), term = sum;
  for (int k = 1; k < 80; ++k) {
    term = term * h * (Complex(0, 1) / static_cast<double>(k));
    sum += term;
  }
  return sum;
}

TEST(MeasuredCell, FreeProjectsTheFirstQubitBehindItsUnitary) {
  for (int n = 1; n <= 2; ++n) {
    CellProblem<double> problem(options_of("free", n), 3, 5, 50 + static_cast<std::uint64_t>(n));
    const std::size_t width = problem.cell->inputs();
    const Eigen::Index d = Eigen::Index{1} << n;
    for (std::size_t i = width - 1; i < problem.x.size(); i += width)
      problem.x[i] = std::max(problem.x[i], 0.0);
    problem.forward();
    for (std::size_t b = 0; b < 3; ++b) {
      Vector psi = Vector::Unit(d, 0);
      for (std::size_t t = 0; t < 5; ++t) {
        const double* const x = problem.x.data() + (b * 5 + t) * width;
        const auto setting = std::find(x, x + width - 1, 1.0) - x;
        Matrix h(d, d);
        for (Eigen::Index i = 0; i < d; ++i)
          for (Eigen::Index j = 0; j < d; ++j) {
            const double* const own = problem.parameters.data() + setting * d * d;
            h(i, j) = i == j  ? Complex(own[i * d + i])
                      : i < j ? Complex(own[i * d + j], own[j * d + i])
                              : Complex(own[j * d + i], -own[i * d + j]);
          }
        const Matrix u = exponential(h);
        psi = u * psi;
        EXPECT_NEAR(problem.y[(b * 5 + t) * 2], psi.head(d / 2).squaredNorm(), 1e-11);
        EXPECT_NEAR(problem.y[(b * 5 + t) * 2 + 1], psi.tail(d / 2).squaredNorm(), 1e-11);
        (x[width - 1] == 0 ? psi.tail(d / 2) : psi.head(d / 2)).setZero();
        psi = u.adjoint() * psi / psi.norm();
      }
      EXPECT_NEAR(overlap(psi, problem.last.data() + b * problem.cell->state_numbers()), 1, 1e-11);
    }
  }
}

// The numbers that measure Pauli strings: I does nothing, X and Y are turned to Z, and the parity of the
// qubits is what the wire shows. Letters I, X, Y, Z.
std::vector<double> the_law() {
  std::vector<double> p(20, 0.0);
  p[3 * 1 + 1] = -kPi / 2;  // RY(-pi/2): X to Z
  p[3 * 2 + 2] = kPi / 2;   // RX(pi/2): Y to Z
  for (std::size_t k = 1; k < 4; ++k) p[12 + k] = kPi, p[16 + k] = kPi / 2;
  return p;
}

TEST(MeasuredCell, TwentyNumbersMeasurePauliStringsOnAnyNumberOfQubits) {
  for (int n = 1; n <= 6; ++n) {
    const auto width = static_cast<std::size_t>(4 * n + 1);
    CellProblem<double> problem(options_of("shared", n), 4, 12, 60 + static_cast<std::uint64_t>(n));
    ASSERT_EQ(problem.parameters.size(), 20u);
    problem.parameters = the_law();
    Random random(3, static_cast<std::uint64_t>(n));
    std::vector<std::string> pool;
    for (int k = 0; k < 3; ++k) {
      pool.emplace_back();
      for (int q = 0; q < n; ++q) pool.back() += "IXYZ"[random.below(4)];
    }
    std::vector<std::vector<std::string>> strings(4);
    for (std::size_t b = 0; b < 4; ++b)
      for (std::size_t t = 0; t < 12; ++t) {
        double* const x = problem.x.data() + (b * 12 + t) * width;
        strings[b].push_back(pool[random.below(pool.size())]);
        std::fill_n(x, width, 0.0);
        for (std::size_t q = 0; q + 1 < width; q += 4)
          x[q + std::string("IXYZ").find(strings[b][t][q / 4])] = 1;
        x[width - 1] = -1;
      }
    problem.forward();
    // The outcomes that were drawn, from the states: of each sequence again, step by step.
    for (std::size_t b = 0; b < 4; ++b) {
      Vector psi = Vector::Unit(Eigen::Index{1} << n, 0);
      for (std::size_t t = 0; t < 12; ++t) {
        const Vector turned = oracle::pauli_matrix(strings[b][t]) * psi;
        const double mean = psi.dot(turned).real();
        const double* const y = problem.y.data() + (b * 12 + t) * 2;
        ASSERT_NEAR(y[0] - y[1], mean, 1e-10) << n << " " << b << " " << t;
        // Which one it was is seen by giving it.
        double* const own = problem.x.data() + (b * 12 + t) * width + width - 1;
        const int outcome = y[0] > 0.5 ? 0 : y[1] > 0.5 ? 1 : static_cast<int>(random.below(2));
        *own = outcome;
        problem.forward();
        psi = (psi + (outcome == 0 ? 1.0 : -1.0) * turned) / 2;
        psi /= psi.norm();
      }
    }
  }
}

// A qubit without letters is not there.
TEST(MeasuredCell, QubitsWithoutLettersChangeNothing) {
  CellProblem<double> two(options_of("shared", 2), 5, 6, 9), four(options_of("shared", 4), 5, 6, 10);
  four.parameters = two.parameters;
  std::ranges::fill(four.x, 0.0);
  for (std::size_t s = 0; s < 30; ++s) {
    std::copy_n(two.x.begin() + static_cast<std::ptrdiff_t>(s * 9), 8,
                four.x.begin() + static_cast<std::ptrdiff_t>(s * 17));
    two.x[s * 9 + 8] = std::max(two.x[s * 9 + 8], 0.0);
    four.x[s * 17 + 16] = two.x[s * 9 + 8];
  }
  std::ranges::fill(two.d_last, 0.0), std::ranges::fill(four.d_last, 0.0);
  four.d_y = two.d_y;
  const auto expected = two.gradient(), found = four.gradient();
  EXPECT_LT(largest_difference(four.y, two.y), 1e-13);
  EXPECT_LT(largest_difference(found.parameters, expected.parameters), 1e-11);
}

TEST(MeasuredCell, DrawsOutcomesByBornsRule) {
  for (const char* form : {"shared", "free"}) {
    CellProblem<double> problem(options_of(form, 1), 4000, 1, 5);
    const std::size_t width = problem.cell->inputs();
    for (std::size_t b = 0; b < problem.samples; ++b) {
      std::copy_n(problem.x.begin(), width, problem.x.begin() + static_cast<std::ptrdiff_t>(b * width));
      problem.x[b * width + width - 1] = -1;
    }
    std::fill_n(problem.x.begin(), width, 0.0), problem.x[1] = 1, problem.x[width - 1] = -1;
    for (std::size_t b = 1; b < problem.samples; ++b)
      std::copy_n(problem.x.begin(), width, problem.x.begin() + static_cast<std::ptrdiff_t>(b * width));
    problem.forward();
    std::vector<double> first = problem.last;
    double shares[2] = {0, 0};
    for (int outcome = 0; outcome < 2; ++outcome) {
      CellProblem<double> given(options_of(form, 1), 1, 1, 5);
      given.parameters = problem.parameters;
      given.x.assign(problem.x.begin(), problem.x.begin() + static_cast<std::ptrdiff_t>(width));
      given.x.back() = outcome;
      given.forward();
      for (std::size_t b = 0; b < problem.samples; ++b) {
        const std::vector<double> own(first.begin() + static_cast<std::ptrdiff_t>(4 * b),
                                      first.begin() + static_cast<std::ptrdiff_t>(4 * b + 4));
        shares[outcome] += largest_difference(own, given.last) < 1e-12;
      }
    }
    EXPECT_EQ(shares[0] + shares[1], 4000) << form;
    EXPECT_NEAR(shares[0] / 4000, problem.y[0], 0.03) << form;
  }
}

TEST(MeasuredCell, NormsDoNotMatter) {
  CellProblem<double> problem(options_of("shared", 3), 9, 4, 8);
  problem.give_state(9);
  problem.forward();
  const std::vector<double> y = problem.y, last = problem.last;
  for (double& number : problem.state) number *= 3;
  problem.forward();
  EXPECT_LT(largest_difference(problem.y, y), 1e-13);
  EXPECT_LT(largest_difference(problem.last, last), 1e-13);
}

TEST(MeasuredCell, GivesTheSameBitsAtAnyNumberOfThreads) {
  for (const char* form : {"shared", "free"}) {
    CellProblem<double> problem(options_of(form, 2), 70, 6, 21);
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
}

TEST(MeasuredCell, RefusesWhatItCannotMeasure) {
  const auto message = [](const char* form, auto change) {
    CellProblem<double> problem(options_of(form, 2), 2, 2, 1);
    change(problem);
    return error_of([&] { problem.forward(); });
  };
  EXPECT_EQ(message("shared", [](auto&) {}), "no error");
  EXPECT_THAT(message("shared", [](auto& p) { p.x[9] = 0.5; }),
              HasSubstr("of sample 0, step 1, feature 0 is not 0 or 1"));
  EXPECT_THAT(message("shared", [](auto& p) { std::fill_n(p.x.begin() + 4, 4, 1.0); }),
              HasSubstr("4 inputs of sample 0, step 0, from feature 4 are 1: a qubit has one letter"));
  EXPECT_THAT(message("free", [](auto& p) { std::fill_n(p.x.begin(), 15, 0.0); }),
              HasSubstr("0 inputs of sample 0, step 0, from feature 0 are 1: a step has one setting"));
  EXPECT_THAT(message("shared", [](auto& p) { p.x[8] = 2; }),
              HasSubstr("is not the outcome to project on: 0 or 1, or -1"));
  EXPECT_THAT(message("shared", [](auto& p) { p.state.assign(p.last.size(), 0.0); }),
              HasSubstr("no quantum state"));
  EXPECT_THAT(message("shared",
                      [](auto& p) {
                        std::ranges::fill(p.parameters, 0.0);
                        p.x[8] = 1;
                      }),
              HasSubstr("sample 0, step 0: the memory has no part in the outcome 1"));
  const auto refused = [](auto change) {
    MeasuredOptions o;
    change(o);
    return error_of([&] { MeasuredCell<double> cell(o); });
  };
  EXPECT_THAT(refused([](auto& o) { o.inputs = 8; }), HasSubstr("5, 9, 13, ... numbers, not 8"));
  EXPECT_THAT(refused([](auto& o) { o.inputs = 4 * 20 + 1; }), HasSubstr("at most 14 qubits, not 20"));
  EXPECT_THAT(refused([](auto& o) { o.form = "free", o.inputs = 9; }),
              HasSubstr("4, 16, 64 or 256 numbers, not 9"));
  EXPECT_THAT(refused([](auto& o) { o.form = "fre"; }), HasSubstr("did you mean 'free'"));
  EXPECT_THAT(refused([](auto& o) { o.init_low = 4; }), HasSubstr("numbers start in [4, "));
}

}  // namespace
}  // namespace ebit::inline cell
