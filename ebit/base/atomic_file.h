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
/// device or pipe, such as /dev/stdout, is written to as it is; a pipe that nobody reads is refused.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Makes a folder and those above it, so that they outlast a crash: each new one is flushed into the one
/// above. Throws Error naming it and the reason.
void make_folder(const std::filesystem::path& folder);

/// Deletes what killed programs left unfinished in `folder`: files for which partial_target() is a name. Only
/// for the one who holds the folder, since others may be writing; what cannot be deleted stays.
void remove_partial_files(const std::filesystem::path& folder);

/// The same in a folder that processes share, on this machine or on several: only files of processes that
/// this machine does not have, older than a second.
void remove_dead_partial_files(const std::filesystem::path& folder);

/// The bytes of a regular file, such as a run's. Throws Error naming the path and the reason; a pipe, socket
/// or device is refused and not waited for, and so is a file larger than the memory that is free.
std::string read_file(const std::filesystem::path& path);

/// The name that means standard input where a user names a file.
inline constexpr std::string_view kStandardInput = "-";

/// The most bytes that read_input() takes from what is no regular file (4 GiB).
inline constexpr std::size_t kMostStreamed = std::size_t{1} << 32;

/// The bytes of what a user named as input: a regular file, a pipe or device such as /dev/stdin, or "-",
/// standard input, which is read once and is the same every time. Throws Error as read_file() does, and for
/// more than kMostStreamed or the free memory from a stream that does not end.
std::string read_input(const std::filesystem::path& path);

}  // namespace ebit::inline base
