#include "ebit/analysis/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ebit/base/document.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/register/preset.h"
#include "ebit/fit/model.h"

namespace ebit::analysis {
namespace {

// The recorded parameters by the cell's names.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"theta_en", "U_params"},
                                                                    {"theta_dis", "Udagger_params"},
                                                                    {"encoder_weight", "input_proj.weight"},
                                                                    {"encoder_bias", "input_proj.bias"}};

// The system wires of the cell: as the file says, or as its encoder's map has outputs. A layer that the
// encoder does not use, which authors' modules hold too, says nothing of them.
int system_of(const DocumentPlace& file, const DocumentPlace& parameters, const std::string& preset,
              const RegisterOptions& options, int wires) {
  const DocumentPlace stated = file.find("n_system_qubits");
  if (stated.present()) {
    const double system = stated.number();
    if (system != std::floor(system) || system < 1 || system >= wires)
      stated.fail_here(
          fmt::format("must be a whole number from 1 to {}, below the wires of U_params", wires - 1));
    return static_cast<int>(system);
  }
  const DocumentPlace bias = parameters.find("input_proj.bias");
  const bool used = find_encoder(options.encoder).build == nullptr;  // a state vector from a linear map
  if (used && bias.present())
    return static_cast<int>(std::lround(std::log2(static_cast<double>(bias.size()))));
  parameters.fail_here(
      fmt::format("does not say how many of its {} wires are the system's, and the encoder {} of {} has no "
                  "layer that would; add "
                  "n_system_qubits to the file",
                  wires, options.encoder, preset));
}

// The cell that was recorded, and its parameters.
void read_cell(const DocumentPlace& file, const std::string& preset, Recording& recording) {
  const DocumentPlace parameters = file.at("init_params");
  RegisterOptions& options = recording.cell;
  options = find_preset(preset).cell;
  const DocumentPlace angles = parameters.at("U_params");
  options.layers_en = options.layers_dis = static_cast<int>(angles.size());
  const int wires = static_cast<int>(angles.at(std::size_t{0}).size());
  angles.array({options.layers_en, wires}, "layers x wires");  // a cell of many wires takes seconds to make
  options.system = system_of(file, parameters, preset, options, wires);
  options.ancilla = wires - options.system;
  const auto cell = make_cell<double>(options);
  recording.parameters.assign(cell->parameters(), 0.0);
  for (const Segment& segment : cell->segments())
    for (const auto& [name, recorded] : kNames) {
      if (segment.name != name) continue;
      const std::vector<double> values = parameters.at(recorded).array(
          {segment.shape.begin(), segment.shape.end()}, "the cell's " + segment.name);
      std::ranges::copy(values, recording.parameters.begin() + static_cast<std::ptrdiff_t>(segment.offset));
    }
}

// The recorded parameters as the tensors of the model's cell.
fit::Tensors tensors_of(const Recording& recording) {
  fit::Tensors tensors;
  const auto cell = make_cell<double>(recording.cell);
  for (const Segment& segment : cell->segments())
    tensors["core." + segment.name] =
        fit::make_tensor(segment.shape, recording.parameters.data() + segment.offset);
  return tensors;
}

// The windows of one batch.
fit::Examples examples_of(const Recording& recording, std::size_t epoch, std::size_t first,
                          std::size_t last) {
  fit::Examples examples{.samples = last - first, .steps = recording.steps, .features = 1};
  for (std::size_t i = first; i < last; ++i) {
    const auto window = static_cast<std::size_t>(recording.permutations[epoch][i]);
    const auto x = recording.x.begin() + static_cast<std::ptrdiff_t>(window * recording.steps);
    examples.x.insert(examples.x.end(), x, x + static_cast<std::ptrdiff_t>(recording.steps));
    examples.y.push_back(recording.y[window]);
  }
  return examples;
}

}  // namespace

Recording read_recording(const std::string& path, const std::string& preset) {
  const DocumentPlace file = DocumentPlace::open(path);
  Recording recording;
  read_cell(file, preset, recording);
  const DocumentPlace x = file.at("X_train");
  const int windows = static_cast<int>(x.size());
  if (windows == 0) x.fail_here("holds no window");
  const int steps = static_cast<int>(x.at(std::size_t{0}).size());
  recording.windows = static_cast<std::size_t>(windows), recording.steps = static_cast<std::size_t>(steps);
  recording.x = x.array({windows, steps}, "windows x steps");
  recording.y = file.at("y_train").array({windows}, "one a window");
  const DocumentPlace permutations = file.at("permutations"), losses = file.at("batch_losses");
  if (permutations.size() != losses.size())
    losses.fail_here(
        fmt::format("has {} epochs, but permutations has {}", losses.size(), permutations.size()));
  if (losses.size() == 0) losses.fail_here("holds no epoch");
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    std::vector<std::int64_t> order;
    for (const double index : permutations.at(epoch).array({windows}, "one a window")) {
      if (index != std::floor(index) || index < 0 || index >= windows)
        permutations.at(epoch).fail_here(fmt::format("holds {}, which is no window", index));
      order.push_back(static_cast<std::int64_t>(index));
    }
    recording.permutations.push_back(std::move(order));
    recording.losses.push_back(losses.at(epoch).array({-1}, "one a batch"));
    if (recording.losses.back().size() > recording.windows)
      losses.at(epoch).fail_here(fmt::format("has more batches than there are windows ({})", windows));
  }
  if (recording.losses[0].empty()) losses.at(std::size_t{0}).fail_here("holds no batch");
  const DocumentPlace adam = file.at("adam");
  const std::vector<double> betas = adam.at("betas").array({2}, "beta1, beta2");
  recording.options.optimizer_options = {
      .lr = adam.at("lr").number(), .beta1 = betas[0], .beta2 = betas[1], .epsilon = adam.at("eps").number()};
  return recording;
}

std::vector<ReplayedEpoch> replay(const Recording& recording, std::size_t epochs, const std::string& step,
                                  const std::function<bool()>& interrupted) {
  const auto model =
      fit::make_model({.core = CellOptions(recording.cell), .input = {}, .head = {.linear = false}}, step);
  model->load(tensors_of(recording), "the recording");
  const auto train = model->make_step(recording.options);
  train->start_epoch(recording.options.optimizer_options.lr);
  std::vector<ReplayedEpoch> all;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    const std::vector<double>& recorded = recording.losses[epoch];
    const std::size_t batch =
        (recording.windows + recording.losses[0].size() - 1) / recording.losses[0].size();
    const auto count = static_cast<double>(recorded.size());
    ReplayedEpoch result;
    for (std::size_t b = 0; b < recorded.size(); ++b) {
      if (interrupted()) return all;
      const std::size_t first = std::min(b * batch, recording.windows);
      const std::size_t last = std::min(first + batch, recording.windows);
      const double loss = train->run(examples_of(recording, epoch, first, last), 0).loss;
      const double difference = std::abs(loss - recorded[b]);
      result.losses.push_back(loss);
      result.mean += loss, result.recorded += recorded[b];
      result.largest = std::isfinite(difference) ? std::max(result.largest, difference)
                                                 : std::numeric_limits<double>::infinity();
    }
    result.mean /= count, result.recorded /= count;
    all.push_back(std::move(result));
  }
  return all;
}

}  // namespace ebit::analysis
