// Files that are either the old one or the whole new one, never half of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ebit::inline base {

/// The end of an unfinished file's name. write_file_atomically() writes "X.PID-N.partial" before it renames
/// that to "X"; a program killed in the middle leaves such a file.
inline constexpr std::string_view kPartial = ".partial";

/// The name of the file that "X.PID-N.partial" was to become, X; "" for any other name. For removing what a
/// killed program left.
std::string_view partial_target(std::string_view name);

/// Replaces `path` by a file holding `content`: written beside it under a name of its own, flushed to disk,
/// renamed over it, and the folder flushed too. Any number of threads and processes may write one path: each
/// leaves a whole file, and the last one stays. Throws Error naming the path and the reason (read-only
/// folder, full disk); `path` is then what it was before and nothing is left behind. A link is followed; a
/// device or pipe, such as /dev/stdout, is written to as it is.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// The bytes of a file. Throws Error naming the path and the reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace ebit::inline base
