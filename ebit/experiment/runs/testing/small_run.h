// A small run of a series, for tests.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include "ebit/base/atomic_file.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment::testing {

/// An empty place for a run of that name.
inline std::filesystem::path fresh(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(EBIT_TEST_TMP) / "runs" / name;
  std::filesystem::remove_all(folder);
  return folder;
}

/// Two columns over 90 days; `rain` helps to see `temp, max`, whose name needs quoting.
inline std::filesystem::path csv_file() {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "weather.csv";
  std::string text = "date,rain,\"temp, max\"\n";
  for (int i = 0; i < 90; ++i) {
    text += fmt::format("2024-{:02}-{:02},{},{}\n", 1 + i / 28, 1 + i % 28, (i * 7) % 5,
                        10 + 8 * std::sin(0.3 * i) + 0.5 * ((i * 13) % 7));
  }
  write_file_atomically(path, text);
  return path;
}

/// A run of daskin-collapse on csv_file() that takes a moment.
inline Config small_config(const std::filesystem::path& folder) {
  Config config = resolve("forecast", std::nullopt, {{"model.name", "daskin-collapse", "--model"}});
  config.data.file = csv_file().string();
  config.data.dataset.train = 0.7;
  config.data.dataset.scaler = "minmax-half";  // room for encoders of [-1, 1]
  config.data.dataset.targets = {"temp, max"};
  config.data.dataset.window = 4;
  config.data.dataset.validation = 0.15;
  config.train.epochs = 4;
  config.baselines.which = {"persistence", "seasonal-naive", "fellner-qrnn"};
  config.baselines.season = 7;
  config.output.folder = folder.string();
  config.output.checkpoint_seconds = 0;
  return config;
}

}  // namespace ebit::experiment::testing
