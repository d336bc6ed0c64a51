#include "ebit/torch/backend.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

namespace ebit::nn {
namespace {

std::string obstacle(const fit::ModelSpec& spec) {
  return spec.solve_head ? "its head is solved in closed form, without torch" : "";
}

}  // namespace

void add_torch_backend() {
  fit::add_backend({"torch", "libtorch's autograd and optimizers: any model", obstacle, make_torch_model});
}

void set_single_threaded() { at::set_num_threads(1); }

std::string_view torch_version() { return TORCH_VERSION; }

}  // namespace ebit::nn
