#include "ebit/task/core_choice.h"

#include <charconv>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/nn/safetensors_module.h"

namespace ebit::task {
namespace {

std::vector<int> whole_numbers(const std::vector<std::string>& texts, std::string_view flag) {
  std::vector<int> numbers;
  for (const std::string& text : texts) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    require(error == std::errc() && end == text.data() + text.size(), "{}: '{}' is not a whole number", flag,
            text);
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

nn::CoreChoice core_choice(const train::TaskOptions& options) {
  ControlledOptions qrnn;
  qrnn.qubits = options.qubits, qrnn.layers = options.circuit_layers;
  qrnn.ansatz = options.ansatz, qrnn.readout = options.readout;
  if (!options.ansatz_file.empty())
    qrnn.custom_ansatz = parse_ansatz(read_file(options.ansatz_file), options.ansatz_file);
  qrnn.first_ry = options.first_ry, qrnn.gradient_memory = options.gradient_memory;
  qrnn.ffn.hidden = whole_numbers(options.ffn_hidden, "--ffn-hidden"),
  qrnn.ffn.activation = options.activation;
  qrnn.ffn.residual = options.residual;
  qrnn.ffn.dropout = options.ffn_hidden.empty() ? 0 : options.dropout;
  qrnn.angle_scale = options.angle_scale, qrnn.initial = options.initial;
  qrnn.measurement = options.measurement, qrnn.shots = options.shots;
  qrnn.measured = whole_numbers(options.measured, "--measured"), qrnn.reset = options.reset;
  return {options.core,
          {.inputs = 1, .hidden = options.hidden_size, .layers = options.layers, .qrnn = std::move(qrnn)}};
}

nn::CoreChoice matched_choice(const Task& task, nn::CoreChoice choice, const nn::CoreChoice& reference) {
  constexpr int kMostHidden = 4096;
  if (!nn::core_row(choice.name).has_hidden) return choice;
  const auto parameters = [&](const nn::CoreChoice& core) {
    return nn::count_parameters(*task.make_model(core));
  };
  choice.options.hidden = nn::matched_hidden(parameters(reference), kMostHidden, [&](int hidden) {
    choice.options.hidden = hidden;
    return parameters(choice);
  });
  return choice;
}

}  // namespace ebit::task
