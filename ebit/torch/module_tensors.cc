#include "ebit/torch/module_tensors.h"

#include <ATen/ATen.h>

#include <cstring>
#include <map>
#include <string>

#include "ebit/base/error.h"
#include "ebit/torch/cell_module.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

constexpr std::pair<fit::Dtype, torch::Dtype> kDtypes[] = {
    {fit::Dtype::kF64, torch::kFloat64}, {fit::Dtype::kF32, torch::kFloat32},
    {fit::Dtype::kF16, torch::kFloat16}, {fit::Dtype::kBF16, torch::kBFloat16},
    {fit::Dtype::kI64, torch::kInt64},   {fit::Dtype::kI32, torch::kInt32},
    {fit::Dtype::kI16, torch::kInt16},   {fit::Dtype::kI8, torch::kInt8},
    {fit::Dtype::kU8, torch::kUInt8},    {fit::Dtype::kBool, torch::kBool}};

// Parameters and buffers by name; the tensors are the module's own.
std::map<std::string, Tensor> state_of(const torch::nn::Module& module) {
  std::map<std::string, Tensor> state;
  for (const auto& item : module.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : module.named_buffers())
    if (item.value().defined()) state[item.key()] = item.value();
  return state;
}

}  // namespace

fit::Tensor to_fit(const Tensor& tensor) {
  const Tensor own = tensor.detach().to(torch::kCPU).contiguous();
  for (const auto& [dtype, theirs] : kDtypes) {
    if (theirs != own.scalar_type()) continue;
    const auto* const first = static_cast<const std::byte*>(own.data_ptr());
    return {dtype, own.sizes().vec(), std::vector<std::byte>(first, first + own.nbytes())};
  }
  fail("a tensor of type {} cannot be saved", torch::toString(own.scalar_type()));
}

Tensor to_torch(const fit::Tensor& tensor) {
  for (const auto& [dtype, theirs] : kDtypes) {
    if (dtype != tensor.dtype) continue;
    const Tensor copy = torch::empty(tensor.shape, theirs);
    if (!tensor.bytes.empty()) std::memcpy(copy.data_ptr(), tensor.bytes.data(), tensor.bytes.size());
    return copy;
  }
  fail("torch has no tensors of {}", fit::name_of(tensor.dtype));
}

fit::Tensors copy_state(const torch::nn::Module& module) {
  fit::Tensors copies;
  for (const auto& [name, tensor] : state_of(module)) copies[name] = to_fit(tensor);
  return copies;
}

void restore_state(torch::nn::Module& module, const fit::Tensors& tensors, std::string_view where) {
  fit::require_same_tensors(copy_state(module), tensors, where);
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_of(module)) tensor.copy_(to_torch(tensors.at(name)));
}

NumberCounts count_numbers(const torch::nn::Module& module) {
  NumberCounts counts;
  for (const Tensor& parameter : module.parameters())
    (parameter.requires_grad() ? counts.classical : counts.frozen) += parameter.numel();
  for (const auto& part : module.modules())
    if (const auto* cell = part->as<CellModuleImpl>()) {
      const std::int64_t quantum = counts_of(cell->segments()).quantum;
      counts.quantum += quantum, counts.classical -= quantum;
    }
  return counts;
}

}  // namespace ebit::nn
