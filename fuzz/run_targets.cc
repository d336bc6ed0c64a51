// Targets that read the files of runs: settings, suites, weights.
#include <array>
#include <stdexcept>

#include "ebit/analysis/suite/suite.h"
#include "ebit/analysis/sweep/sweep.h"
#include "ebit/base/error.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/fit/checkpoint.h"
#include "ebit/fit/safetensors.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"
#include "ebit/settings/spec_text.h"
#include "fuzz/targets.h"

namespace ebit::fuzz {

int safetensors(std::string_view bytes) {
  return attempt([&] {
    const fit::TensorFile file = fit::decode_safetensors(bytes, "fuzz.safetensors");
    // What is read can be written, and is then read as the same.
    const fit::TensorFile again = fit::decode_safetensors(fit::encode_safetensors(file), "again.safetensors");
    if (again.tensors.size() != file.tensors.size() || again.metadata != file.metadata)
      throw std::logic_error("tensors are lost on the way");
  });
}

int checkpoint(std::string_view bytes) {
  const MemoryFile file(bytes);
  const int training = attempt([&] {
    const fit::Checkpoint read = fit::load_checkpoint(file.path(), "");
    for (const fit::EpochRecord& record : read.state.history)
      if (record.metrics.size() != read.state.metrics.size()) throw std::logic_error("metrics are lost");
  });
  return training + attempt([&] { fit::load_weights(file.path()); });
}

int model_spec(std::string_view bytes) {
  static const std::array<Config, 3> runs = {
      resolve("forecast", std::nullopt, {{"model.name", "register", "fuzz"}}),
      resolve("forecast", std::nullopt, {{"model.name", "qrnn", "fuzz"}}),
      resolve("copying", std::nullopt, {})};
  int accepted = 0;
  for (const Config& run : runs) accepted += attempt([&] { spec_of_text(run, bytes, "fuzz.safetensors"); });
  return accepted + attempt([&] { experiment::fitted_dataset(std::string(bytes), "fuzz.safetensors"); });
}

int config(std::string_view bytes) {
  return attempt([&] {
    const Config read = from_toml(bytes, "config.toml");
    outline_of(read);
    // What is read can be written, and is then read as the same.
    const std::string text = to_toml(read);
    if (to_toml(from_toml(text, "config.toml")) != text) throw std::logic_error("settings change on the way");
  });
}

int settings(std::string_view bytes) {
  const MemoryFile file(bytes);
  return attempt([&] { outline_of(resolve("", file.path(), {})); });
}

int suite(std::string_view bytes) {
  const bool quick = take_choice(bytes, 2) == 1;
  return attempt([&] {
    const analysis::Suite read = analysis::parse_suite(bytes, "fuzz.toml", quick);
    for (const auto* items : {&read.data, &read.models})
      for (const analysis::SuiteItem& item : *items)
        if (item.name.find('/') != std::string::npos) throw std::logic_error("a name that is a path");
  });
}

int sweep(std::string_view bytes) {
  constexpr std::size_t kMost = 200;  // settings of a sweep: each takes as long as a run's
  return attempt([&] {
    const analysis::SweepSpec read = analysis::parse_sweep(bytes, "fuzz.toml");
    std::size_t count = static_cast<std::size_t>(std::max(1, read.draws));
    for (const analysis::SweptOption& option : read.options)
      if (!option.drawn && count <= kMost) count *= option.values.size();
    if (count <= kMost) analysis::points_of(read);
  });
}

}  // namespace ebit::fuzz
