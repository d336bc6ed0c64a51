#include "ebit/cell/segment.h"

#include <cmath>
#include <utility>

namespace ebit::inline cell {

std::size_t add_segment(std::vector<Segment>& segments, std::string name, std::vector<std::int64_t> shape,
                        InitialRange initial) {
  const std::size_t offset = numbers_of(segments);
  std::size_t size = 1;
  for (std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
  segments.push_back({std::move(name), std::move(shape), offset, size, initial});
  return offset + size;
}

std::size_t numbers_of(std::span<const Segment> segments) {
  return segments.empty() ? 0 : segments.back().offset + segments.back().size;
}

bool is_angles(const Segment& segment) {
  return segment.name.starts_with("theta_") || segment.name.ends_with("angles") || segment.name == "initial";
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
