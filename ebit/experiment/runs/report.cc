// The part of run.h that draws the plots and writes the page of a run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/experiment/runs/entropy_track.h"
#include "ebit/experiment/runs/noise_section.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/show_exhibit.h"
#include "ebit/experiment/runs/training_figures.h"
#include "ebit/report/figures.h"
#include "ebit/report/progress.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

// The judged metric and one that says something else: the first that counts the other way, where one does.
std::vector<std::size_t> headline_metrics(const Results& results) {
  const std::size_t judged = results.judged_metric;
  if (results.metrics.size() < 2) return {judged};
  const auto counts_otherwise = [&](const MetricName& metric) {
    return metric.greater_is_better != results.metrics[judged].greater_is_better;
  };
  const auto other = std::ranges::find_if(results.metrics, counts_otherwise);
  if (other == results.metrics.end()) return {judged, judged == 0 ? 1u : 0u};
  return {judged, static_cast<std::size_t>(other - results.metrics.begin())};
}

std::vector<HeadlineNumber> headlines(const Results& results, std::size_t part) {
  const ModelResult& model = results.models[0];
  std::vector<HeadlineNumber> numbers;
  for (const std::size_t m : headline_metrics(results)) {
    const MeanSpread value = over_seeds(model, part, m);
    HeadlineNumber headline{table_spread(value.mean, value.spread, 3),
                            fmt::format("{} {}", kPartNames[part], results.metrics[m].name), ""};
    for (const ModelResult& other : results.models) {
      const double level = other.role == Role::kReference ? over_seeds(other, part, m).mean : NAN;
      if (std::isnan(level)) continue;
      headline.hint = fmt::format("{}: {}", other.name, table_number(level, 3));
      break;
    }
    numbers.push_back(std::move(headline));
  }
  const NumberCounts& counts = model.counts;
  std::string kinds = fmt::format("{} quantum + {} classical", counts.quantum, counts.classical);
  if (counts.frozen > 0) kinds += fmt::format(", {} frozen", counts.frozen);
  numbers.push_back({std::to_string(counts.trained()), "trained parameters", kinds});
  numbers.push_back(
      {duration_text(mean_seconds(model)), "training time", model.seeds.size() > 1 ? "a seed" : ""});
  return numbers;
}

// What the model does not beat must be seen; what it beats is worth a note.
void add_verdicts(Page& page, const Results& results) {
  std::vector<std::string> beaten;
  std::string lost;
  for (const std::string& line : results.verdicts) {
    if (line.find(" beats ") != std::string::npos)
      beaten.push_back(line);
    else
      lost += (lost.empty() ? "" : "; ") + line;
  }
  if (!lost.empty()) page.warning(lost + ".");
  for (const std::string& line : beaten) page.note(line + ".");
  for (const std::string& note : results.notes) page.note(note);
}

Exhibit comparison(const Results& results, std::size_t part) {
  const MetricName& judged = results.metrics[results.judged_metric];
  std::vector<ComparedModel> bars;
  for (const ModelResult& model : results.models) {
    const MeanSpread value = over_seeds(model, part, results.judged_metric);
    bars.push_back({.name = model.role == Role::kReference
                                ? model.name
                                : fmt::format("{} ({} parameters)", model.name, model.counts.trained()),
                    .value = value.mean,
                    .spread = value.spread,
                    .highlight = model.role == Role::kModel});
  }
  return exhibit_of("comparison",
                    comparison_figure(bars, fmt::format("On the {} part", kPartNames[part]), judged.name),
                    fmt::format("{} on the {} part{}; {} is better.", judged.name, kPartNames[part],
                                !results.series.empty()   ? ", the mean over the series"
                                : results.targets.empty() ? ""
                                                          : ", in the data's units",
                                judged.greater_is_better ? "more" : "less"));
}

void add_results(Page& page, const RunResult& result, std::size_t judged) {
  const Results& results = result.results;
  page.section("Results");
  for (std::size_t part = kPartNames.size(); part-- > 0;) {
    if (values_of_seeds(results.models[0], part, 0).empty()) continue;
    TextTable table = result_table(results, part);
    table.notes.resize(table.notes.size() - results.verdicts.size());  // these stand above already
    page.table(table);
  }
  show(comparison(results, judged), result.folder, page);
  if (const std::optional<TextTable> steps = step_table(results, judged)) {
    show(exhibit_of("steps", step_figure(results, judged),
                    "Of each step ahead, over the windows of the part."),
         result.folder, page);
    page.table(*steps);
  }
  constexpr std::size_t kMostSeries = 100;
  if (!results.series.empty()) page.table(series_table(results, judged, kMostSeries));
}

