// A training's state in a file, and back.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "ebit/fit/safetensors.h"
#include "ebit/fit/trainer.h"

namespace ebit::fit {

/// Free text that travels with a checkpoint, by name; the names "format", "version" and
/// "metrics" are taken.
using Metadata = std::map<std::string, std::string>;

/// A training's state and what was noted with it.
struct Checkpoint {
  TrainState state;   ///< after the last complete epoch
  Metadata metadata;  ///< read back with the names that are taken
};

/// Writes `state` atomically as one safetensors file. Tensors: `model.*`, `best.*`, `optimizer.*`, `history`
/// [epochs, 7], `progress` [6], `random`, `metrics` [epochs, M] where there are some. A program killed while
/// this runs leaves the file that was there before.
void save_checkpoint(const std::filesystem::path& path, const TrainState& state, const Metadata& metadata);

/// Reads such a file. Throws Error naming the file and the reason for one that is missing, truncated, damaged
/// or no checkpoint of ebit, and for one whose "fingerprint" is there and is not `fingerprint` (of another
/// training; not compared where `fingerprint` is empty).
Checkpoint load_checkpoint(const std::filesystem::path& path, const std::string& fingerprint);

/// Writes the weights alone (parameters and buffers under their own names) with metadata, atomically.
void save_weights(const std::filesystem::path& path, const Tensors& weights, const Metadata& metadata);

/// Weights of such a file, and what was noted with them.
struct SavedWeights {
  Tensors weights;    ///< Model::weights()
  Metadata metadata;  ///< read back with the names that are taken
};

/// Reads such a file. Throws Error as load_checkpoint() does.
SavedWeights load_weights(const std::filesystem::path& path);

}  // namespace ebit::fit
