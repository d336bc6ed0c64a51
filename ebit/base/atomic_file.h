// Files that are either the old one or the whole new one, never half of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ebit {

/// What write_file_atomically() puts behind a file's name while it writes. A program killed in the middle
/// leaves such a file; the next write of the same path takes it over.
inline constexpr std::string_view kPartial = ".partial";

/// Replaces `path` by a file holding `content`: written beside it under the name path + kPartial, flushed to
/// disk, then renamed over it. Throws Error naming the path and the reason (read-only folder, full disk);
/// `path` is then what it was before and nothing is left behind. A link is followed; a device or pipe, such
/// as /dev/stdout, is written to as it is.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// The bytes of a file. Throws Error naming the path and the reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace ebit
