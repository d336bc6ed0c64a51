// Fixed-point numbers: words of n bits in two's complement, f of them behind the point.
#pragma once

#include <cstdint>
#include <string_view>

namespace ebit::inline logic {

/// A number format: w stands for w / 2^fraction.
struct FixedPoint {
  int bits = 12;     ///< n, of a word, the sign among them
  int fraction = 8;  ///< f, behind the point

  std::int64_t least() const { return -(std::int64_t{1} << (bits - 1)); }        ///< the least word
  std::int64_t greatest() const { return (std::int64_t{1} << (bits - 1)) - 1; }  ///< the greatest word
  double unit() const { return 1.0 / static_cast<double>(std::int64_t{1} << fraction); }  ///< 2^-f
  double value(std::int64_t word) const {
    return static_cast<double>(word) * unit();
  }  ///< what it stands for

  /// The nearest word, halves away from zero, held to the range: values outside become the least or greatest.
  std::int64_t nearest(double value) const;
  bool holds(double value) const;  ///< whether nearest() is within half a unit of a finite `value`
};

inline constexpr int kLeastBits = 4;      ///< words for LSTMs: below, no fraction is left
inline constexpr int kGreatestBits = 24;  ///< sums of products stay below 64 bits in the integer reference

/// Throws Error unless n is from kLeastBits to kGreatestBits and f from 2 to n - 2: an LSTM's gates reach 1,
/// and the segments of its gate functions begin at multiples of 1/16 of a sum with 2 f bits behind the point.
void check_format(const FixedPoint& format);

/// The format of `bits` bits that holds numbers up to `most` in size with the largest fraction; at least 2
/// bits of fraction. Throws Error as check_format(), and where no such format holds `most`, calling it
/// `what`.
FixedPoint format_for(int bits, double most, std::string_view what);

}  // namespace ebit::inline logic
