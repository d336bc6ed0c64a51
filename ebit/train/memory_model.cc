#include "ebit/train/memory_model.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/nn/register_model.h"
#include "ebit/train/register_kind.h"

namespace ebit::train {

bool has_quantum_memory(const Config& config) { return config.model.kind == register_kind().name; }

void require_quantum_memory(const Config& config, const std::string& what) {
  require(has_quantum_memory(config), "{} a quantum memory, and the model '{}' keeps none: choose --model {}",
          what, config.model.kind, register_kind().name);
}

MemoryModel memory_model(const nn::SequenceModel& model) {
  const auto* const own = dynamic_cast<const nn::RegisterModelImpl*>(&model);
  require(own != nullptr, "{} keeps no quantum memory", model.summary());
  MemoryModel memory{own->rnn->options(), {}};
  const auto named = own->rnn->named_parameters(/*recurse=*/false);
  const RegisterCell<double> cell(memory.cell);
  for (const Segment& segment : cell.segments()) {
    const torch::Tensor values = named[segment.name].detach().to(torch::kFloat64).contiguous();
    const double* const first = values.data_ptr<double>();
    memory.parameters.insert(memory.parameters.end(), first, first + segment.size);
  }
  return memory;
}

TracedWindows traced_windows(const Windows& windows, std::size_t most, const Config& config) {
  TracedWindows traced;
  traced.window = windows.steps, traced.available = windows.count;
  std::vector<std::size_t> chosen;
  if (config.train.stateful) {
    // Every (window / stride)-th window begins where the one before ends.
    const auto apart =
        std::max<std::size_t>(1, windows.steps / static_cast<std::size_t>(config.data.dataset.stride));
    for (std::size_t k = 0; k < windows.count && (most == 0 || chosen.size() < most); k += apart)
      chosen.push_back(k);
    traced.samples = 1, traced.steps = chosen.size() * windows.steps;
  } else {
    const std::size_t count = most == 0 ? windows.count : std::min(most, windows.count);
    for (std::size_t k = 0; k < count; ++k) chosen.push_back(k * windows.count / count);
    traced.samples = count, traced.steps = windows.steps;
  }
  const std::size_t size = windows.steps * windows.features;
  for (const std::size_t k : chosen) {
    const auto first = windows.x.begin() + static_cast<std::ptrdiff_t>(k * size);
    traced.x.insert(traced.x.end(), first, first + static_cast<std::ptrdiff_t>(size));
  }
  return traced;
}

std::size_t affordable_windows(const RegisterOptions& cell, std::size_t steps) {
  constexpr double kMost = 256, kLeast = 4;
  // Multiplications in some seconds of one core. A mixture's negativity takes the eigenvalues of a matrix as
  // large as the register; a pure state's entropy is about linear in the state.
  constexpr double kWork = 1 << 27;
  const double d = std::ldexp(1.0, cell.system + cell.ancilla);
  const bool mixed = find_hidden_update<double>(cell.hidden).memory == Memory::kMixture;
  const double each = (mixed ? d * d * d : d * std::ldexp(1.0, std::min(cell.system, cell.ancilla))) *
                      static_cast<double>(steps);
  return static_cast<std::size_t>(std::clamp(kWork / each, kLeast, kMost));
}

}  // namespace ebit::train
