// From a trained model and windows to what a trace of its quantum memory needs. No torch in this header.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ebit/cell/register_cell.h"
#include "ebit/data/dataset.h"
#include "ebit/train/config.h"

namespace ebit::nn {
class SequenceModel;
}

namespace ebit::train {

/// The register cell inside a model, with its weights of now in float64.
struct MemoryModel {
  RegisterOptions cell;            ///< the choices and sizes
  std::vector<double> parameters;  ///< [P], in the order of RegisterCell::segments()
};

/// Whether the kind of a config's model keeps a quantum memory.
bool has_quantum_memory(const Config& config);

/// Throws Error, beginning with `what`, where the config's model keeps no quantum memory.
void require_quantum_memory(const Config& config, const std::string& what);

/// The register cell of `model`. Throws Error where it has none.
MemoryModel memory_model(const nn::SequenceModel& model);

/// Windows as a trace takes them. Windows of a model that carries its hidden state on are one sequence.
struct TracedWindows {
  std::vector<double> x;      ///< [samples, steps, F] scaled
  std::size_t samples = 0;    ///< sequences
  std::size_t steps = 0;      ///< of each
  std::size_t window = 0;     ///< T; step k of a sequence is step k % T of its window
  std::size_t available = 0;  ///< windows there were
  std::size_t count() const { return samples * steps / window; }  ///< windows taken

  /// The sequences as a cell takes them; a view.
  SequenceInput<double> input(std::uint64_t seed) const {
    return {samples, steps, x.data(), nullptr, seed, 0};
  }
};

/// At most `most` of a part's windows (0: all), evenly spread; for a stateful model the first ones that
/// follow each other.
TracedWindows traced_windows(const Windows& windows, std::size_t most, const Config& config);

/// How many windows can be traced in some seconds: fewer where the memory is a mixture of many qubits.
std::size_t affordable_windows(const RegisterOptions& cell, std::size_t steps);

}  // namespace ebit::train
