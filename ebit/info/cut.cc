#include "ebit/info/cut.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline info {
namespace {

// The basis indices of the subsystems in `part` where all others are 0, the first of `part` most significant.
std::vector<std::size_t> offsets(std::span<const int> dims, std::span<const int> part) {
  std::vector<std::size_t> all{0};
  for (const int k : part) {
    std::size_t stride = 1;
    for (std::size_t m = static_cast<std::size_t>(k) + 1; m < dims.size(); ++m)
      stride *= static_cast<std::size_t>(dims[m]);
    std::vector<std::size_t> next;
    for (const std::size_t start : all)
      for (int level = 0; level < dims[static_cast<std::size_t>(k)]; ++level)
        next.push_back(start + static_cast<std::size_t>(level) * stride);
    all = std::move(next);
  }
  return all;
}

}  // namespace

Cut::Cut(int d_a, int d_b) : Cut(std::vector<int>{d_a, d_b}, std::vector<int>{0}) {}

Cut::Cut(std::span<const int> dims, std::span<const int> part_a) {
  for (const int d : dims) require(d >= 1, "a subsystem must have a dimension of 1 or more, not {}", d);
  const int count = static_cast<int>(dims.size());
  std::vector<bool> in_a(dims.size(), false);
  for (const int k : part_a) {
    require(k >= 0 && k < count, "subsystem {} is not there, there are {}, counted from 0", k, count);
    require(!in_a[static_cast<std::size_t>(k)], "subsystem {} is named twice", k);
    in_a[static_cast<std::size_t>(k)] = true;
  }
  std::vector<int> part_b;
  for (int k = 0; k < count; ++k)
    if (!in_a[static_cast<std::size_t>(k)]) part_b.push_back(k);
  a_ = offsets(dims, part_a);
  b_ = offsets(dims, part_b);
}

Eigen::MatrixXcd Cut::matrix(std::span<const Complex> psi) const {
  require(psi.size() == dimension(), "a state of dimension {} x {} has {} amplitudes, not {}", d_a(), d_b(),
          dimension(), psi.size());
  Eigen::MatrixXcd m(d_a(), d_b());
  for (std::size_t j = 0; j < d_b(); ++j)
    for (std::size_t i = 0; i < d_a(); ++i) m(i, j) = psi[index(i, j)];
  return m;
}

void Cut::add(const Eigen::MatrixXcd& m, std::span<Complex> psi) const {
  for (std::size_t j = 0; j < d_b(); ++j)
    for (std::size_t i = 0; i < d_a(); ++i) psi[index(i, j)] += m(i, j);
}

}  // namespace ebit::inline info
