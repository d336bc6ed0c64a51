#include "ebit/nn/safetensors_module.h"

#include <set>
#include <sstream>

#include "ebit/base/error.h"

namespace ebit::nn {
namespace {

std::string shape_text(const torch::Tensor& tensor) {
  std::ostringstream text;
  text << c10::toString(tensor.scalar_type()) << " " << tensor.sizes();
  return text.str();
}

// Parameters and buffers by name; the tensors are the module's own.
std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : module.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : module.named_buffers()) {
    if (item.value().defined()) state[item.key()] = item.value();
  }
  return state;
}

}  // namespace

std::map<std::string, torch::Tensor> copy_state(const torch::nn::Module& module, const std::string& prefix) {
  std::map<std::string, torch::Tensor> copies;
  for (const auto& [name, tensor] : state_of(module)) copies[prefix + name] = tensor.detach().clone();
  return copies;
}

void restore_state(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& tensors,
                   std::string_view where, const std::string& prefix) {
  const auto state = state_of(module);
  for (const auto& [name, tensor] : state) {
    const auto found = tensors.find(prefix + name);
    require(found != tensors.end(), "'{}' is of another model: it has no tensor '{}'", where, prefix + name);
    require(found->second.sizes() == tensor.sizes() && found->second.scalar_type() == tensor.scalar_type(),
            "'{}' is of another model: tensor '{}' is {} there and {} here", where, prefix + name,
            shape_text(found->second), shape_text(tensor));
  }
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with(prefix)) continue;
    require(state.contains(name.substr(prefix.size())),
            "'{}' is of another model: nothing here is called '{}'", where, name);
  }
  const torch::NoGradGuard no_grad;
  for (auto [name, tensor] : state) tensor.copy_(tensors.at(prefix + name));
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) {
    if (parameter.requires_grad()) count += parameter.numel();
  }
  return count;
}

}  // namespace ebit::nn
