// A named block of trainable numbers in the flat parameter array of a cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ebit::inline cell {

/// How the numbers of a segment start: uniform in [low, high).
struct InitialRange {
  double low = 0;       ///< radians for angles
  double high = 1;      ///< the other end
  bool single = false;  ///< drawn in float32, as torch.nn.Linear draws its weights, and then converted
};

/// A named block of trainable numbers in a flat parameter array.
struct Segment {
  std::string name;                 ///< such as "theta_en", "ffn.0.weight"; unique in its cell
  std::vector<std::int64_t> shape;  ///< row-major
  std::size_t offset = 0;           ///< of its first number in the flat array
  std::size_t size = 0;             ///< product of shape
  InitialRange initial = {};        ///< where its numbers start
};

/// Appends a segment behind the others. @returns the numbers that all of them have now.
std::size_t add_segment(std::vector<Segment>& segments, std::string name, std::vector<std::int64_t> shape,
                        InitialRange initial);

/// The numbers of all segments together.
std::size_t numbers_of(std::span<const Segment> segments);

/// Whether its numbers are angles of gates, which its name says: "theta_en", "circuits.forget.angles",
/// "initial". All others are weights of classical maps.
bool is_angles(const Segment& segment);

/// How torch.nn.Linear starts the weight of a map from `inputs` numbers: uniform within 1/sqrt(inputs), drawn
/// in float32.
InitialRange linear_range(std::size_t inputs);

/// How it starts the bias: the same but for the last bits of the float64 bounds, which torch finds by another
/// formula.
InitialRange linear_bias_range(std::size_t inputs);

}  // namespace ebit::inline cell
