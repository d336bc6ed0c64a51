#include "ebit/corpus/idx.h"

#include <fmt/ranges.h>

#include <string>
#include <string_view>

#include "ebit/base/error.h"
#include "ebit/corpus/files.h"

namespace ebit::inline corpus {
namespace {

std::size_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

// What other IDX types are called, for the message that refuses them.
std::string_view type_name(std::size_t type) {
  switch (type) {
    case 0x09:
      return "signed bytes";
    case 0x0B:
      return "16-bit integers";
    case 0x0C:
      return "32-bit integers";
    case 0x0D:
      return "32-bit floats";
    case 0x0E:
      return "64-bit floats";
    default:
      return "";
  }
}

}  // namespace

IdxArray read_idx(const std::filesystem::path& path, std::size_t dimensions) {
  constexpr std::size_t kMagic = 4, kSize = 4, kUnsignedBytes = 0x08;
  const std::string bytes = read_unpacked(path);
  const std::string file = path.string();
  require(
      bytes.size() >= kMagic && byte_at(bytes, 0) == 0 && byte_at(bytes, 1) == 0 && byte_at(bytes, 2) != 0,
      "'{}' is no IDX file: it does not begin with the format's magic number", file);
  const std::size_t type = byte_at(bytes, 2), found = byte_at(bytes, 3);
  require(type == kUnsignedBytes, "'{}' is no IDX file of unsigned bytes: its type is 0x{:02X} {}", file,
          type, type_name(type));
  require(found == dimensions, "'{}' has {} dimensions where {} are expected; are images and labels swapped?",
          file, found, dimensions);
  const std::size_t header = kMagic + kSize * dimensions;
  require(bytes.size() >= header, "'{}' ends inside its heading, after {} of {} bytes; get it again", file,
          bytes.size(), header);

  IdxArray array;
  std::size_t values = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::size_t at = kMagic + kSize * d;
    array.sizes.push_back(byte_at(bytes, at) << 24 | byte_at(bytes, at + 1) << 16 |
                          byte_at(bytes, at + 2) << 8 | byte_at(bytes, at + 3));
    values = array.sizes.back() > kMostUnpacked ? kMostUnpacked + 1 : values * array.sizes.back();
    require(values <= kMostUnpacked, "'{}' says that it holds {} values, which no file of images has", file,
            fmt::join(array.sizes, " x "));
  }
  require(bytes.size() == header + values, "'{}' has {} values where its sizes {} ask for {}; {}", file,
          bytes.size() - header, fmt::join(array.sizes, " x "), values,
          bytes.size() < header + values ? "it is cut off, get it again" : "it is damaged or another format");
  array.values.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
  return array;
}

}  // namespace ebit::inline corpus
