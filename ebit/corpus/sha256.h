// Checksums of files.
#pragma once

#include <filesystem>
#include <string>

namespace ebit::inline corpus {

/// The SHA-256 of a file's bytes, 64 lower-case hexadecimal digits. Throws Error where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace ebit::inline corpus
