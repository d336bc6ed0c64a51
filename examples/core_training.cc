// Trains a quantum recurrent cell on a sine by gradient descent, with the torch-free core alone: forward over
// a batch of sequences, backward through time, one step against the gradient.
//
// Needs ebit::cell alone.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/cells.h"

int main() try {
  constexpr std::size_t kSamples = 48, kSteps = 8;
  constexpr int kEpochs = 60;
  constexpr double kRate = 0.1;

  // Windows of a sine, [samples, steps, 1], and the value that follows each.
  std::vector<double> x, target;
  const auto wave = [](std::size_t t) { return 0.8 * std::sin(0.25 * static_cast<double>(t)); };
  for (std::size_t sample = 0; sample < kSamples; ++sample) {
    for (std::size_t step = 0; step < kSteps; ++step) x.push_back(wave(sample + step));
    target.push_back(wave(sample + kSteps));
  }

  // 2 + 2 wires, linear-amplitude encoder, 2 + 2 layers, collapse. ControlledOptions would make a hybrid
  // QRNN.
  const auto cell = ebit::make_cell<double>(ebit::RegisterOptions{});
  std::vector<double> parameters(cell->parameters());
  ebit::MersenneDraws draws(/*seed=*/1);
  cell->initialise(draws, parameters.data());

  ebit::SequenceInput<double> input;
  input.samples = kSamples;
  input.steps = kSteps;
  input.x = x.data();

  std::vector<double> y(kSamples), d_y(kSamples), d_parameters(parameters.size());
  ebit::AlignedVector<std::byte> tape(cell->tape_bytes(kSamples, kSteps));  // from forward to backward
  double first = 0, loss = 0;
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    cell->forward(parameters, input, {.y = y.data()}, tape);
    loss = 0;
    for (std::size_t sample = 0; sample < kSamples; ++sample) {
      const double difference = y[sample] - target[sample];
      loss += difference * difference / kSamples;
      d_y[sample] = 2 * difference / kSamples;
    }
    if (epoch == 1) first = loss;
    if (epoch == 1 || epoch % 20 == 0) std::printf("epoch %3d  loss %.6f\n", epoch, loss);

    std::fill(d_parameters.begin(), d_parameters.end(), 0.0);  // backward adds
    cell->backward(parameters, input, tape, {.y = d_y.data()}, {.parameters = d_parameters.data()});
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] -= kRate * d_parameters[i];
  }
  std::printf("%zu parameters, loss %.6f -> %.6f\n", parameters.size(), first, loss);
  return loss < 0.5 * first ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "core_training: %s\n", error.what());
  return 1;
}
