#include "ebit/cell/noisy/noisy_readout.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/random.h"

namespace ebit::inline cell {

namespace {

// @param share 1 - p1_given_0 - p0_given_1: how much of Z is read.
void require_read(double share, const NoiseModel& model, int wire) {
  require(std::abs(share) > 1e-9,
          "noise model {} reads wire {} by chance (p1_given_0 + p0_given_1 = 1), which nothing undoes: leave "
          "--mitigate-readout out",
          model.name, wire);
}

}  // namespace

NoisyReadout::NoisyReadout(std::vector<Observable> readout, int wires, const NoiseModel& model,
                           bool mitigated) {
  for (const Observable& own : readout) {
    Row row{own.offset, own.scale, own.offset != 0 ? term(Observable{}) : 0, {}};
    add_misread(own, own.x_mask | own.z_mask, 1, wires, mitigated ? NoiseModel{} : model, row.terms);
    if (mitigated) add_patterns(own, false, wires, model, row);
    rows_.push_back(std::move(row));
  }
}

// A projector is prod (1 + Z_q)/2, a sum over the strings of some Zs; read as (1 + s)/2 with a sign s.
NoisyReadout NoisyReadout::all_zero(int wires, const NoiseModel& model, bool mitigated) {
  NoisyReadout readout;
  Observable all;
  all.z_mask = (std::size_t{1} << wires) - 1;
  Row row{0.5, 0.5, readout.term(Observable{}), {}};
  const double share = std::ldexp(2.0, -wires);
  for (std::size_t letters = all.z_mask;; letters = (letters - 1) & all.z_mask) {
    readout.add_misread(all, letters, share, wires, mitigated ? NoiseModel{} : model, row.terms);
    if (letters == 0) break;
  }
  readout.add_misread(Observable{}, 0, -1, wires, model, row.terms);
  if (mitigated) readout.add_patterns(all, true, wires, model, row);
  readout.rows_.push_back(std::move(row));
  return readout;
}

// Adds factor times the string of `own`'s letters at `letters` as it is read: subsets of them, each kept or
// replaced by what misreading leaves of it.
void NoisyReadout::add_misread(const Observable& own, std::size_t letters, double factor, int wires,
                               const NoiseModel& model, Weights& weights) {
  for (std::size_t kept = letters;; kept = (kept - 1) & letters) {
    double weight = factor;
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
    if (weight != 0) {
      const std::size_t index = term(string);
      const auto same = std::ranges::find(weights, index, &Weights::value_type::first);
      if (same == weights.end())
        weights.emplace_back(index, weight);
      else
        same->second += weight;
    }
    if (kept == 0) break;
  }
}

// What shots of a mitigated row count, whose mean is that of the string itself: prod (s - b) / a over its
// wires, where the read sign s has the mean a Z + b; of a projector the same in place of each Z.
void NoisyReadout::add_patterns(const Observable& own, bool all_zero, int wires, const NoiseModel& model,
                                Row& row) {
  const std::size_t letters = own.x_mask | own.z_mask;
  for (int q = 0; q < wires; ++q)
    if (letters & std::size_t{1} << (wires - 1 - q)) {
      const ReadoutError error = model.readout_of(q);
      require_read(1 - error.p1_given_0 - error.p0_given_1, model, q);
    }
  for (std::size_t ones = letters;; ones = (ones - 1) & letters) {
    Pattern pattern{{}, 1};
    double share = 1;
    for (int q = 0; q < wires; ++q) {
      const std::size_t bit = std::size_t{1} << (wires - 1 - q);
      if ((letters & bit) == 0) continue;
      const ReadoutError error = model.readout_of(q);
      const double z = (((ones & bit) != 0 ? -1 : 1) - (error.p0_given_1 - error.p1_given_0)) /
                       (1 - error.p1_given_0 - error.p0_given_1);
      pattern.value *= all_zero ? (1 + z) / 2 : z;
      share /= 2;
    }
    if (all_zero) pattern.value = 2 * pattern.value - 1;
    // P(bits) = 2^-k sum over subsets S of prod_S s <Z'_S>.
    for (std::size_t subset = letters;; subset = (subset - 1) & letters) {
      const double sign = std::popcount(subset & ones) % 2 ? -1 : 1;
      add_misread(own, subset, sign * share, wires, model, pattern.probability);
      if (subset == 0) break;
    }
    row.patterns.push_back(std::move(pattern));
    if (ones == 0) break;
  }
}

std::size_t NoisyReadout::term(const Observable& string) {
  for (std::size_t m = 0; m < terms_.size(); ++m)
    if (terms_[m].x_mask == string.x_mask && terms_[m].z_mask == string.z_mask) return m;
  terms_.push_back(string);
  return terms_.size() - 1;
}

// The mean of what so many drawn patterns count in lane l.
template <class T>
double NoisyReadout::mean_of_patterns(const std::vector<Pattern>& patterns, const T* values, std::size_t l,
                                      int shots, std::uint64_t seed, std::uint64_t stream,
                                      std::uint64_t first) {
  constexpr std::size_t kMost = 256;  // of 8 letters
  double below[kMost], sum = 0;
  for (std::size_t p = 0; p < patterns.size(); ++p) {
    double probability = 0;
    for (const auto& [term, weight] : patterns[p].probability)
      probability += weight * values[term * kLanes<T> + l];
    below[p] = sum += std::max(probability, 0.0);
  }
  double total = 0;
  for (int s = 0; s < shots; ++s) {
    const double u = sum * random_uniform(seed, stream, first + static_cast<std::uint64_t>(s));
    std::size_t p = 0;
    while (p + 1 < patterns.size() && u >= below[p]) ++p;
    total += patterns[p].value;
  }
  return total / shots;
}

template <class T>
void NoisyReadout::combine(const T* values, int shots, std::uint64_t seed, std::uint64_t stream,
                           std::uint64_t step, T* y) const {
  constexpr std::size_t kW = kLanes<T>;
  for (std::size_t k = 0; k < rows_.size(); ++k)
    for (std::size_t l = 0; l < kW; ++l) {
      double value = 0;
      for (const auto& [term, weight] : rows_[k].terms) value += weight * values[term * kW + l];
      if (shots > 0 && !rows_[k].patterns.empty()) {
        const std::uint64_t first = (step * rows_.size() + k) * static_cast<std::uint64_t>(shots);
        value = mean_of_patterns(rows_[k].patterns, values, l, shots, seed, stream + l, first);
      } else if (shots > 0) {
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

template <class T>
void misread(int first, int wires, const NoiseModel& model, Misread how, T* numbers) {
  constexpr std::size_t kW = kLanes<T>;
  for (int q = 0; q < wires; ++q) {
    const ReadoutError error = model.readout_of(first + q);
    double m[4] = {1 - error.p1_given_0, error.p0_given_1, error.p1_given_0, 1 - error.p0_given_1};
    if (how == Misread::kTransposed) std::swap(m[1], m[2]);
    if (how == Misread::kInverse) {
      const double determinant = m[0] * m[3] - m[1] * m[2];
      require_read(determinant, model, first + q);
      m[1] = -m[1], m[2] = -m[2];
      std::swap(m[0], m[3]);
      for (double& entry : m) entry /= determinant;
    }
    const std::size_t bit = std::size_t{1} << (wires - 1 - q);
    for (std::size_t j = 0; j < std::size_t{1} << wires; ++j)
      for (std::size_t l = 0; (j & bit) == 0 && l < kW; ++l) {
        T &zero = numbers[j * kW + l], &one = numbers[(j | bit) * kW + l];
        const T own = zero;
        zero = static_cast<T>(m[0] * own + m[1] * one);
        one = static_cast<T>(m[2] * own + m[3] * one);
      }
  }
}

#define EBIT_INSTANTIATE(T)                                                                              \
  template void NoisyReadout::combine<T>(const T*, int, std::uint64_t, std::uint64_t, std::uint64_t, T*) \
      const;                                                                                             \
  template void NoisyReadout::combine_backward<T>(const T*, T*) const;                                   \
  template void misread<T>(int, int, const NoiseModel&, Misread, T*);
EBIT_INSTANTIATE(float)
EBIT_INSTANTIATE(double)
#undef EBIT_INSTANTIATE

}  // namespace ebit::inline cell
