// The rows of the table of models that are gated cells.
#pragma once

#include <string>
#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// gated, whose options say all, and every published form.
std::vector<ModelRow> gated_models();

/// As Chen's group trained on series, with batches of that size.
Pairs chen_training(std::string batch);

/// `base` with `more` behind it, which counts where both set an option.
Pairs with(Pairs base, const Pairs& more);
/// How Fellner et al. train all models of their benchmark. They scale the whole series; here the training
/// part alone.
const Pairs& fellner_training();

}  // namespace ebit::inline settings
