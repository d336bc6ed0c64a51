#include "ebit/analysis/design/power_study.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ebit/analysis/study/statistics.h"
#include "ebit/analysis/written_json.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/random.h"
#include "ebit/cell/register/memory_bounds.h"
#include "ebit/experiment/model_specs.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/score.h"

namespace ebit::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kPowers = kStudiedPowers.size();
constexpr int kStarts = 8;
constexpr std::size_t kFewestCircuits = 4;

double median(const std::vector<double>& values) { return quartiles_of(values).median; }

// e_p, E_up, E_down of U_en with these weights.
std::array<double, 3> powers_of(const fit::Model& model, const RegisterCell<double>& cell) {
  const std::vector<double> parameters = fit::cell_parameters(model.spec(), model.weights());
  const BipartiteUnitary u = matrix_of(cell, parameters, step_unitaries(cell.options()).front());
  const PowerOptions search{.starts = kStarts};
  return {average_power(u), entangling_power(u, search).value, disentangling_power(u, search).value};
}

// What a suite judges by.
struct Judged {
  std::map<std::string, std::string> metrics;  // by the name of the data
  bool scaled = false;
};

Judged judged_in(const fs::path& folder) {
  const fs::path file = folder / "suite.json";
  std::error_code ignored;
  require(fs::exists(file, ignored), "'{}' holds no suite: run one with `ebit suite FILE -o {}`",
          folder.string(), folder.string());
  Judged judged{.metrics = {}};
  use_json(file, "run the suite again", [&](const Json& json) {
    require(json.contains("results"), "'{}' is of a suite that has no results yet: run it again",
            file.string());
    judged.scaled = json.value("scaled", false);
    for (const Json& row : json.at("results")) judged.metrics[row.at("data")] = row.at("metric");
  });
  return judged;
}

// That metric of a run's judged part, less being better.
double error_in(const fs::path& folder, const std::string& metric, bool scaled) {
  const fs::path file = folder / experiment::files::kMetrics;
  double error = std::nan("");
  use_json(file, "score the run again: ebit evaluate", [&](const Json& json) {
    const Json& scores = json.at("models").at(0).at("seeds").at(0).at("parts").at(
        json.at("judged").at("part").get<std::string>());
    const Json& value = scores.at(scaled && scores.contains("scaled") ? "scaled" : "values").at(metric);
    double sign = 1;
    for (const Json& row : json.at("metrics"))
      if (row.at("name") == metric && row.at("better") == "greater") sign = -1;
    if (value.is_number()) error = sign * value.get<double>();
  });
  return error;
}

struct ReadRun {
  StudiedRun run;
  int two_qubit = 0, angles = 0;
};

ReadRun read_run(const fs::path& folder, const std::string& metric, bool scaled) {
  ReadRun read;
  Config config = experiment::read_run_config(folder);
  const std::unique_ptr<experiment::Problem> problem = experiment::make_problem(config);
  const experiment::Job job = experiment::jobs_of(config, folder).front();
  const std::unique_ptr<fit::Model> start = experiment::model_of(job, *problem, config);
  const auto* const cell_options = std::get_if<CellOptions>(&start->spec().core);
  const auto* const options = cell_options ? std::get_if<RegisterOptions>(cell_options) : nullptr;
  require(options != nullptr, "{} is no register cell", config.model.name);
  const RegisterCell<double> cell(*options);
  const experiment::TrainedModel trained = experiment::load_trained(job, *problem, config);
  const auto at_start = powers_of(*start, cell), as_trained = powers_of(*trained.model, cell);
  for (std::size_t k = 0; k < 3; ++k)
    read.run.powers[k] = at_start[k], read.run.powers[k + 3] = as_trained[k];
  read.run.error = error_in(folder, metric, scaled);
  for (const Operation& operation : cell.u_en().operations())
    read.two_qubit += gate(operation.gate).wires == 2;
  read.angles = cell.u_en().shared_parameters();
  read.run.powers.back() = read.angles;
  return read;
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.is_directory()) all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

// x and y of a task: medians over the drawn seeds of the drawn circuits.
double correlation_of(const std::vector<StudiedCircuit>& circuits, std::size_t task, std::size_t power,
                      const std::vector<std::size_t>& drawn, Random* random) {
  std::vector<double> x, y;
  for (const std::size_t c : drawn) {
    const std::vector<StudiedRun>& runs = circuits[c].tasks[task].runs;
    std::vector<double> powers, errors;
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const StudiedRun& run = runs[random == nullptr ? k : random->below(runs.size())];
      powers.push_back(run.powers[power]), errors.push_back(run.error);
    }
    x.push_back(median(powers)), y.push_back(median(errors));
  }
  return rank_correlation(x, y);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values)
    if (std::isfinite(value)) sum += value, ++count;
  return count == 0 ? std::nan("") : sum / static_cast<double>(count);
}

