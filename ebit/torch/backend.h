// torch for layers that do not include it.
#pragma once

#include <memory>
#include <string_view>

#include "ebit/fit/model.h"

namespace ebit::nn {

/// Adds "torch" to fit::backends(): libtorch's autograd and optimizers, for any model.
void add_torch_backend();

/// A model of torch modules, whatever its spec. Throws Error as fit::completed() and for too little memory.
std::unique_ptr<fit::Model> make_torch_model(fit::ModelSpec spec);

/// Makes torch compute with one thread, as results that are to be repeated need it. ebit's own threads are
/// set by set_threads().
void set_single_threaded();

/// The version of libtorch, "1.13.1".
std::string_view torch_version();

}  // namespace ebit::nn
