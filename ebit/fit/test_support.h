// What the tests of this layer share.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/register/preset.h"
#include "ebit/fit/trainer.h"
#include "ebit/fit/windows_examples.h"

namespace ebit::fit {

/// `count` columns of 80 rows, cut into windows; each column is a target.
inline Dataset wave_data(double validation = 0.2, int window = 5, int stride = 1, int count = 1) {
  Series series;
  series.source = "wave";
  for (int k = 0; k < count; ++k) series.names.push_back(fmt::format("y{}", k));
  for (int i = 0; i < 80; ++i) {
    series.times.push_back(std::to_string(i));
    for (int k = 0; k < count; ++k) series.values.push_back(std::sin(0.4 * i + k) + 0.1 * std::sin(5.0 * i));
  }
  DatasetOptions options;
  options.targets = series.names;
  options.window = window;
  options.stride = stride;
  options.train = 0.6;
  options.validation = validation;
  return make_dataset(series, options);
}

/// A small register model for windows of one column.
inline ModelSpec register_spec(std::uint64_t seed = 1, bool head = true, bool stateful = false) {
  RegisterOptions cell;
  cell.layers_en = cell.layers_dis = 1;
  ModelSpec spec;
  spec.core = cell;
  spec.head.linear = head;
  spec.stateful = stateful;
  spec.seed = seed;
  return spec;
}

/// Training of `model` on the windows of `data`, which must outlive it.
inline Training windows_training(const std::shared_ptr<Model>& model, const Dataset& data,
                                 const TrainOptions& options) {
  const bool stateful = model->spec().stateful;
  Training training{.model = model, .step = model->make_step(options), .batches = {}, .examples = {}};
  training.batches = [&data, options, stateful](int epoch) {
    return stateful
               ? stream_batches(data.train, data.options.window, data.options.stride, options.batch, false)
                     .batches
               : epoch_batches(data.train.count, options.batch, options.shuffle, options.seed, epoch);
  };
  training.examples = [&data, memory = std::make_shared<Examples>()](const Batch& batch) -> const Examples& {
    memory->goes_on = true;
    fill(data.train, batch, *memory);
    return *memory;
  };
  if (data.validation.count > 0)
    training.validate = [&data, options, stateful](Model& trained) -> Validation {
      const auto said =
          predict(trained, data.validation, stateful, data.options.stride, options.seed, kValidationPart);
      return {trained.mean_loss(options.loss, said, data.validation.y)};
    };
  return training;
}

/// Training and validation loss of each epoch.
inline std::vector<double> losses_of(const TrainProgress& progress) {
  std::vector<double> values;
  for (const EpochRecord& r : progress.history)
    values.insert(values.end(), {r.train_loss, r.validation_loss});
  return values;
}

/// Whether two sets of tensors are the same, name by name and byte by byte.
inline bool same(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.dtype == y.second.dtype && x.second.shape == y.second.shape &&
           x.second.bytes == y.second.bytes;
  });
}

/// A core to try, and the width of its steps.
struct TriedCore {
  std::string name;  ///< for messages
  CellOptions core;  ///< small
  int width = 1;     ///< of a step
};

/// Every preset of the register cell, and other cells of several makes, all deterministic.
inline std::vector<TriedCore> tried_cores() {
  std::vector<TriedCore> cores;
  for (const Preset& preset : presets()) cores.push_back({preset.name, preset.cell, 1});
  ControlledOptions plain;
  plain.qubits = 2;
  cores.push_back({"qrnn", plain, 3});
  ControlledOptions deep = plain;
  deep.ffn.hidden = {3};
  deep.initial = "trainable";
  deep.readout = {"Z"};
  cores.push_back({"qrnn with a hidden layer", deep, 2});
  cores.push_back({"gated", GatedOptions{}, 2});
  GatedOptions six;
  six.architecture = "lstm-6", six.linear_in = six.linear_out = "none", six.qubits = 3;
  cores.push_back({"gated of six circuits", six, 1});
  for (const char* kernel : {"quantum", "cosine", "rbf"}) {
    KernelOptions own;
    own.kernel = kernel;
    cores.push_back({"kernel " + own.kernel, own, 2});
  }
  FastWeightsOptions fast;
  fast.gate = true, fast.qubits = 3, fast.measured = 2;
  cores.push_back({"fast-weights", fast, 2});
  cores.push_back({"window", WindowOptions{}, 2});
  WindowOptions blocks;
  blocks.blocks = "EXY_CX_EYZ_Y", blocks.span = 2;
  cores.push_back({"window of blocks", blocks, 2});
  return cores;
}

/// A random batch for a model: numbers in (-0.9, 0.9), and answers of the kind that it gives.
inline Examples random_examples(const ModelSpec& spec, std::size_t samples, std::size_t steps,
                                std::uint64_t seed, bool lengths = false) {
  Random random(seed);
  Examples examples{
      .samples = samples, .steps = steps, .features = static_cast<std::size_t>(spec.input.width)};
  for (std::size_t i = 0; i < samples * steps * examples.features; ++i)
    examples.x.push_back(random.uniform(-0.9, 0.9));
  if (lengths)
    for (std::size_t b = 0; b < samples; ++b)
      examples.lengths.push_back(static_cast<std::int64_t>(1 + (b + 1) % steps));
  const auto outputs = spec.head.targets();
  if (spec.head.answer == Answer::kNumbers)
    for (std::size_t i = 0; i < samples * outputs; ++i) examples.y.push_back(random.uniform(-1, 1));
  const std::size_t labels = spec.head.answer == Answer::kClass     ? samples
                             : spec.head.answer == Answer::kClasses ? samples * steps
                                                                    : 0;
  for (std::size_t i = 0; i < labels; ++i)
    examples.labels.push_back(static_cast<std::int64_t>(random.below(outputs)));
  return examples;
}

}  // namespace ebit::fit
