#include "ebit/analysis/inspect/sequences.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/experiment/problems/forecast_problem.h"

namespace ebit::analysis {
namespace {

using experiment::kPartNames;

// The sequences with the past of others: each is another one, but for its last step.
fit::Examples with_exchanged_past(const fit::Examples& own) {
  fit::Examples other = own;
  for (std::size_t b = 0; b < own.samples; ++b) {
    const std::size_t from = (b + own.samples - own.samples / 2) % own.samples;
    const std::size_t last = own.length(from) - 1, own_last = own.length(b) - 1;
    const auto take = [&](const auto& numbers, auto& out, std::size_t each) {
      if (numbers.empty()) return;
      const std::size_t row = own.steps * each;
      std::copy_n(&numbers[from * row], row, &out[b * row]);
      std::copy_n(&numbers[b * row + own_last * each], each, &out[b * row + last * each]);
    };
    take(own.x, other.x, own.features);
    take(own.tokens, other.tokens, 1);
    if (!own.lengths.empty()) other.lengths[b] = own.lengths[from];
  }
  return other;
}

// What the model says behind each sequence's last step, [B, O].
std::vector<double> last_answers(fit::Model& model, const fit::Examples& examples, std::uint64_t seed) {
  model.reset_state();
  model.seed_draws(seed, fit::prediction_draw(0, 0));
  const fit::Answers all = model.answer(examples);
  model.reset_state();
  if (model.spec().head.answer != fit::Answer::kClasses) return all.numbers;
  std::vector<double> last;
  for (std::size_t b = 0; b < examples.samples; ++b) {
    const auto row = all.numbers.begin() +
                     static_cast<std::ptrdiff_t>((b * examples.steps + examples.length(b) - 1) * all.outputs);
    last.insert(last.end(), row, row + static_cast<std::ptrdiff_t>(all.outputs));
  }
  return last;
}

}  // namespace

SequenceInput<double> Sequences::input(std::uint64_t seed) const {
  return {.samples = samples,
          .steps = steps,
          .x = x.data(),
          .lengths = lengths.empty() ? nullptr : lengths.data(),
          .draw_seed = seed};
}

std::size_t part_to_inspect(const experiment::Problem& problem, const std::string& name,
                            std::string_view command) {
  std::size_t part = kPartNames.size();
  for (std::size_t p = 0; p < kPartNames.size(); ++p)
    if (name.empty() ? problem.sequences(p, 1).samples > 0 : kPartNames[p] == name) part = p;
  require(part < kPartNames.size(), "{}: there is no part '{}'{}", command, name,
          suggestion(name, std::vector<std::string>(kPartNames.begin(), kPartNames.end())));
  require(problem.sequences(part, 1).samples > 0, "{}: the {} part of this run has no sequences", command,
          kPartNames[part]);
  return part;
}

Sequences sequences_of(const experiment::Problem& problem, std::size_t part, std::size_t most,
                       fit::Model& model, const Config& config) {
  Sequences all;
  all.carried = config.model.stateful;
  if (const auto* forecast = dynamic_cast<const experiment::ForecastProblem*>(&problem))
    all.available = forecast->windows(part).count;
  else
    all.noun = "sequences";
  all.examples = problem.sequences(part, most > 0 ? most : std::numeric_limits<std::size_t>::max());
  all.x = model.core_inputs(all.examples);
  all.lengths = all.examples.lengths;
  all.samples = all.examples.samples, all.steps = all.window = all.examples.steps;
  if (all.carried) all.steps *= std::exchange(all.samples, 1);
  return all;
}

Dependence dependence(fit::Model& model, const Sequences& sequences, std::uint64_t seed) {
  const fit::Examples& examples = sequences.examples;
  model.reset_state();
  model.seed_draws(seed, fit::prediction_draw(0, 0));
  const std::vector<double> gradient = model.input_gradient(examples);
  model.reset_state();
  const std::size_t width = gradient.size() / (examples.samples * examples.steps);
  Dependence found;
  found.by_step.assign(examples.steps, 0.0);
  std::vector<double> counts(examples.steps, 0.0);
  for (std::size_t b = 0; b < examples.samples; ++b)
    for (std::size_t t = 0; t < examples.length(b); ++t) {
      double square = 0;
      for (std::size_t i = 0; i < width; ++i) {
        const double d = gradient[(b * examples.steps + t) * width + i];
        square += d * d;
      }
      found.by_step[t] += square, counts[t] += 1;
      if (t == 0) found.first += square;
      if (t + 1 == examples.length(b)) found.last += square;
    }
  const auto count = static_cast<double>(examples.samples);
  for (std::size_t t = 0; t < examples.steps; ++t)
    found.by_step[t] = counts[t] > 0 ? std::sqrt(found.by_step[t] / counts[t]) : 0.0;
  found.first = std::sqrt(found.first / count), found.last = std::sqrt(found.last / count);
  if (examples.steps < 2 || examples.samples < 2) return found;
  found.answers = last_answers(model, examples, seed);
  found.exchanged = last_answers(model, with_exchanged_past(examples), seed);
  return found;
}

}  // namespace ebit::analysis
