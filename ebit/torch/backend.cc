#include "ebit/torch/backend.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

namespace ebit::nn {

void add_torch_backend() {
  fit::add_backend({"torch", "libtorch's autograd and optimizers: any model",
                    [](const fit::ModelSpec&) { return std::string(); }, make_torch_model});
}

void set_single_threaded() { at::set_num_threads(1); }

std::string_view torch_version() { return TORCH_VERSION; }

}  // namespace ebit::nn
