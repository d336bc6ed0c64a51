#include "ebit/cell/register/lane_kernels.h"

#include <gtest/gtest.h>

#include <complex>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {
namespace {

template <class T>
class LaneKernelsOf : public testing::Test {
 protected:
  Random random_{2};  // the seed of every test here

  AlignedVector<T> numbers(std::size_t count) {
    AlignedVector<T> v(count);
    for (T& value : v) value = static_cast<T>(random_.uniform(-1, 1));
    return v;
  }
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(LaneKernelsOf, Precisions);

// Runs a test for every instruction set of this processor.
template <class T, class Body>
void for_every_set(Body body) {
  for (const auto* table : kernels::usable_kernel_tables<T>()) {
    SCOPED_TRACE(testing::Message() << table->name);
    body(find_lane_kernels<T>(table->name));
  }
}

template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 1e-4 : 1e-12;

constexpr Arithmetic kKinds[] = {Arithmetic::kComplex, Arithmetic::kRealMatrix, Arithmetic::kReal};

// Number l of amplitude i of a state [2, n, kLanes], or its real part alone.
template <class T>
std::complex<double> at(const T* state, std::size_t n, std::size_t i, std::size_t l, bool real) {
  return {state[i * kLanes<T> + l], real ? 0.0 : state[(n + i) * kLanes<T> + l]};
}

TYPED_TEST(LaneKernelsOf, MultiplyIsTheSumOverColumns) {
  using T = TypeParam;
  for_every_set<T>([&](const LaneKernels<T>& loops) {
    for (std::size_t n : {4u, 8u, 32u})
      for (Arithmetic kind : kKinds) {
        SCOPED_TRACE(testing::Message() << n << " rows, kind " << static_cast<int>(kind));
        const AlignedVector<T> panels = this->numbers(2 * n * n), in = this->numbers(2 * n * kLanes<T>);
        AlignedVector<T> out(2 * n * kLanes<T>, T(7));
        loops.multiply[static_cast<int>(kind)](panels.data(), n, in.data(), in.data() + n * kLanes<T>,
                                               out.data(), out.data() + n * kLanes<T>);
        const bool real = kind == Arithmetic::kReal;
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t l = 0; l < kLanes<T>; ++l) {
            std::complex<double> sum = 0;
            for (std::size_t j = 0; j < n; ++j) {
              const T* const m = panels.data() + (i / kPanelRows * n + j) * 2 * kPanelRows + i % kPanelRows;
              sum += std::complex<double>(m[0], kind == Arithmetic::kComplex ? m[kPanelRows] : 0) *
                     at(in.data(), n, j, l, real);
            }
            ASSERT_LT(std::abs(at(out.data(), n, i, l, real) - sum), kTolerance<T>);
            if (real) {
              ASSERT_EQ(out[(n + i) * kLanes<T> + l], T(7)) << "imaginary parts are left alone";
            }
          }
      }
  });
}

TYPED_TEST(LaneKernelsOf, OuterIsTheSumOverStatesAndLanes) {
  using T = TypeParam;
  for_every_set<T>([&](const LaneKernels<T>& loops) {
    for (std::size_t n : {4u, 16u})
      for (std::size_t count : {1u, 5u})
        for (Arithmetic kind : kKinds) {
          SCOPED_TRACE(testing::Message()
                       << n << " rows, " << count << " states, kind " << static_cast<int>(kind));
          const std::size_t whole = 2 * n * kLanes<T>;
          const AlignedVector<T> g = this->numbers(count * whole), psi = this->numbers(count * 2 * whole);
          std::vector<double> d(2 * n * n, 3.0);
          loops.outer[static_cast<int>(kind)](n, count, g.data(), whole, psi.data(), 2 * whole, d.data());
          const bool real = kind == Arithmetic::kReal;
          for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
              std::complex<double> sum(3, 3);
              for (std::size_t k = 0; k < count; ++k)
                for (std::size_t l = 0; l < kLanes<T>; ++l)
                  sum += at(g.data() + k * whole, n, i, l, real) *
                         std::conj(at(psi.data() + k * 2 * whole, n, j, l, real));
              ASSERT_NEAR(d[i * n + j], sum.real(), kTolerance<T>);
              ASSERT_NEAR(d[n * n + i * n + j], kind == Arithmetic::kComplex ? sum.imag() : 3.0,
                          kTolerance<T>);
            }
        }
  });
}

TYPED_TEST(LaneKernelsOf, TensorAndItsWayBack) {
  using T = TypeParam;
  for_every_set<T>([&](const LaneKernels<T>& loops) {
    const std::size_t n = 8, half = n * kLanes<T>;
    for (bool real : {false, true}) {
      AlignedVector<T> a = this->numbers(4 * kLanes<T>), b = this->numbers(8 * kLanes<T>),
                       g = this->numbers(2 * half);
      AlignedVector<T> out(2 * half), g_a(4 * kLanes<T>), g_b(8 * kLanes<T>);
      const Tile<T> ta{a.data(), a.data() + 2 * kLanes<T>, 1}, tb{b.data(), b.data() + 4 * kLanes<T>, 2};
      loops.tensor[real](ta, tb, {out.data(), out.data() + half, 3});
      loops.tensor_backward[real](ta, tb, {g.data(), g.data() + half, 3},
                                  {g_a.data(), g_a.data() + 2 * kLanes<T>, 1},
                                  {g_b.data(), g_b.data() + 4 * kLanes<T>, 2});
      for (std::size_t l = 0; l < kLanes<T>; ++l) {
        std::complex<double> to_a[2] = {}, to_b[4] = {};
        for (std::size_t i = 0; i < 2; ++i)
          for (std::size_t j = 0; j < 4; ++j) {
            const auto x = at(a.data(), 2, i, l, real), y = at(b.data(), 4, j, l, real);
            const auto cotangent = at(g.data(), n, 4 * i + j, l, real);
            ASSERT_LT(std::abs(at(out.data(), n, 4 * i + j, l, real) - x * y), kTolerance<T>);
            to_a[i] += std::conj(y) * cotangent, to_b[j] += std::conj(x) * cotangent;
          }
        for (std::size_t i = 0; i < 2; ++i)
          ASSERT_LT(std::abs(at(g_a.data(), 2, i, l, real) - to_a[i]), kTolerance<T>);
        for (std::size_t j = 0; j < 4; ++j)
          ASSERT_LT(std::abs(at(g_b.data(), 4, j, l, real) - to_b[j]), kTolerance<T>);
      }
    }
  });
}

}  // namespace
}  // namespace ebit::inline cell
