#include "ebit/logic/sparse_state.h"

#include <cmath>
#include <map>

#include "ebit/base/error.h"

namespace ebit::inline logic {
namespace {

// Numbers for distinct patterns, in the order they are first seen.
class Patterns {
 public:
  std::size_t number(std::vector<bool> pattern) {
    return numbers_.try_emplace(std::move(pattern), numbers_.size()).first->second;
  }
  std::size_t count() const { return numbers_.size(); }

 private:
  std::map<std::vector<bool>, std::size_t> numbers_;
};

}  // namespace

SparseState::SparseState(int wires, std::vector<Complex> amplitudes)
    : bits_(wires, amplitudes.size()), amplitudes_(std::move(amplitudes)) {
  double norm = 0;
  for (const Complex& a : amplitudes_) norm += std::norm(a);
  require(std::abs(norm - 1) <= 1e-9, "the squares of the amplitudes add up to {}, not to 1", norm);
}

double SparseState::entropy(std::span<const int> wires) const {
  require(terms() <= kMostTerms, "the entropy of a superposition of {} terms: at most {} are looked at",
          terms(), kMostTerms);
  std::vector<bool> inside(static_cast<std::size_t>(bits_.wires()));
  for (const int wire : wires) inside.at(static_cast<std::size_t>(wire)) = true;
  Patterns rows, columns;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t k = 0; k < terms(); ++k) {
    std::vector<bool> in, out;
    for (int wire = 0; wire < bits_.wires(); ++wire)
      (inside[static_cast<std::size_t>(wire)] ? in : out).push_back(bits_.bit(wire, k));
    places.emplace_back(rows.number(std::move(in)), columns.number(std::move(out)));
  }
  Eigen::MatrixXcd m = Eigen::MatrixXcd::Zero(static_cast<Eigen::Index>(rows.count()),
                                              static_cast<Eigen::Index>(columns.count()));
  std::map<std::pair<std::size_t, std::size_t>, bool> seen;
  for (std::size_t k = 0; k < terms(); ++k) {
    require(seen.try_emplace(places[k], true).second, "two terms of a superposition are one basis state");
    m(static_cast<Eigen::Index>(places[k].first), static_cast<Eigen::Index>(places[k].second)) =
        amplitudes_[k];
  }
  return matrix_entropy(info::entropy(EntropyId::kVonNeumann), m);
}

}  // namespace ebit::inline logic