void add_predictions(Page& page, const RunResult& result) {
  std::vector<const Scores*> seeds;
  for (const SeedResult& seed : result.results.models[0].seeds) seeds.push_back(&seed.scores);
  const std::vector<Exhibit> together = result.problem->exhibits(seeds);
  const std::vector<Exhibit>& first = seeds.front()->exhibits;
  if (together.empty() && first.empty()) return;
  page.section("Predictions");
  for (const Exhibit& exhibit : together) show(exhibit, result.folder, page);
  for (const Exhibit& exhibit : first) show(exhibit, result.folder, page);
}

// The samples of --track-entropy, of all seeds together.
std::vector<Exhibit> tracked_entropy(const RunResult& result) {
  std::vector<std::vector<EntropySample>> seeds;
  for (const Job& job : jobs_of(result.config, result.folder)) {
    if (job.baseline) continue;
    std::vector<EntropySample> samples = read_entropy_csv(job.folder / files::kEntropy);
    if (!samples.empty()) seeds.push_back(std::move(samples));
  }
  if (seeds.empty()) return {};
  const bool mixed = find_hidden_update<double>(result.config.model.reg.hidden).memory == Memory::kMixture;
  return {exhibit_of("entropy", training_figure(seeds, mixed),
                     "Means over sequences and steps; dashes: the most in one step. ebit inspect shows more "
                     "of the memory.")};
}

void add_training(Page& page, const RunResult& result) {
  page.section("Training");
  for (const std::vector<Exhibit>& exhibits :
       {loss_exhibits(result.results), entropy_exhibits(result.results, result.config.model),
        tracked_entropy(result)}) {
    for (const Exhibit& exhibit : exhibits) show(exhibit, result.folder, page);
  }
}

// What the last `ebit forecast` drew, unless the model has been trained on since.
void add_forecast(Page& page, const RunResult& result) {
  const fs::path plots = result.folder / files::kPlots;
  std::error_code ignored;
  std::vector<fs::path> drawn;
  for (const auto& entry : fs::directory_iterator(plots, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("forecast") && name.ends_with(".svg") &&
        fs::last_write_time(entry.path(), ignored) >=
            fs::last_write_time(result.folder / files::kBest, ignored))
      drawn.push_back(entry.path());
  }
  if (drawn.empty()) return;
  std::ranges::sort(drawn);
  page.section("Forecast");
  for (const fs::path& path : drawn)
    page.svg(read_file(path),
             fmt::format("Of the last ebit forecast; {} has its numbers.", files::kForecast));
}

void add_facts(Page& page, const RunResult& result) {
  const ModelResult& model = result.results.models[0];
  const fit::TrainOptions& train = result.config.train;
  std::string seeds;
  for (const SeedResult& seed : model.seeds)
    seeds += fmt::format("{}{} ({} after {} epochs, weights of epoch {})", seeds.empty() ? "" : "; ",
                         seed.seed, seed.end, seed.epochs, seed.best_epoch);
  std::vector<std::pair<std::string, std::string>> facts = {{"model", model.summary}};
  for (auto& fact : result.problem->facts()) facts.push_back(std::move(fact));
  facts.emplace_back("training",
                     fmt::format("{}, learning rate {}, batch {}, loss: {}", train.optimizer,
                                 train.optimizer_options.lr, train.batch, result.results.loss_name));
  facts.emplace_back("seeds", seeds);
  page.section("The run");
  page.facts(facts);
  page.folded_code("All settings (config.toml)", to_toml(result.config));
}

}  // namespace

void write_report(const RunResult& result) {
  const Results& results = result.results;
  require(!results.models.empty(), "'{}' has no results to report", result.folder.string());
  const std::size_t judged = judged_part(results);
  Page page(fmt::format("{} on {}", results.models[0].name, data_name(result.config)), results.description);
  page.headlines(headlines(results, judged));
  add_verdicts(page, results);
  add_results(page, result, judged);
  add_predictions(page, result);
  add_forecast(page, result);
  add_training(page, result);
  add_noise(page, result);
  add_facts(page, result);
  page.footer("Written by ebit.");
  page.write(result.folder / files::kReport);
}

}  // namespace ebit::experiment
