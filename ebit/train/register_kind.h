// The quantum register model as a kind that `ebit train` can build.
#pragma once

#include "ebit/cell/register_cell.h"
#include "ebit/train/model_factory.h"

namespace ebit::train {

/// The cell that a config's [model] section asks for. Reads `ansatz_file` where one is named.
RegisterOptions register_options(const ModelConfig& model, int features);

/// The row "register" of the table of model kinds.
ModelKind register_kind();

}  // namespace ebit::train
