// Files as bytes, packed or not.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline corpus {

/// One file with its content.
struct NamedBytes {
  std::string name;   ///< path inside the archive or folder, with '/'
  std::string bytes;  ///< unpacked
};

/// The most bytes that one file, or the wanted members of an archive together, may unpack to (2 GiB).
inline constexpr std::size_t kMostUnpacked = std::size_t{1} << 31;

/// The bytes of a file; gzip, bzip2 and xz, told by the content and not by the name, are unpacked. Throws
/// Error for a file that is missing, truncated, damaged, or unpacks to more than `most` bytes.
std::string read_unpacked(const std::filesystem::path& path, std::size_t most = kMostUnpacked);

/// The files of a folder (with those in its folders), of a zip or tar archive (plain, gzip, bzip2, xz), or
/// the one file that `path` is otherwise, unpacked and bearing its own name; only those for whose name
/// `wanted` is true, sorted by name. Links, devices and macOS's "__MACOSX/" are left out. Nothing is written
/// anywhere, whatever the names say. Throws Error as read_unpacked(), for wanted members of more than `most`
/// bytes together, and for an empty file.
std::vector<NamedBytes> read_members(const std::filesystem::path& path,
                                     const std::function<bool(std::string_view name)>& wanted,
                                     std::size_t most = kMostUnpacked);

/// The last part of a name with '/': "rt-polarity.pos" of "sentence_polarity/rt-polarity.pos".
std::string_view base_name(std::string_view name);

}  // namespace ebit::inline corpus
