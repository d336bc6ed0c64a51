// Named tensors in a file: the safetensors format, readable from Python without ebit; nothing in it can
// execute.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "ebit/fit/tensors.h"

namespace ebit::fit {

/// What a safetensors file holds.
struct TensorFile {
  Tensors tensors;                              ///< by name
  std::map<std::string, std::string> metadata;  ///< free text by name, the format's `__metadata__`
};

/// The bytes of a safetensors file: 8 bytes little-endian header length, JSON header, raw little-endian
/// numbers.
/// Throws Error for a tensor whose shape does not fit its bytes, and for the name that the format keeps for
/// itself. Source: https://github.com/huggingface/safetensors, section "Format".
std::string encode_safetensors(const TensorFile& file);

/// Reads the bytes of a safetensors file strictly.
/// @param where names the bytes in messages, for example the path.
/// Throws Error saying what is wrong: shorter than its header says, no JSON header, an unknown dtype, a shape
/// that does not fit its bytes, bytes that overlap or belong to no tensor, a name given twice.
TensorFile decode_safetensors(std::string_view bytes, std::string_view where);

/// Writes the file atomically: `path` holds the old content or the whole new one. Throws Error as
/// write_file_atomically() and encode_safetensors() do.
void save_safetensors(const std::filesystem::path& path, const TensorFile& file);

/// Reads the file at `path`. Throws Error as read_file() and decode_safetensors() do.
TensorFile load_safetensors(const std::filesystem::path& path);

}  // namespace ebit::fit
