// A named block of numbers in the flat parameter array of a cell: angles or weights, trained or frozen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/choice.h"

namespace ebit::inline cell {

/// How the numbers of a segment start: uniform in [low, high), or normal and within it.
struct InitialRange {
  double low = 0;        ///< radians for angles
  double high = 1;       ///< the other end
  bool single = false;   ///< drawn in float32, as torch.nn.Linear draws its weights, and then converted
  bool exact = false;    ///< nothing is drawn: all start at `low`
  double deviation = 0;  ///< above 0: normal around 0 with this standard deviation
};

/// Starts at `value`, exactly.
InitialRange starts_at(double value);

/// What the numbers of a segment are.
enum class SegmentKind {
  kQuantum,    ///< angles of circuits
  kClassical,  ///< all else: weights of linear maps and networks
};

/// A named block of numbers in a flat parameter array.
struct Segment {
  std::string name;                            ///< such as "theta_en", "ffn.0.weight"; unique in its cell
  std::vector<std::int64_t> shape;             ///< row-major
  std::size_t offset = 0;                      ///< of its first number in the flat array
  std::size_t size = 0;                        ///< product of shape
  InitialRange initial = {};                   ///< where its numbers start
  SegmentKind kind = SegmentKind::kClassical;  ///< what they are
  bool frozen = false;  ///< they stay as they were drawn: no gradient, no optimizer; saved like all others
};

/// Appends a segment behind the others. @returns the numbers that all of them have now.
std::size_t add_segment(std::vector<Segment>& segments, std::string name, std::vector<std::int64_t> shape,
                        InitialRange initial, SegmentKind kind = SegmentKind::kClassical);

/// The numbers of all segments together.
std::size_t numbers_of(std::span<const Segment> segments);

/// What of a cell stays as it was drawn: none; circuit: the angles of its circuits; cell: all of it.
std::span<const Choice> freezes();

/// Marks the segments that `what` names, a row of freezes(), as frozen. Throws Error with the nearest name
/// where there is none, and where no segment is of that kind.
void freeze(std::vector<Segment>& segments, std::string_view what);

/// How many numbers there are of each kind.
struct NumberCounts {
  std::int64_t quantum = 0;    ///< trained angles of circuits
  std::int64_t classical = 0;  ///< trained numbers of all else
  std::int64_t frozen = 0;     ///< of either kind, not trained

  std::int64_t trained() const { return quantum + classical; }  ///< what an optimizer moves
  bool operator==(const NumberCounts&) const = default;         ///< all of them
};

/// The counts of these segments.
NumberCounts counts_of(std::span<const Segment> segments);

/// "57 parameters" where all are classical, else "33 parameters (24 quantum + 9 classical)"; behind it
/// ", 12 frozen" where some are.
std::string counts_text(const NumberCounts& counts);

/// Normal around 0 with this standard deviation, above 0; draws lie within 9 of it.
InitialRange normal_range(double deviation);

/// How torch.nn.Linear starts the weight of a map from `inputs` numbers: uniform within 1/sqrt(inputs), drawn
/// in float32.
InitialRange linear_range(std::size_t inputs);

/// How it starts the bias: the same but for the last bits of the float64 bounds, which torch finds by another
/// formula.
InitialRange linear_bias_range(std::size_t inputs);

}  // namespace ebit::inline cell
