#include "ebit/fit/tensors.h"

#include <array>
#include <cstring>

#include <fmt/ranges.h>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::fit {
namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};

constexpr DtypeRow kDtypes[] = {{Dtype::kF64, "F64", 8},   {Dtype::kF32, "F32", 4}, {Dtype::kF16, "F16", 2},
                                {Dtype::kBF16, "BF16", 2}, {Dtype::kI64, "I64", 8}, {Dtype::kI32, "I32", 4},
                                {Dtype::kI16, "I16", 2},   {Dtype::kI8, "I8", 1},   {Dtype::kU8, "U8", 1},
                                {Dtype::kBool, "BOOL", 1}};

const DtypeRow& row_of(Dtype dtype) {
  for (const DtypeRow& row : kDtypes)
    if (row.dtype == dtype) return row;
  fail("there is no type {} of numbers", static_cast<int>(dtype));
}

std::string text_of(const Tensor& tensor) {
  return fmt::format("{} [{}]", name_of(tensor.dtype), fmt::join(tensor.shape, ", "));
}

}  // namespace

std::string_view name_of(Dtype dtype) { return row_of(dtype).name; }
std::size_t bytes_of(Dtype dtype) { return row_of(dtype).bytes; }

std::span<const Dtype> dtypes() {
  static constexpr auto all = [] {
    std::array<Dtype, std::size(kDtypes)> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = kDtypes[i].dtype;
    return values;
  }();
  return all;
}

std::size_t Tensor::count() const {
  std::size_t product = 1;
  for (const std::int64_t size : shape) product *= static_cast<std::size_t>(size);
  return product;
}

template <>
Dtype dtype_of<double>() {
  return Dtype::kF64;
}
template <>
Dtype dtype_of<float>() {
  return Dtype::kF32;
}
template <>
Dtype dtype_of<std::int64_t>() {
  return Dtype::kI64;
}
template <>
Dtype dtype_of<std::uint8_t>() {
  return Dtype::kU8;
}

template <class T>
Tensor make_tensor(std::vector<std::int64_t> shape, const T* numbers) {
  Tensor tensor{.dtype = dtype_of<T>(), .shape = std::move(shape), .bytes = {}};
  tensor.bytes.resize(tensor.count() * sizeof(T));
  if (!tensor.bytes.empty()) std::memcpy(tensor.bytes.data(), numbers, tensor.bytes.size());
  return tensor;
}

template <class T>
const T* numbers_of(const Tensor& tensor, std::string_view what) {
  require(tensor.dtype == dtype_of<T>(), "tensor '{}' holds {} and should hold {}", what,
          name_of(tensor.dtype), name_of(dtype_of<T>()));
  return reinterpret_cast<const T*>(tensor.bytes.data());
}

std::vector<double> as_doubles(const Tensor& tensor, std::string_view what) {
  if (tensor.dtype == Dtype::kF32) {
    const float* const numbers = numbers_of<float>(tensor, what);
    return {numbers, numbers + tensor.count()};
  }
  const double* const numbers = numbers_of<double>(tensor, what);
  return {numbers, numbers + tensor.count()};
}

void require_same_tensors(const Tensors& own, const Tensors& given, std::string_view where) {
  for (const auto& [name, tensor] : own) {
    const auto found = given.find(name);
    require(found != given.end(), "'{}' is of another model: it has no tensor '{}'", where, shown(name));
    const Tensor& other = found->second;
    if (other.shape != tensor.shape || other.dtype != tensor.dtype)
      fail("'{}' is of another model: tensor '{}' is {} there and {} here", where, shown(name),
           text_of(other), text_of(tensor));
  }
  for (const auto& [name, tensor] : given)
    require(own.contains(name), "'{}' is of another model: nothing here is called '{}'", where, shown(name));
}

template Tensor make_tensor(std::vector<std::int64_t>, const double*);
template Tensor make_tensor(std::vector<std::int64_t>, const float*);
template Tensor make_tensor(std::vector<std::int64_t>, const std::int64_t*);
template Tensor make_tensor(std::vector<std::int64_t>, const std::uint8_t*);
template const double* numbers_of(const Tensor&, std::string_view);
template const float* numbers_of(const Tensor&, std::string_view);
template const std::int64_t* numbers_of(const Tensor&, std::string_view);
template const std::uint8_t* numbers_of(const Tensor&, std::string_view);

}  // namespace ebit::fit
