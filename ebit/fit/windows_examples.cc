#include "ebit/fit/windows_examples.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::fit {

void fill(const Windows& windows, const Batch& batch, Examples& examples) {
  const std::size_t width = windows.steps * windows.features, outputs = windows.outputs;
  examples.samples = batch.size(), examples.steps = windows.steps, examples.features = windows.features;
  examples.x.resize(batch.size() * width), examples.y.resize(batch.size() * outputs);
  for (std::size_t k = 0; k < batch.size(); ++k) {
    const auto window = static_cast<std::size_t>(batch[k]);
    windows.copy(window, examples.x.data() + k * width);
    std::copy_n(windows.y.data() + window * outputs, outputs, examples.y.data() + k * outputs);
  }
}

std::vector<double> predict(Model& model, const Windows& windows, bool stateful, int stride,
                            std::uint64_t seed, std::uint64_t part) {
  return predict(model, windows, prediction_batches(windows, stateful, stride), seed, part);
}

std::vector<double> predict(Model& model, const Windows& windows, const StreamBatches& batches,
                            std::uint64_t seed, std::uint64_t part) {
  require(model.spec().head.targets() == windows.outputs,
          "this model predicts {} targets, and the data have {}", model.spec().head.targets(),
          windows.outputs);
  const auto outputs = static_cast<std::size_t>(model.spec().head.outputs);
  std::vector<double> predictions(windows.count * outputs);
  Examples examples;
  model.reset_state();
  for (std::size_t b = 0; b < batches.batches.size(); ++b) {
    const Batch& batch = batches.batches[b];
    fill(windows, batch, examples);
    examples.goes_on = b > 0;
    model.seed_draws(seed, prediction_draw(part, b));
    const Answers answers = model.answer(examples);
    for (std::size_t k = 0; k < batch.size(); ++k)
      if (batches.counts[b][k])
        std::copy_n(answers.numbers.data() + k * outputs, outputs,
                    predictions.data() + static_cast<std::size_t>(batch[k]) * outputs);
  }
  model.reset_state();
  return predictions;
}

}  // namespace ebit::fit
