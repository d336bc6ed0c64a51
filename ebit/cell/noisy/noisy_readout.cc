#include "ebit/cell/noisy/noisy_readout.h"

#include <algorithm>
#include <bit>

#include "ebit/base/random.h"

namespace ebit::inline cell {

NoisyReadout::NoisyReadout(std::vector<Observable> readout, int wires, const NoiseModel& model) {
  for (const Observable& own : readout) {
    Row row{own.offset, own.scale, own.offset != 0 ? term(Observable{}) : 0, {}};
    const std::size_t letters = own.x_mask | own.z_mask;
    // Subsets of the letters, each kept or replaced by what misreading leaves of it.
    for (std::size_t kept = letters;; kept = (kept - 1) & letters) {
      double weight = 1;
      for (int q = 0; q < wires; ++q) {
        const std::size_t bit = std::size_t{1} << (wires - 1 - q);
        if ((letters & bit) == 0) continue;
        const ReadoutError error = model.readout_of(q);
        weight *=
            (kept & bit) != 0 ? 1 - error.p1_given_0 - error.p0_given_1 : error.p0_given_1 - error.p1_given_0;
      }
      Observable string;
      string.x_mask = own.x_mask & kept, string.z_mask = own.z_mask & kept;
      string.y_count = std::popcount(string.x_mask & string.z_mask);
      if (weight != 0) row.terms.emplace_back(term(string), weight);
      if (kept == 0) break;
    }
    rows_.push_back(std::move(row));
  }
}

std::size_t NoisyReadout::term(const Observable& string) {
  for (std::size_t m = 0; m < terms_.size(); ++m)
    if (terms_[m].x_mask == string.x_mask && terms_[m].z_mask == string.z_mask) return m;
  terms_.push_back(string);
  return terms_.size() - 1;
}

template <class T>
void NoisyReadout::combine(const T* values, int shots, std::uint64_t seed, std::uint64_t stream,
                           std::uint64_t step, T* y) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t k = 0; k < rows_.size(); ++k)
    for (std::size_t l = 0; l < kW; ++l) {
      double value = 0;
      for (const auto& [term, weight] : rows_[k].terms) value += weight * values[term * kW + l];
      if (shots > 0) {
        const std::uint64_t first = (step * rows_.size() + k) * static_cast<std::uint64_t>(shots);
        const double plus = (1 + value) / 2;
        int ones = 0;
        for (int s = 0; s < shots; ++s)
          ones += random_uniform(seed, stream + l, first + static_cast<std::uint64_t>(s)) < plus;
        value = 2.0 * ones / shots - 1;
      }
      const Row& row = rows_[k];
      const double constant =
          row.offset != 0 ? row.offset * static_cast<double>(values[row.trace * kW + l]) : 0;
      y[k * kW + l] = static_cast<T>(constant + row.scale * value);
    }
}

template <class T>
void NoisyReadout::combine_backward(const T* d_y, T* d_values) const {
  constexpr std::size_t kW = kLanes<T>;
  std::fill_n(d_values, terms_.size() * kW, T(0));
  for (std::size_t k = 0; k < rows_.size(); ++k) {
    for (std::size_t l = 0; rows_[k].offset != 0 && l < kW; ++l)
      d_values[rows_[k].trace * kW + l] += static_cast<T>(rows_[k].offset) * d_y[k * kW + l];
    for (const auto& [term, weight] : rows_[k].terms)
      for (std::size_t l = 0; l < kW; ++l)
        d_values[term * kW + l] += static_cast<T>(rows_[k].scale * weight) * d_y[k * kW + l];
  }
}

#define EBIT_INSTANTIATE(T)                                                                              \
  template void NoisyReadout::combine<T>(const T*, int, std::uint64_t, std::uint64_t, std::uint64_t, T*) \
      const;                                                                                             \
  template void NoisyReadout::combine_backward<T>(const T*, T*) const;
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