// The value at a share of the sorted finite ones.
double quantile(std::vector<double> values, double share) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (values.empty()) return std::nan("");
  std::ranges::sort(values);
  const double place = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return std::lerp(values[low], values[high], place - std::floor(place));
}

}  // namespace

std::vector<std::array<Correlation, kPowers>> rank_correlations(const std::vector<StudiedCircuit>& circuits,
                                                                int samples, std::uint64_t seed) {
  const std::size_t tasks = circuits.front().tasks.size();
  std::vector<std::array<Correlation, kPowers>> all(tasks + 1);
  std::vector<std::size_t> every(circuits.size());
  for (std::size_t c = 0; c < every.size(); ++c) every[c] = c;
  for (std::size_t power = 0; power < kPowers; ++power) {
    std::vector<std::vector<double>> drawn(tasks + 1);
    std::vector<double> values;
    for (std::size_t t = 0; t < tasks; ++t) {
      values.push_back(correlation_of(circuits, t, power, every, nullptr));
      all[t][power].value = values.back();
    }
    all[tasks][power].value = mean(values);
    for (int sample = 0; sample < samples; ++sample) {
      Random random(seed, static_cast<std::uint64_t>(sample));
      std::vector<std::size_t> some(circuits.size());
      for (std::size_t& c : some) c = random.below(circuits.size());
      values.clear();
      for (std::size_t t = 0; t < tasks; ++t)
        values.push_back(correlation_of(circuits, t, power, some, &random)),
            drawn[t].push_back(values.back());
      drawn[tasks].push_back(mean(values));
    }
    for (std::size_t t = 0; t <= tasks; ++t)
      all[t][power].low = quantile(drawn[t], 0.025), all[t][power].high = quantile(drawn[t], 0.975);
  }
  return all;
}

PowerStudy study_power(const std::vector<fs::path>& folders, const std::string& only, int samples,
                       std::uint64_t seed) {
  PowerStudy study;
  std::map<std::string, std::map<std::string, std::vector<ReadRun>>> found;  // [circuit][task]
  std::vector<std::string> order;
  for (const fs::path& folder : folders) {
    const Judged judged = judged_in(folder);
    std::error_code ignored;
    for (const fs::path& data : folders_in(folder)) {
      const auto known = judged.metrics.find(data.filename().string());
      if (known == judged.metrics.end()) continue;  // such as the folder of plots
      const std::string& metric = known->second;
      for (const fs::path& run : folders_in(data)) {
        if (!experiment::is_run_folder(run) || !fs::exists(run / experiment::files::kMetrics, ignored))
          continue;
        const std::string name = run.filename().string(), circuit = name.substr(0, name.rfind('-'));
        if (circuit.find(only) == std::string::npos) continue;
        const std::string task = fmt::format(
            "{}/{}", fs::absolute(folder).lexically_normal().filename().string(), data.filename().string());
        try {
          found[circuit][task].push_back(read_run(run, metric, judged.scaled));
        } catch (const Error& error) {
          study.notes.push_back(fmt::format("{}/{}: {}", data.filename().string(), name, error.what()));
          continue;
        }
        if (!std::ranges::count(study.tasks, task)) {
          study.tasks.push_back(task);
          study.metrics.push_back(metric);
        }
        if (!std::ranges::count(order, circuit)) order.push_back(circuit);
      }
    }
  }
  for (const std::string& name : order) {
    auto& tasks = found[name];
    if (tasks.size() != study.tasks.size()) {
      study.notes.push_back(fmt::format("{} was not trained on every task and is left out", name));
      continue;
    }
    const ReadRun& any = tasks.begin()->second.front();
    StudiedCircuit circuit{.name = name, .two_qubit = any.two_qubit, .angles = any.angles, .tasks = {}};
    for (const std::string& task : study.tasks) {
      circuit.tasks.emplace_back();
      for (const ReadRun& read : tasks[task]) circuit.tasks.back().runs.push_back(read.run);
    }
    study.circuits.push_back(std::move(circuit));
  }
  require(study.circuits.size() >= kFewestCircuits,
          "{} circuits were trained on every task of these folders: a rank correlation needs at least {}",
          study.circuits.size(), kFewestCircuits);
  study.rank = rank_correlations(study.circuits, samples, seed);
  return study;
}

namespace {

double median_power(const StudiedCircuit& circuit, std::size_t power) {
  std::vector<double> all;
  for (const StudiedCell& task : circuit.tasks)
    for (const StudiedRun& run : task.runs) all.push_back(run.powers[power]);
  return median(all);
}

double median_error(const StudiedCircuit& circuit, std::size_t task) {
  std::vector<double> all;
  for (const StudiedRun& run : circuit.tasks[task].runs) all.push_back(run.error);
  return median(all);
}

double median_power(const StudiedCircuit& circuit, std::size_t task, std::size_t power) {
  std::vector<double> all;
  for (const StudiedRun& run : circuit.tasks[task].runs) all.push_back(run.powers[power]);
  return median(all);
}

}  // namespace

