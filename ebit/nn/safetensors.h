// Named tensors in a file: the safetensors format, readable from Python without ebit; nothing in it can
// execute.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace ebit::nn {

/// What a safetensors file holds.
struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;  ///< by name; contiguous tensors on the CPU
  std::map<std::string, std::string> metadata;   ///< free text by name, the format's `__metadata__`
};

/// The bytes of a safetensors file: 8 bytes little-endian header length, JSON header, raw little-endian
/// numbers.
/// @param file tensors of F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL, any shape. Throws Error for
/// others. Source: https://github.com/huggingface/safetensors, section "Format".
std::string encode_safetensors(const TensorFile& file);

/// Reads the bytes of a safetensors file strictly; the tensors own their memory.
/// @param where names the bytes in messages, for example the path.
/// Throws Error saying what is wrong: shorter than its header says, no JSON header, an unknown dtype, a shape
/// that does not fit its bytes, bytes that overlap or belong to no tensor, a name given twice.
TensorFile decode_safetensors(std::string_view bytes, std::string_view where);

/// Writes the file atomically: `path` holds the old content or the whole new one. Throws Error as
/// write_file_atomically() and encode_safetensors() do.
void save_safetensors(const std::filesystem::path& path, const TensorFile& file);

/// Reads the file at `path`. Throws Error as read_file() and decode_safetensors() do.
TensorFile load_safetensors(const std::filesystem::path& path);

}  // namespace ebit::nn
