#include "ebit/cell/register/schmidt_kernels.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <algorithm>
#include <complex>

#include "ebit/base/random.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {
namespace {

using Eigen::MatrixXcd;

// Matrices [rows, columns] of one lane each, normalised: random ones, and those that make trouble.
std::vector<MatrixXcd> matrices(Eigen::Index rows, Eigen::Index columns, std::size_t count, Random& random) {
  const auto drawn = [&](Eigen::Index r, Eigen::Index c, bool real = false) {
    return MatrixXcd(MatrixXcd::NullaryExpr(
        r, c, [&] { return Complex(random.uniform(-1, 1), real ? 0 : random.uniform(-1, 1)); }));
  };
  const MatrixXcd basis = MatrixXcd::Identity(rows, columns);
  MatrixXcd half = basis;  // several zero values and equal ones
  half.rightCols(columns / 2).setZero();
  std::vector<MatrixXcd> all = {MatrixXcd::Identity(rows, 1) * MatrixXcd::Identity(1, columns),  // |00>
                                drawn(rows, 1) * drawn(1, columns),  // a product state
                                basis,                               // maximally entangled
                                MatrixXcd(drawn(rows, rows).householderQr().householderQ()) * basis,
                                half,
                                drawn(rows, columns, true),
                                basis + 1e-9 * drawn(rows, columns),  // almost equal values
                                drawn(rows, 1) * drawn(1, columns) + 1e-7 * drawn(rows, columns)};
  while (all.size() < count) all.push_back(drawn(rows, columns));
  all.resize(count);
  for (MatrixXcd& m : all) m /= m.norm();
  return all;
}

template <class T>
class SchmidtKernelsOf : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(SchmidtKernelsOf, Precisions);

// Lane l of [columns, rows, kLanes].
template <class T>
MatrixXcd lane(const AlignedVector<T>& v, Eigen::Index rows, Eigen::Index columns, std::size_t l) {
  return MatrixXcd::NullaryExpr(rows, columns, [&](Eigen::Index i, Eigen::Index k) {
    const std::size_t at = static_cast<std::size_t>(k * rows + i) * kLanes<T> + l;
    return Complex(v[at], v[v.size() / 2 + at]);
  });
}

TYPED_TEST(SchmidtKernelsOf, TheDecompositionIsEigens) {
  using T = TypeParam;
  const double tolerance = sizeof(T) == 4 ? 3e-6 : 1e-14;  // of matrices of norm 1
  for (const auto* table : kernels::usable_kernel_tables<T>())
    for (const auto& [rows, columns] :
         {std::pair<std::size_t, std::size_t>{2, 2}, {4, 2}, {4, 4}, {16, 4}, {8, 8}}) {
      SCOPED_TRACE(testing::Message() << table->name << ", " << rows << " x " << columns << ", seed 5");
      const SchmidtKernels<T>& loops = find_schmidt_kernels<T>(table->name);
      Random random(5);
      const auto r = static_cast<Eigen::Index>(rows), c = static_cast<Eigen::Index>(columns);
      const auto given = matrices(r, c, 2 * kLanes<T>, random);
      for (std::size_t first = 0; first < given.size(); first += kLanes<T>) {
        AlignedVector<T> w(2 * rows * columns * kLanes<T>), v(2 * columns * columns * kLanes<T>),
            p(columns * kLanes<T>);
        for (std::size_t l = 0; l < kLanes<T>; ++l)
          for (std::size_t k = 0; k < columns; ++k)
            for (std::size_t i = 0; i < rows; ++i) {
              const Complex m = given[first + l](static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
              w[(k * rows + i) * kLanes<T> + l] = static_cast<T>(m.real());
              w[w.size() / 2 + (k * rows + i) * kLanes<T> + l] = static_cast<T>(m.imag());
            }
        const AlignedVector<T> before = w;
        loops.orthogonalise(columns, rows, w.data(), v.data(), p.data());
        for (std::size_t l = 0; l < kLanes<T>; ++l) {
          const MatrixXcd m = lane(before, r, c, l), turned = lane(w, r, c, l), by = lane(v, c, c, l);
          EXPECT_LT((m * by - turned).norm(), tolerance) << "lane " << first + l;
          EXPECT_LT((by.adjoint() * by - MatrixXcd::Identity(c, c)).norm(), tolerance);
          MatrixXcd overlaps = turned.adjoint() * turned;
          std::vector<double> weights, exact;
          for (std::size_t k = 0; k < columns; ++k) {
            const auto d = static_cast<Eigen::Index>(k);
            weights.push_back(p[k * kLanes<T> + l]);
            EXPECT_NEAR(weights[k], overlaps(d, d).real(), tolerance);
            overlaps(d, d) = 0;
          }
          EXPECT_LT(overlaps.norm(), tolerance);
          const Eigen::VectorXd values = Eigen::JacobiSVD<MatrixXcd>(m).singularValues();
          for (const double value : values) exact.push_back(value * value);
          std::ranges::sort(weights, std::greater<>());
          for (std::size_t k = 0; k < columns; ++k) EXPECT_NEAR(weights[k], exact[k], tolerance);
        }
        // Without V the same, to the last bit.
        AlignedVector<T> alone = before, again(p.size());
        loops.orthogonalise(columns, rows, alone.data(), nullptr, again.data());
        EXPECT_TRUE(std::ranges::equal(again, p));
      }
    }
}

TYPED_TEST(SchmidtKernelsOf, ALaneDoesNotDependOnTheOthers) {
  using T = TypeParam;
  constexpr std::size_t kRows = 4, kColumns = 4, kEntries = 2 * kRows * kColumns;
  Random random(6);
  AlignedVector<T> mixed(kEntries * kLanes<T>), alike(mixed.size());
  for (T& x : mixed) x = static_cast<T>(random.uniform(-1, 1));
  for (std::size_t i = 0; i < kEntries; ++i) mixed[i * kLanes<T>] = i == 0 ? T(1) : T(0);  // done at once
  for (std::size_t i = 0; i < alike.size(); ++i) alike[i] = mixed[i / kLanes<T> * kLanes<T> + 1];
  AlignedVector<T> p(kColumns * kLanes<T>), q(p.size());
  schmidt_kernels<T>().orthogonalise(kColumns, kRows, mixed.data(), nullptr, p.data());
  schmidt_kernels<T>().orthogonalise(kColumns, kRows, alike.data(), nullptr, q.data());
  for (std::size_t k = 0; k < kColumns; ++k)
    for (std::size_t l = 0; l < kLanes<T>; ++l) EXPECT_EQ(q[k * kLanes<T> + l], p[k * kLanes<T> + 1]);
}

}  // namespace
}  // namespace ebit::inline cell
