// The step of a CellModel: no graph, nothing allocated from batch to batch.
#pragma once

#include <memory>

#include "ebit/fit/cell_model.h"
#include "ebit/fit/losses.h"
#include "ebit/fit/options.h"
#include "ebit/fit/step.h"

namespace ebit::fit {

/// A step that trains `model`, which must outlive it. @param loss of a model of numbers; others have the
/// cross-entropy. Throws Error for an optimizer that is not there.
template <class T>
std::unique_ptr<TrainStep> make_cell_step(CellModel<T>& model, const TrainOptions& options, FlatLoss<T> loss);

}  // namespace ebit::fit