TextTable circuits_table(const PowerStudy& study) {
  TextTable table{.title = "Circuits: powers of U_en and errors, medians over seeds",
                  .columns = {{"circuit", false}, {"two-wire gates"}, {"angles"}},
                  .rows = {},
                  .best_row = {},
                  .notes = {}};
  for (std::size_t k = 0; k + 1 < kPowers; ++k) table.columns.push_back({std::string(kStudiedPowers[k])});
  for (std::size_t t = 0; t < study.tasks.size(); ++t)
    table.columns.push_back({fmt::format("{} ({})", study.tasks[t], study.metrics[t])});
  for (const StudiedCircuit& circuit : study.circuits) {
    std::vector<std::string> row = {circuit.name, std::to_string(circuit.two_qubit),
                                    std::to_string(circuit.angles)};
    for (std::size_t k = 0; k + 1 < kPowers; ++k) row.push_back(table_number(median_power(circuit, k), 3));
    for (std::size_t t = 0; t < study.tasks.size(); ++t)
      row.push_back(table_number(std::abs(median_error(circuit, t))));
    table.rows.push_back(std::move(row));
  }
  table.notes = {"E_up and E_down over states without ancillas: lower bounds, each reached by a state"};
  for (const std::string& note : study.notes) table.notes.push_back(note);
  return table;
}

TextTable correlations_table(const PowerStudy& study) {
  TextTable table{
      .title = "Rank correlation of power and error over circuits: below 0, more power goes with less error",
      .columns = {{"task", false}, {"power", false}, {"rank correlation"}, {"95 % from"}, {"to"}},
      .rows = {},
      .best_row = {},
      .notes = {}};
  for (std::size_t t = 0; t < study.rank.size(); ++t)
    for (std::size_t k = 0; k < kPowers; ++k) {
      const Correlation& c = study.rank[t][k];
      table.rows.push_back({t < study.tasks.size() ? study.tasks[t] : "mean of all",
                            std::string(kStudiedPowers[k]), table_number(c.value, 2), table_number(c.low, 2),
                            table_number(c.high, 2)});
    }
  table.notes = {
      fmt::format("{} circuits; medians over seeds; percentile bootstrap over circuits and their seeds",
                  study.circuits.size())};
  return table;
}

Sheet power_figure(const PowerStudy& study, std::size_t power) {
  Sheet sheet{.title = fmt::format("Error over {}: a dot for each circuit", kStudiedPowers[power]),
              .column_shares = {1, 1},
              .panels = {}};
  for (std::size_t t = 0; t < study.tasks.size(); ++t) {
    Figure figure{
        .title = study.tasks[t], .x_label = std::string(kStudiedPowers[power]), .y_label = study.metrics[t]};
    figure.height = 260;
    PlotSeries dots{.label = "", .style = PlotStyle::kPoints, .color = PlotColor::kBlue};
    for (const StudiedCircuit& circuit : study.circuits)
      dots.x.push_back(median_power(circuit, t, power)), dots.y.push_back(std::abs(median_error(circuit, t)));
    figure.series.push_back(std::move(dots));
    sheet.panels.push_back(std::move(figure));
  }
  return sheet;
}

Json study_json(const PowerStudy& study) {
  Json json = {{"tasks", study.tasks},      {"metrics", study.metrics},      {"powers", kStudiedPowers},
               {"circuits", Json::array()}, {"correlations", Json::array()}, {"notes", study.notes}};
  for (const StudiedCircuit& circuit : study.circuits) {
    Json row = {{"name", circuit.name}, {"two_wire_gates", circuit.two_qubit}, {"angles", circuit.angles}};
    for (std::size_t t = 0; t < study.tasks.size(); ++t) {
      Json runs = Json::array();
      for (const StudiedRun& run : circuit.tasks[t].runs)
        runs.push_back({{"powers", run.powers}, {"error", experiment::number(run.error)}});
      row["runs"][study.tasks[t]] = std::move(runs);
    }
    json["circuits"].push_back(std::move(row));
  }
  for (std::size_t t = 0; t < study.rank.size(); ++t)
    for (std::size_t k = 0; k < kPowers; ++k)
      json["correlations"].push_back({{"task", t < study.tasks.size() ? study.tasks[t] : "mean"},
                                      {"power", kStudiedPowers[k]},
                                      {"value", experiment::number(study.rank[t][k].value)},
                                      {"low", experiment::number(study.rank[t][k].low)},
                                      {"high", experiment::number(study.rank[t][k].high)}});
  return json;
}

}  // namespace ebit::analysis
