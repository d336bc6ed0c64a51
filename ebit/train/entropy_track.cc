#include "ebit/train/entropy_track.h"

#include <algorithm>
#include <numeric>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/memory_trace.h"
#include "ebit/data/csv.h"
#include "ebit/data/number.h"

namespace ebit::train {
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

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

void extremes(const MemoryTrace& trace, TracePoint from, TracePoint to, double& made, double& destroyed) {
  const std::vector<double> change = realised_change(trace, from, to);
  const auto [least, most] = std::minmax_element(change.begin(), change.end());
  made = std::max(0.0, *most), destroyed = std::max(0.0, -*least);
}

}  // namespace

EntropySample sample_entropy(int epoch, const MemoryModel& model, const TracedWindows& windows,
                             std::uint64_t seed) {
  RegisterCell<double> cell(model.cell);
  const MemoryTrace trace = trace_memory(cell, model.parameters, windows.input(seed), {.negativity = false});
  EntropySample sample{.epoch = epoch};
  for (std::size_t k = 0; k < kTracePoints; ++k)
    sample.ancilla[k] = mean(trace.at[k].ancilla), sample.system[k] = mean(trace.at[k].system);
  extremes(trace, TracePoint::kEntered, TracePoint::kEntangled, sample.en_made, sample.en_destroyed);
  extremes(trace, TracePoint::kEntangled, TracePoint::kDisentangled, sample.dis_made, sample.dis_destroyed);
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

}  // namespace ebit::train
