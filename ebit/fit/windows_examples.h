// Windows of a series as examples, and a model's predictions for all of them.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/fit/batches.h"
#include "ebit/fit/examples.h"
#include "ebit/fit/model.h"

namespace ebit::fit {

/// Gathers the windows that `batch` names, and what is to be predicted of them, into `examples`, whose memory
/// is used again. `examples.goes_on` is left as it is.
void fill(const Windows& windows, const Batch& batch, Examples& examples);

/// Predictions for all windows of a part, in order, [count, outputs of the model] scaled: one or several
/// quantiles of each number that the windows have. The state that a model carries is
/// forgotten before and after.
/// @param stateful,stride how the windows follow each other, see prediction_batches().
/// @param seed,part which draws a model that draws makes, see prediction_draw().
/// Throws Error as stream_batches(), and for windows of other sizes than the model's.
std::vector<double> predict(Model& model, const Windows& windows, bool stateful, int stride,
                            std::uint64_t seed, std::uint64_t part);

/// The same in batches that are there already, see prediction_batches().
std::vector<double> predict(Model& model, const Windows& windows, const StreamBatches& batches,
                            std::uint64_t seed, std::uint64_t part);

}  // namespace ebit::fit
