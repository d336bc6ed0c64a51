#include "ebit/cmd/probe_reference.h"

#include <nlohmann/json.hpp>

#include "ebit/cell/reference.h"

namespace ebit::cmd {
namespace {

using Json = nlohmann::ordered_json;

Json tensor(const std::vector<std::size_t>& shape, const std::vector<double>& numbers) {
  return {{"shape", shape}, {"data", numbers}};
}

// Numbers first to first + width of every sample's state after every step, [B, T, width].
Json of_states(const ReferenceCase& given, const ReferenceResult& own, std::size_t first, std::size_t width) {
  std::vector<double> numbers;
  for (std::size_t b = 0; b < given.samples; ++b)
    for (const std::vector<double>& state : own.states) {
      const std::size_t at = b * (state.size() / given.samples) + first;
      for (std::size_t i = 0; i < width; ++i) numbers.push_back(state[at + i]);
    }
  return tensor({given.samples, own.states.size(), width}, numbers);
}

}  // namespace

Json reference_results(const DocumentPlace& file) {
  const ReferenceCase given = read_reference(file);
  const ReferenceResult own = run_reference(given);
  const auto cell = make_cell<double>(given.options);
  const std::size_t rows = own.y.size() / (given.samples * given.outputs), all = cell->state_numbers();
  Json results = {{"y", tensor({given.samples, rows, given.outputs}, own.y)}};
  std::size_t hidden = all;
  if (const auto* gated = std::get_if<GatedOptions>(&given.options)) {
    hidden = static_cast<std::size_t>(sizes_of(*gated).hidden);
    results["h"] = of_states(given, own, all - hidden, hidden);
    if (hidden < all) results["c"] = of_states(given, own, 0, all - hidden);
  } else {
    results["state"] = tensor({given.samples, all}, own.states.back());
  }
  results["loss"] = own.loss;
  Json grad;
  for (const Segment& segment : cell->segments()) {
    const auto first = own.d_parameters.begin() + static_cast<std::ptrdiff_t>(segment.offset);
    grad[reference_name(segment)] = {
        {"shape", segment.shape},
        {"data", std::vector<double>(first, first + static_cast<std::ptrdiff_t>(segment.size))}};
  }
  if (given.head) {
    grad["head.weight"] = tensor({given.outputs, cell->outputs()}, own.d_weight);
    grad["head.bias"] = tensor({given.outputs}, own.d_bias);
  }
  grad["x"] = tensor({given.samples, given.steps, cell->inputs()}, own.d_x);
  if (!given.state.empty()) grad["state"] = tensor({given.samples, all}, own.d_state);
  return {{"model", given.model}, {"results", results}, {"grad", grad}};
}

}  // namespace ebit::cmd
