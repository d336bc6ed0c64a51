#include "ebit/cell/segment.h"

#include <cmath>
#include <limits>
#include <utility>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

constexpr std::string_view kNone = "none", kCircuit = "circuit";
constexpr Choice kFreezes[] = {
    {kNone, "all of the cell is trained"},
    {kCircuit, "the angles of its circuits stay as they were drawn"},
    {"cell", "all of it stays as it was drawn; only what stands around it is trained"}};

}  // namespace

InitialRange starts_at(double value) {
  return {value, std::nextafter(value, std::numeric_limits<double>::infinity()), false, /*exact=*/true};
}

std::size_t add_segment(std::vector<Segment>& segments, std::string name, std::vector<std::int64_t> shape,
                        InitialRange initial, SegmentKind kind) {
  const std::size_t offset = numbers_of(segments);
  std::size_t size = 1;
  for (std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
  segments.push_back({std::move(name), std::move(shape), offset, size, initial, kind});
  return offset + size;
}

std::size_t numbers_of(std::span<const Segment> segments) {
  return segments.empty() ? 0 : segments.back().offset + segments.back().size;
}

std::span<const Choice> freezes() { return kFreezes; }

void freeze(std::vector<Segment>& segments, std::string_view what) {
  find_row(kFreezes, "unknown choice of what is frozen", what);
  if (what == kNone) return;
  const bool all = what != kCircuit;
  bool any = false;
  for (Segment& segment : segments)
    if (all || segment.kind == SegmentKind::kQuantum) segment.frozen = any = true;
  require(any, "there is nothing to freeze: {}",
          all ? "the cell has no numbers of its own" : "no circuit of the cell has angles of its own");
}

NumberCounts counts_of(std::span<const Segment> segments) {
  NumberCounts counts;
  for (const Segment& segment : segments)
    (segment.frozen                          ? counts.frozen
     : segment.kind == SegmentKind::kQuantum ? counts.quantum
                                             : counts.classical) += static_cast<std::int64_t>(segment.size);
  return counts;
}

std::string counts_text(const NumberCounts& counts) {
  std::string text = fmt::format("{} parameters", counts.trained());
  if (counts.quantum > 0)
    text += fmt::format(" ({} quantum + {} classical)", counts.quantum, counts.classical);
  if (counts.frozen > 0) text += fmt::format(", {} frozen", counts.frozen);
  return text;
}

// Draws by Box and Muller from 53 bits lie within 8.6 standard deviations.
InitialRange normal_range(double deviation) {
  return {.low = -9 * deviation, .high = 9 * deviation, .deviation = deviation};
}

InitialRange linear_range(std::size_t inputs) {
  // kaiming_uniform_ with a = sqrt(5), in torch's own order of operations.
  const double gain = std::sqrt(2.0 / (1 + std::pow(std::sqrt(5.0), 2)));
  const double bound = std::sqrt(3.0) * (gain / std::sqrt(static_cast<double>(inputs)));
  return {-bound, bound, /*single=*/true};
}

InitialRange linear_bias_range(std::size_t inputs) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  return {-bound, bound, /*single=*/true};
}

}  // namespace ebit::inline cell
