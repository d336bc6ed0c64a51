#include "ebit/fit/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include <fmt/ranges.h>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::fit {
namespace {

constexpr const char* kCheckpointFormat = "ebit-checkpoint";
constexpr const char* kWeightsFormat = "ebit-weights";
constexpr const char* kVersion = "2";
constexpr const char* kEarlierVersion = "1";

// Columns of the tensor `history`: one epoch's numbers as doubles, exact both ways. The last one, the
// entropy, is missing in files of trainings without one.
constexpr std::int64_t kHistoryColumns = 7, kWithEntropy = kHistoryColumns + 1;
constexpr std::int64_t kProgressNumbers = 6;

Tensor history_tensor(const std::vector<EpochRecord>& history) {
  const bool entropy =
      std::ranges::any_of(history, [](const EpochRecord& r) { return !std::isnan(r.entropy); });
  std::vector<double> numbers;
  for (const EpochRecord& r : history) {
    numbers.insert(numbers.end(), {static_cast<double>(r.epoch), r.train_loss, r.validation_loss, r.lr,
                                   r.gradient_norm, r.seconds, r.improved ? 1.0 : 0.0});
    if (entropy) numbers.push_back(r.entropy);
  }
  return make_tensor({static_cast<std::int64_t>(history.size()), entropy ? kWithEntropy : kHistoryColumns},
                     numbers.data());
}

// The metrics of each epoch; their names are in the metadata, a line each.
Tensor metrics_tensor(const TrainState& state) {
  std::vector<double> numbers;
  for (const EpochRecord& r : state.history)
    numbers.insert(numbers.end(), r.metrics.begin(), r.metrics.end());
  return make_tensor(
      {static_cast<std::int64_t>(state.history.size()), static_cast<std::int64_t>(state.metrics.size())},
      numbers.data());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A count that a file holds as a real number: of epochs, of epochs waited.
int count_of(double number, const std::string& path) {
  require(number >= 0 && number <= std::numeric_limits<int>::max() && number == std::floor(number),
          "'{}' is damaged: it counts {} epochs", path, number);
  return static_cast<int>(number);
}

std::vector<EpochRecord> history_of(const Tensor& tensor, const std::string& path) {
  std::vector<EpochRecord> history;
  const double* v = numbers_of<double>(tensor, "history");
  for (std::int64_t row = 0; row < tensor.shape[0]; ++row, v += tensor.shape[1]) {
    history.push_back({count_of(v[0], path), v[1], v[2], v[3], v[4], v[5], v[6] != 0.0});
    if (tensor.shape[1] == kWithEntropy) history.back().entropy = v[kHistoryColumns];
  }
  return history;
}

void check_format(const TensorFile& file, const std::string& path, const char* format) {
  const auto found = file.metadata.find("format");
  require(found != file.metadata.end() && found->second == format,
          "'{}' is a safetensors file, but not one that ebit wrote as {}", path, format);
  const auto version = file.metadata.find("version");
  const std::string written = version == file.metadata.end() ? "none" : version->second;
  require(written != kEarlierVersion,
          "'{}' was written by an earlier version of ebit (file version {}, here {}): train it again", path,
          shown(written), kVersion);
  require(written == kVersion, "'{}' was written by another version of ebit (file version {}, here {})", path,
          shown(written), kVersion);
}

const Tensor& tensor_of(const TensorFile& file, const std::string& path, const std::string& name, Dtype dtype,
                        std::size_t dimensions) {
  const auto found = file.tensors.find(name);
  require(
      found != file.tensors.end() && found->second.dtype == dtype && found->second.shape.size() == dimensions,
      "'{}' is damaged: its tensor '{}' is missing or of the wrong kind", path, name);
  return found->second;
}

void load_metrics(const TensorFile& file, const std::string& path, TrainState& state) {
  const auto names = file.metadata.find("metrics");
  if (names == file.metadata.end()) return;
  state.metrics = lines_of(names->second);
  const Tensor& values = tensor_of(file, path, "metrics", Dtype::kF64, 2);
  const auto columns = static_cast<std::int64_t>(state.metrics.size());
  require(values.shape[0] == static_cast<std::int64_t>(state.history.size()) && values.shape[1] == columns,
          "'{}' is damaged: its metrics have the wrong size", path);
  const double* next = numbers_of<double>(values, "metrics");
  for (EpochRecord& record : state.history) record.metrics.assign(next, next + columns), next += columns;
}

bool has_nan(const Tensor& tensor) {
  const auto any = [&]<class T>(T) {
    const auto* values = reinterpret_cast<const T*>(tensor.bytes.data());
    return std::any_of(values, values + tensor.bytes.size() / sizeof(T), [](T v) { return std::isnan(v); });
  };
  return tensor.dtype == Dtype::kF64 ? any(0.0) : tensor.dtype == Dtype::kF32 ? any(0.0F) : false;
}

Tensors with_prefix(const TensorFile& file, const std::string& prefix) {
  Tensors tensors;
  for (const auto& [name, tensor] : file.tensors) {
    if (name.starts_with(prefix)) tensors[name.substr(prefix.size())] = tensor;
  }
  return tensors;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const TrainState& state, const Metadata& metadata) {
  TensorFile file;
  for (const auto& [prefix, tensors] :
       {std::pair{"model.", &state.model}, {"best.", &state.best}, {"optimizer.", &state.optimizer}}) {
    for (const auto& [name, tensor] : *tensors) file.tensors[prefix + name] = tensor;
  }
  file.tensors["history"] = history_tensor(state.history);
  const double progress[kProgressNumbers] = {static_cast<double>(state.best_epoch),
                                             state.best_loss,
                                             static_cast<double>(state.end),
                                             state.schedule.factor,
                                             state.schedule.best,
                                             static_cast<double>(state.schedule.waited)};
  file.tensors["progress"] = make_tensor({kProgressNumbers}, progress);
  file.tensors["random"] = state.random;
  file.metadata = metadata;
  if (!state.metrics.empty()) {
    file.tensors["metrics"] = metrics_tensor(state);
    file.metadata["metrics"] = fmt::format("{}", fmt::join(state.metrics, "\n"));
  }
  file.metadata["format"] = kCheckpointFormat;
  file.metadata["version"] = kVersion;
  save_safetensors(path, file);
}

Checkpoint load_checkpoint(const std::filesystem::path& path, const std::string& fingerprint) {
  const TensorFile file = load_safetensors(path);
  const std::string name = path.string();
  check_format(file, name, kCheckpointFormat);
  const auto print = file.metadata.find("fingerprint");
  require(fingerprint.empty() || print == file.metadata.end() || print->second == fingerprint,
          "'{}' is of another training: its model, data or options are not those of this one", name);
  const Tensor& history = tensor_of(file, name, "history", Dtype::kF64, 2);
  const Tensor& progress = tensor_of(file, name, "progress", Dtype::kF64, 1);
  require((history.shape[1] == kHistoryColumns || history.shape[1] == kWithEntropy) &&
              progress.shape[0] == kProgressNumbers,
          "'{}' is damaged: its history has the wrong size", name);
  const double* p = numbers_of<double>(progress, "progress");
  require(p[2] >= 0 && p[2] <= static_cast<double>(End::kSolved), "'{}' is damaged: its end is unknown",
          name);

  Checkpoint checkpoint{.state = {}, .metadata = file.metadata};
  TrainState& state = checkpoint.state;
  state.model = with_prefix(file, "model.");
  state.best = with_prefix(file, "best.");
  state.optimizer = with_prefix(file, "optimizer.");
  state.random = tensor_of(file, name, "random", Dtype::kU8, 1);
  state.history = history_of(history, name);
  load_metrics(file, name, state);
  state.best_epoch = count_of(p[0], name);
  state.best_loss = p[1];
  state.end = static_cast<End>(static_cast<int>(p[2]));
  state.schedule = {.factor = p[3], .best = p[4], .waited = count_of(p[5], name)};
  return checkpoint;
}

void save_weights(const std::filesystem::path& path, const Tensors& weights, const Metadata& metadata) {
  TensorFile file{weights, metadata};
  file.metadata["format"] = kWeightsFormat;
  file.metadata["version"] = kVersion;
  save_safetensors(path, file);
}

SavedWeights load_weights(const std::filesystem::path& path) {
  TensorFile file = load_safetensors(path);
  check_format(file, path.string(), kWeightsFormat);
  for (const auto& [name, tensor] : file.tensors)
    require(!has_nan(tensor), "'{}' is damaged: its weights '{}' are not all numbers (NaN)", path.string(),
            shown(name));
  return {std::move(file.tensors), std::move(file.metadata)};
}

}  // namespace ebit::fit
