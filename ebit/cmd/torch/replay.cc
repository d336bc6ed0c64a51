// ebit replay: repeats a training recorded elsewhere and measures how far its losses are.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/cell/preset.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/cmd/spec_json.h"
#include "ebit/nn/register_model.h"
#include "ebit/report/text_table.h"
#include "ebit/train/train_step.h"

namespace ebit::cmd {
namespace {

struct Options {
  std::string trace;
  std::string preset = "daskin-collapse";
  int epochs = 0;
  double tolerance = 1e-8;
  std::string step = "auto";
  bool json = false;
};

int run(const Options& options);

}  // namespace

std::function<int()> setup_replay(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("trace", options->trace,
                 "JSON file: init_params, adam, X_train, y_train, permutations, batch_losses")
      ->required();
  app.add_option("--preset", options->preset, "Model that was recorded")->capture_default_str();
  app.add_option("--epochs", options->epochs, "Repeat only the first N epochs; 0: all that are recorded");
  app.add_option("--tolerance", options->tolerance, "Largest difference of a batch loss that passes")
      ->capture_default_str();
  app.add_option("--step", options->step, "How optimizer steps are computed")
      ->check(CLI::IsMember(train::step_names()))
      ->capture_default_str();
  app.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

namespace {

// The recorded parameters by the cell's names.
const std::vector<std::pair<std::string, std::string>> kNames = {{"theta_en", "U_params"},
                                                                 {"theta_dis", "Udagger_params"},
                                                                 {"encoder_weight", "input_proj.weight"},
                                                                 {"encoder_bias", "input_proj.bias"}};

struct Trace {
  nn::RegisterModel model{nullptr};
  Dataset data;                             // x [B, T, 1], y [B, 1] as its training part
  std::vector<train::Batch> permutations;   // [epochs][B]
  std::vector<std::vector<double>> losses;  // [epochs][batches]
  std::size_t batch = 0;
  train::TrainOptions options;  // Adam and its settings
};

torch::Tensor tensor_of(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kFloat64).reshape(shape);
}

// The sizes of the registers follow from the shapes of the recorded parameters.
nn::RegisterModel model_of(const JsonPlace& parameters, const std::string& preset) {
  RegisterOptions cell = find_preset(preset).cell;
  const JsonPlace angles = parameters.at("U_params");
  cell.layers_en = cell.layers_dis = static_cast<int>(angles.size());
  const int wires = static_cast<int>(angles.at(std::size_t{0}).size());
  const JsonPlace bias = parameters.find("input_proj.bias");
  if (bias.present())
    cell.system = static_cast<int>(std::lround(std::log2(static_cast<double>(bias.size()))));
  cell.ancilla = wires - cell.system;
  nn::RegisterModel model(nn::RegisterModelOptions(nn::RegisterRNNOptions(cell), 1));
  torch::NoGradGuard no_grad;
  for (auto& item : model->rnn->named_parameters())
    for (const auto& [segment, recorded] : kNames) {
      if (segment != item.key()) continue;
      const std::vector<std::int64_t> shape = item.value().sizes().vec();
      const std::vector<double> values =
          parameters.at(recorded).array({shape.begin(), shape.end()}, "the cell's " + segment);
      item.value().copy_(tensor_of(values, shape));
    }
  return model;
}

Trace read_trace(const Options& options) {
  const JsonPlace file = JsonPlace::open(options.trace);
  Trace trace;
  trace.model = model_of(file.at("init_params"), options.preset);
  const JsonPlace x = file.at("X_train");
  const int windows = static_cast<int>(x.size());
  if (windows == 0) x.fail_here("holds no window");
  const int steps = static_cast<int>(x.at(std::size_t{0}).size());
  trace.data.train = {.count = static_cast<std::size_t>(windows),
                      .steps = static_cast<std::size_t>(steps),
                      .features = 1,
                      .outputs = 1,
                      .x = x.array({windows, steps}, "windows x steps"),
                      .y = file.at("y_train").array({windows}, "one a window"),
                      .target_row = {}};
  const JsonPlace permutations = file.at("permutations"), losses = file.at("batch_losses");
  if (permutations.size() != losses.size())
    losses.fail_here(
        fmt::format("has {} epochs, but permutations has {}", losses.size(), permutations.size()));
  if (losses.size() == 0) losses.fail_here("holds no epoch");
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    train::Batch order;
    for (double index : permutations.at(epoch).array({windows}, "one a window")) {
      if (index != std::floor(index) || index < 0 || index >= windows)
        permutations.at(epoch).fail_here(fmt::format("holds {}, which is no window", index));
      order.push_back(static_cast<std::int64_t>(index));
    }
    trace.permutations.push_back(order);
    trace.losses.push_back(losses.at(epoch).array({-1}, "one a batch"));
  }
  const std::size_t batches = trace.losses[0].size();
  if (batches == 0) losses.at(std::size_t{0}).fail_here("holds no batch");
  trace.batch = (trace.data.train.count + batches - 1) / batches;
  const JsonPlace adam = file.at("adam");
  const std::vector<double> betas = adam.at("betas").array({2}, "beta1, beta2");
  trace.options.step = options.step;
  trace.options.optimizer_options = {
      .lr = adam.at("lr").number(), .beta1 = betas[0], .beta2 = betas[1], .epsilon = adam.at("eps").number()};
  return trace;
}

int run(const Options& options) {
  catch_interrupts();
  require(options.epochs >= 0, "--epochs must be 0 (all) or more, not {}", options.epochs);
  Trace trace = read_trace(options);
  const std::size_t recorded = trace.losses.size();
  require(static_cast<std::size_t>(options.epochs) <= recorded, "--epochs {}: only {} epochs are recorded",
          options.epochs, recorded);
  const std::size_t epochs = options.epochs ? static_cast<std::size_t>(options.epochs) : recorded;
  const auto step = train::make_step({*trace.model, trace.data, trace.options});
  step->start_epoch(trace.options.optimizer_options.lr);
  nlohmann::ordered_json losses = nlohmann::ordered_json::array();
  TextTable table{.title = "",
                  .columns = {{"epoch"}, {"mean loss"}, {"recorded"}, {"largest difference"}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  double largest = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    std::vector<double> own;
    double sum = 0, recorded_sum = 0, worst = 0;
    for (std::size_t b = 0; b < trace.losses[epoch].size(); ++b) {
      if (interrupted()) return kInterrupted;
      const train::Batch& order = trace.permutations[epoch];
      const std::size_t first = std::min(b * trace.batch, order.size());
      const std::size_t last = std::min(first + trace.batch, order.size());
      const train::Batch rows(order.begin() + static_cast<std::ptrdiff_t>(first),
                              order.begin() + static_cast<std::ptrdiff_t>(last));
      own.push_back(step->run(rows, 0).loss);
      const double difference = std::abs(own.back() - trace.losses[epoch][b]);
      worst = std::isfinite(difference) ? std::max(worst, difference) : INFINITY;
      sum += own.back(), recorded_sum += trace.losses[epoch][b];
    }
    largest = std::max(largest, worst);
    losses.push_back(own);
    const double count = static_cast<double>(own.size());
    table.rows.push_back({std::to_string(epoch + 1), fmt::format("{:.10f}", sum / count),
                          fmt::format("{:.10f}", recorded_sum / count), fmt::format("{:.1e}", worst)});
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const bool passed = largest <= options.tolerance;
  if (options.json) {
    print_json({{"epochs", epochs},
                {"largest_difference", largest},
                {"tolerance", options.tolerance},
                {"passed", passed},
                {"seconds", seconds},
                {"batch_losses", losses}});
  } else {
    print(table_text(table));
    print(fmt::format(
        "\nlargest difference of a batch loss over {} epochs: {:.2e} (tolerance {:.0e}); {:.2f} s\n", epochs,
        largest, options.tolerance, seconds));
  }
  return passed ? kOk : kCheckFailed;
}

}  // namespace
}  // namespace ebit::cmd
