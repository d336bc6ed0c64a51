#include "ebit/experiment/runs/entropy_track.h"

#include <algorithm>
#include <map>
#include <optional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/register/memory_trace.h"
#include "ebit/data/csv.h"
#include "ebit/data/number.h"

namespace ebit::experiment {
namespace {

struct Column {
  const char* name;
  double& (*value)(EntropySample& s);
};

constexpr Column kColumns[] = {
    {"ancilla_before", [](EntropySample& s) -> double& { return s.ancilla[0]; }},
    {"ancilla_after_en", [](EntropySample& s) -> double& { return s.ancilla[1]; }},
    {"ancilla_after_dis", [](EntropySample& s) -> double& { return s.ancilla[2]; }},
    {"system_before", [](EntropySample& s) -> double& { return s.system[0]; }},
    {"system_after_en", [](EntropySample& s) -> double& { return s.system[1]; }},
    {"system_after_dis", [](EntropySample& s) -> double& { return s.system[2]; }},
    {"en_most_made", [](EntropySample& s) -> double& { return s.en_made; }},
    {"en_most_destroyed", [](EntropySample& s) -> double& { return s.en_destroyed; }},
    {"dis_most_made", [](EntropySample& s) -> double& { return s.dis_made; }},
    {"dis_most_destroyed", [](EntropySample& s) -> double& { return s.dis_destroyed; }},
};

// Calls `use` with the value of each step that is there, in order.
template <class Use>
void each_step(const std::vector<double>& values, const fit::Examples& inputs, Use use) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t sample = i / inputs.steps, step = i % inputs.steps;
    if (inputs.lengths.empty() || static_cast<std::int64_t>(step) < inputs.lengths[sample]) use(values[i]);
  }
}

double mean(const std::vector<double>& values, const fit::Examples& inputs) {
  double sum = 0, count = 0;
  each_step(values, inputs, [&](double value) { sum += value, ++count; });
  return sum / count;
}

void extremes(const MemoryTrace& trace, const fit::Examples& inputs, TracePoint from, TracePoint to,
              double& made, double& destroyed) {
  each_step(realised_change(trace, from, to), inputs,
            [&](double change) { made = std::max(made, change), destroyed = std::max(destroyed, -change); });
}

}  // namespace

EntropySample sample_entropy(int epoch, const CellOptions& options, std::span<const double> parameters,
                             const fit::Examples& inputs, std::uint64_t seed) {
  const auto* const own = std::get_if<RegisterOptions>(&options);
  require(own != nullptr, "only register cells give the entropy of their memory, and this cell is '{}'",
          family_of(options).name);
  RegisterCell<double> cell(*own);
  require(inputs.x.size() == inputs.samples * inputs.steps * cell.inputs(),
          "a cell that takes {} numbers a step has got {} for {} sequences of {} steps", cell.inputs(),
          inputs.x.size(), inputs.samples, inputs.steps);
  SequenceInput<double> sequences;
  sequences.samples = inputs.samples, sequences.steps = inputs.steps, sequences.x = inputs.x.data();
  if (!inputs.lengths.empty()) sequences.lengths = inputs.lengths.data();
  sequences.draw_seed = seed;
  const MemoryTrace trace = trace_memory(cell, parameters, sequences, {.negativity = false});
  EntropySample sample{.epoch = epoch};
  for (std::size_t k = 0; k < kTracePoints; ++k) {
    sample.ancilla[k] = mean(trace.at[k].ancilla, inputs);
    sample.system[k] = mean(trace.at[k].system, inputs);
  }
  extremes(trace, inputs, TracePoint::kEntered, TracePoint::kEntangled, sample.en_made, sample.en_destroyed);
  extremes(trace, inputs, TracePoint::kEntangled, TracePoint::kDisentangled, sample.dis_made,
           sample.dis_destroyed);
  return sample;
}

std::string entropy_csv(const std::vector<EntropySample>& samples) {
  std::string text = "epoch";
  for (const Column& column : kColumns) text += fmt::format(",{}", column.name);
  text += "\n";
  for (EntropySample sample : samples) {
    text += fmt::format("{}", sample.epoch);
    for (const Column& column : kColumns) text += fmt::format(",{}", column.value(sample));
    text += "\n";
  }
  return text;
}

std::vector<EntropySample> read_entropy_csv(const std::filesystem::path& path) {
  std::vector<EntropySample> samples;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return samples;
  const CsvTable table = read_csv(path);
  const auto number = [&](std::size_t row, std::string_view name) {
    const std::optional<double> value = parse_number(table.cell(row, table.column(name)));
    require(value.has_value(), "{}:{}: '{}' is no number: the file is damaged", path.string(),
            table.line(row), name);
    return *value;
  };
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EntropySample sample{.epoch = static_cast<int>(number(row, "epoch"))};
    for (const Column& column : kColumns) column.value(sample) = number(row, column.name);
    samples.push_back(sample);
  }
  return samples;
}

EntropyTrack::EntropyTrack(std::filesystem::path file, int every, int done)
    : file_(std::move(file)), every_(every) {
  for (const EntropySample& sample : read_entropy_csv(file_))
    if (sample.epoch <= done && sample.epoch % every_ == 0) samples_.push_back(sample);
}

bool EntropyTrack::due(int epoch, bool last) const {
  const bool taken = !samples_.empty() && samples_.back().epoch >= epoch;
  return !taken && (last || epoch % every_ == 0);
}

void EntropyTrack::write() const { write_file_atomically(file_, entropy_csv(samples_)); }

Figure training_figure(const std::vector<std::vector<EntropySample>>& seeds, bool mixed) {
  Figure figure;
  figure.title = mixed ? "Entropy of the ancilla over the training" : "Entanglement over the training";
  figure.x_label = "epoch", figure.y_label = mixed ? "bits" : "ebits", figure.y_low = 0;
  struct Line {
    const char* label;
    double (*value)(const EntropySample& s);
    PlotColor color;
    PlotStyle style;
  };
  const Line lines[] = {
      {"before U_en", [](const EntropySample& s) { return s.ancilla[0]; }, PlotColor::kGrey,
       PlotStyle::kLine},
      {"after U_en", [](const EntropySample& s) { return s.ancilla[1]; }, PlotColor::kBlue, PlotStyle::kLine},
      {"after U_dis", [](const EntropySample& s) { return s.ancilla[2]; }, PlotColor::kVermillion,
       PlotStyle::kLine},
      {"most made by U_en", [](const EntropySample& s) { return s.en_made; }, PlotColor::kSky,
       PlotStyle::kDashes},
      {"most destroyed by U_dis", [](const EntropySample& s) { return s.dis_destroyed; }, PlotColor::kOrange,
       PlotStyle::kDashes},
  };
  for (const Line& line : lines) {
    std::map<int, std::pair<double, int>> sums;
    for (const auto& samples : seeds)
      for (const EntropySample& s : samples) {
        auto& [sum, count] = sums[s.epoch];
        sum += line.value(s), ++count;
      }
    PlotSeries series;
    series.label = line.label, series.style = line.style, series.color = line.color;
    for (const auto& [epoch, entry] : sums)
      series.x.push_back(epoch), series.y.push_back(entry.first / entry.second);
    figure.series.push_back(std::move(series));
  }
  return figure;
}

}  // namespace ebit::experiment
