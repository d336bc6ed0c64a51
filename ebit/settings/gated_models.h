// The rows of the table of models that are gated cells.
#pragma once

#include <vector>

#include "ebit/settings/models.h"

namespace ebit::inline settings {

/// gated, whose options say all, and every published form.
std::vector<ModelRow> gated_models();

/// How Fellner et al. train all models of their benchmark. They scale the whole series; here the training
/// part alone.
const Pairs& fellner_training();

}  // namespace ebit::inline settings
