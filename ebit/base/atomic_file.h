// Files that are either the old one or the whole new one, never half of it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ebit {

/// Replaces `path` by a file holding `content`: written beside it under another name, flushed to disk, then
/// renamed over it. Throws Error naming the path and the reason (read-only folder, full disk); `path` is then
/// what it was before and nothing is left behind.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// The bytes of a file. Throws Error naming the path and the reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace ebit
