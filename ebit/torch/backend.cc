#include "ebit/torch/backend.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

namespace ebit::nn {
void add_torch_backend() {
  fit::add_backend({"torch", "libtorch's autograd and optimizers: any model that is trained step by step",
                    [](const fit::ModelSpec& spec) {
                      const auto* const core = std::get_if<fit::ClassicalOptions>(&spec.core);
                      const bool solved = spec.solve_head || (core != nullptr && core->core == "poly-ridge");
                      return std::string(solved ? "it is solved in closed form, by the native step" : "");
                    },
                    make_torch_model});
}

void set_single_threaded() { at::set_num_threads(1); }

std::string_view torch_version() { return TORCH_VERSION; }

}  // namespace ebit::nn
