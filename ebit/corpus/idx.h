// The IDX format of MNIST: arrays of bytes with their dimensions in front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace ebit::inline corpus {

/// An array of unsigned bytes, the last dimension innermost.
struct IdxArray {
  std::vector<std::size_t> sizes;    ///< [D] the dimensions
  std::vector<std::uint8_t> values;  ///< [product of sizes]
};

/// Reads an IDX file of unsigned bytes, plain or gzip (format: yann.lecun.com/exdb/mnist: two zero bytes,
/// type 0x08, number of dimensions, big-endian sizes, values). Throws Error with the file and what is wrong
/// for a foreign magic number, another type, other than `dimensions` dimensions, and a file that is shorter
/// or longer than its sizes say.
IdxArray read_idx(const std::filesystem::path& path, std::size_t dimensions);

}  // namespace ebit::inline corpus
