// Parameters that start from training data instead of random numbers.
#pragma once

#include <cstdint>

#include "ebit/fit/model.h"

namespace ebit::fit {

/// Moves the parameters of the model's cell that start from data (Cell::start_from_data()) to where
/// `examples`, a batch of the training part, put them; other models are left alone. `seed` names the random
/// numbers. Throws Error for a translator, which has two cells.
void start_from_data(Model& model, const Examples& examples, std::uint64_t seed);

/// Whether a model has such parameters.
bool starts_from_data(const ModelSpec& spec);

}  // namespace ebit::fit
