// Named arrays of numbers, as files hold them: weights and optimizer memories, with or without torch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::fit {

/// Types of numbers, named as in safetensors files.
enum class Dtype { kF64, kF32, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool };

std::span<const Dtype> dtypes();        ///< all of them
std::string_view name_of(Dtype dtype);  ///< "F64", "F32", ...
std::size_t bytes_of(Dtype dtype);      ///< of one number

/// An array of numbers in row-major order.
struct Tensor {
  Dtype dtype = Dtype::kF64;        ///< of each number
  std::vector<std::int64_t> shape;  ///< empty: one number
  std::vector<std::byte> bytes;     ///< count() * bytes_of(dtype)

  std::size_t count() const;  ///< product of shape
};

/// Tensors by name.
using Tensors = std::map<std::string, Tensor>;

/// The dtype of T: double, float, std::int64_t or std::uint8_t.
template <class T>
Dtype dtype_of();

/// A copy of numbers as a tensor, of such a T.
template <class T>
Tensor make_tensor(std::vector<std::int64_t> shape, const T* numbers);

/// The numbers of a tensor of dtype T, a view. Throws Error for another dtype, naming
/// `what`.
template <class T>
const T* numbers_of(const Tensor& tensor, std::string_view what);

/// The numbers of a tensor of F64 or F32 as doubles. Throws Error for another dtype, naming `what`.
std::vector<double> as_doubles(const Tensor& tensor, std::string_view what);

/// Throws Error, naming `where`, unless `given` holds the tensors of a model, `own`: every name of them and
/// no other, each of the same shape and type.
void require_same_tensors(const Tensors& own, const Tensors& given, std::string_view where);

}  // namespace ebit::fit
