#include "ebit/experiment/problems/forecast_problem.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/ranges.h>

#include "ebit/base/error.h"
#include "ebit/data/baseline.h"
#include "ebit/data/conformal.h"
#include "ebit/data/included.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/problems/forecast_exhibits.h"
#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/experiment/problems/panel_problem.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/fit/losses.h"
#include "ebit/fit/windows_examples.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The columns of a series that bear these names.
std::vector<std::size_t> columns_of(const Series& series, const std::vector<std::string>& names) {
  std::vector<std::size_t> columns;
  for (const std::string& name : names)
    columns.push_back(static_cast<std::size_t>(std::ranges::find(series.names, name) - series.names.begin()));
  return columns;
}

}  // namespace

ForecastProblem::ForecastProblem(Config& config) : ForecastProblem(config, prepare_dataset(config)) {}

ForecastProblem::ForecastProblem(const Config& config, Dataset dataset)
    : config_(config), dataset_(std::move(dataset)) {
  require(dataset_.train.count > 0, "there is no training window");
  fit::find_loss(config.train.loss);
  if (config.train.loss == fit::kQuantileLoss) {
    fit::check_levels(config.train.quantiles);
    require(
        !solved_at_once(config),
        "--loss quantile has no effect on {}: it is solved in closed form, which minimises squared errors",
        config.model.name);
  }
  require(config.output.interval >= 0 && config.output.interval < 1,
          "--interval must be 0 (none) or more and below 1, not {}", config.output.interval);
  // What a reference cannot be made of is told before anything is trained.
  for (const std::string& name : config.baselines.which)
    if (const Baseline* const row = find_baseline(name); row && row->fit)
      fitted_[name] = fit_baseline(*row, dataset_, std::max(1, config.baselines.season));
}

ForecastProblem::ForecastProblem(const Config& config, Series series, const std::string& fitted,
                                 const std::string& where)
    : config_(config), dataset_(fitted_dataset(fitted, where)), foreign_(true) {
  const Windows windows = windows_of(series, dataset_);
  series = as_fitted(series, dataset_);
  check_inputs(config, windows, dataset_, series);
  dataset_.series = std::move(series);
  dataset_.test = windows;
  // windows_of() found the columns by name; from here on they count in the new series.
  dataset_.target_columns = columns_of(dataset_.series, dataset_.options.targets);
  dataset_.feature_columns = columns_of(dataset_.series, dataset_.options.features);
  // The scalers of the training, in the order of the new columns.
  std::vector<Scaler> scalers(dataset_.series.names.size(), dataset_.scalers[0][0]);
  const Dataset old = fitted_dataset(fitted, where);
  for (std::size_t c = 0; c < old.series.names.size(); ++c) {
    const auto place = std::ranges::find(dataset_.series.names, old.series.names[c]);
    if (place != dataset_.series.names.end())
      scalers[static_cast<std::size_t>(place - dataset_.series.names.begin())] = old.scalers[0][c];
  }
  dataset_.scalers = {std::move(scalers)};
}

ForecastProblem::ForecastProblem(const Config& config, const std::string& fitted, const std::string& where)
    : config_(config), dataset_(fitted_dataset(fitted, where)), foreign_(true) {}

const Windows& ForecastProblem::windows(std::size_t part) const {
  return part == 0 ? dataset_.train : part == 1 ? dataset_.validation : dataset_.test;
}

std::string ForecastProblem::description() const {
  return fmt::format("{}: {} rows; {} training, {} validation, {} test windows of {} steps",
                     dataset_.series.source, dataset_.series.rows(), dataset_.train.count,
                     dataset_.validation.count, dataset_.test.count, dataset_.options.window);
}

std::vector<std::string> ForecastProblem::notes() const {
  std::vector<std::string> notes = dataset_.series.warnings;
  for (const std::string& name : config_.baselines.which)
    if (const Baseline* const row = find_baseline(name); foreign_ && row && row->fit)
      notes.push_back(
          fmt::format("{} is left out: it is fitted on a training part, and these data have none", name));
  if (foreign_) notes.emplace_back(kNoTrainingPart);
  std::ranges::move(season_notes(), std::back_inserter(notes));
  // On the page it stands in any case; who asked for intervals is told.
  if (const std::string why = no_intervals(); !why.empty() && config_.given.contains("output.interval"))
    notes.push_back("no prediction intervals: " + why);
  return notes;
}

// What must be said of a season that the data are too short for.
std::vector<std::string> ForecastProblem::season_notes() const {
  const int season = config_.baselines.season;
  std::vector<std::string> notes;
  if (season <= 1) return notes;
  if (!foreign_ && std::isnan(training_naive_mae(dataset_, 0, season)))
    notes.push_back(
        fmt::format("MASE is not defined: the training part has no rows a season of {} apart; a smaller "
                    "--season, or a larger "
                    "--train, would have",
                    season));
  for (const std::string& name : config_.baselines.which) {
    const Baseline* const row = find_baseline(name);
    if (row == nullptr || !row->needs_season || row->fit) continue;
    std::vector<std::string_view> none;  // parts without any forecast; of the training part that is no wonder
    for (std::size_t part = 1; part < kPartNames.size(); ++part) {
      const Windows& own = windows(part);
      if (own.count == 0) continue;
      const std::vector<double> said = baseline_forecast(name, dataset_, own, season);
      const auto without =
          static_cast<std::size_t>(std::ranges::count_if(said, [](double v) { return std::isnan(v); }));
      if (without == said.size()) none.push_back(kPartNames[part]);
      if (without == said.size() || without == 0) continue;
      notes.push_back(fmt::format(
          "{} is scored on {} of {} {} rows: the others have none a season of {} before them, so "
          "its scores are not of the same rows as the model's",
          name, (said.size() - without) / (said.size() / own.count), own.count, kPartNames[part], season));
    }
    if (!none.empty())
      notes.push_back(
          fmt::format("{} is left out of the {} part: no row of it has one a season of {} before it", name,
                      fmt::join(none, " and the "), season));
  }
  return notes;
}

std::string ForecastProblem::no_intervals() const {
  const double level = config_.output.interval;
  if (level <= 0 || foreign_ || windows(2).count == 0 || windows(1).count >= fewest_errors(level)) return {};
  return fmt::format("{:g} % take {} validation windows, and there are {}", 100 * level, fewest_errors(level),
                     windows(1).count);
}

std::string ForecastProblem::loss_name() const { return fmt::format("{} (scaled)", config_.train.loss); }

std::vector<MetricName> ForecastProblem::metrics() const {
  std::vector<MetricName> names;
  for (const Metric& row : metric_table()) names.push_back({std::string(row.name), row.higher_is_better});
  return names;
}

std::size_t ForecastProblem::judged_metric() const { return metric_index("RMSE"); }

std::vector<Reference> ForecastProblem::references() const {
  std::vector<Reference> references;
  const int season = config_.baselines.season;
  for (const std::string& name : config_.baselines.which) {
    const Baseline* const row = find_baseline(name);
    // Without a season the seasonal forecast is persistence again.
    if (row == nullptr || (row->needs_season && season <= 1)) continue;
    const auto fitted = fitted_.find(name);
    if (row->fit && fitted == fitted_.end()) continue;  // there is no training part; see notes()
    Reference reference{name, std::string(row->help), {}, kNaN};
    if (row->fit) reference.summary += ": " + fitted->second.remark;
    if (row->needs_season) reference.summary += fmt::format(", season {}", season);
    for (std::size_t part = 0; part < kPartNames.size(); ++part) {
      if (windows(part).count == 0) continue;
      std::vector<double>& predictions = reference.scores.predictions[part];
      predictions = row->fit ? forecasts_of(fitted->second, windows(part))
                             : baseline_forecast(name, dataset_, windows(part), std::max(1, season));
      if (std::ranges::all_of(predictions, [](double v) { return std::isnan(v); })) {
        predictions.clear();  // nothing to repeat; see notes()
        continue;
      }
      reference.scores.parts[part] = score(part, predictions, /*partial=*/true);
    }
    if (!foreign_) add_intervals(reference.scores, dataset_, config_.output.interval, {});
    if (std::ranges::none_of(reference.scores.parts, [](const auto& scores) { return scores.has_value(); }))
      continue;
    references.push_back(std::move(reference));
  }
  return references;
}

fit::InputSpec ForecastProblem::input() const {
  return {.vocabulary = 0,
          .width = static_cast<int>(dataset_.feature_columns.size()),
          .steps = dataset_.options.window};
}

fit::HeadSpec ForecastProblem::head() const {
  fit::HeadSpec head{.answer = fit::Answer::kNumbers,
                     .outputs = static_cast<int>(dataset_.options.steps() * dataset_.target_columns.size())};
  if (config_.train.loss == fit::kQuantileLoss) {
    head.quantiles = config_.train.quantiles;
    head.outputs *= static_cast<int>(head.quantiles.size());
  }
  return head;
}

std::vector<fit::Batch> ForecastProblem::batches(int pass, std::uint64_t seed) const {
  const DatasetOptions& o = dataset_.options;
  // What is solved at once gains nothing by many short streams.
  const int streams = solved_at_once(config_) ? 1 : config_.train.batch;
  return config_.model.stateful
             ? fit::stream_batches(dataset_.train, o.window, o.stride, streams, false).batches
             : fit::epoch_batches(dataset_.train.count, config_.train.batch, config_.train.shuffle, seed,
                                  pass);
}

const fit::Examples& ForecastProblem::examples(const fit::Batch& batch) {
  fit::fill(dataset_.train, batch, batch_);
  batch_.goes_on = config_.model.stateful;
  return batch_;
}

fit::Validation ForecastProblem::validate(fit::Model& model, std::uint64_t seed) const {
  const std::vector<double> said = fit::predict(model, dataset_.validation, config_.model.stateful,
                                                dataset_.options.stride, seed, fit::kValidationPart);
  return {model.mean_loss(config_.train.loss, said, dataset_.validation.y), {}};
}

fit::Examples ForecastProblem::sequences(std::size_t part, std::size_t most) const {
  const Windows& all = windows(part);
  fit::Examples examples;
  if (all.count > 0)
    fit::fill(all, config_.model.stateful ? following(all, most) : spread_over(all.count, most), examples);
  return examples;
}

Scores ForecastProblem::scores(fit::Model& model, std::uint64_t seed, bool) const {
  return scores_of_parts(model, seed, kPartNames.size());
}

Scores ForecastProblem::scores_before_test(fit::Model& model, std::uint64_t seed) const {
  return scores_of_parts(model, seed, 2);
}

// The first `count` parts. Of quantiles the median is what the metrics are of.
Scores ForecastProblem::scores_of_parts(fit::Model& model, std::uint64_t seed, std::size_t count) const {
  std::array<std::vector<double>, 3> said;
  for (std::size_t part = 0; part < count; ++part)
    if (windows(part).count > 0)
      // Other data are seen with the scalers, and drawn for as the first part, of the training.
      said[part] = fit::predict(model, windows(part), config_.model.stateful, dataset_.options.stride, seed,
                                foreign_ ? 0 : part);
  return judged(said, model.spec().head.quantiles);
}

Scores ForecastProblem::judged(std::span<const std::vector<double>> scaled,
                               const std::vector<double>& levels) const {
  Scores scores;
  for (std::size_t part = 0; part < scaled.size(); ++part) {
    if (scaled[part].empty()) continue;
    const auto original = [&](const std::vector<double>& said) {
      return unscaled(dataset_, foreign_ ? 0 : part, windows(part), said);
    };
    if (levels.empty()) {
      scores.predictions[part] = original(scaled[part]);
      scores.parts[part] = score(part, scores.predictions[part]);
      continue;
    }
    const QuantileArrays quantiles = quantile_arrays(scaled[part], levels.size());
    for (const std::vector<double>& own : quantiles.of_level) scores.quantiles[part].push_back(original(own));
    scores.predictions[part] = scores.quantiles[part][median_of(levels)];
    scores.parts[part] = score(part, scores.predictions[part]);
    scores.parts[part]->quantiles = score_quantiles(levels, scores.quantiles[part],
                                                    true_values(dataset_, windows(part)), quantiles.crossed);
  }
  if (!foreign_ || !levels.empty())
    add_intervals(scores, dataset_, foreign_ ? 0 : config_.output.interval, levels);
  return scores;
}

// The first windows that follow each other: every (window / stride)-th begins where the one before ends.
fit::Batch ForecastProblem::following(const Windows& windows, std::size_t most) const {
  const auto stride = static_cast<std::size_t>(dataset_.options.stride);
  const std::size_t apart = std::max<std::size_t>(1, windows.steps / stride);
  fit::Batch chosen;
  for (std::size_t k = 0; k < windows.count && (most == 0 || chosen.size() < most); k += apart)
    chosen.push_back(static_cast<std::int64_t>(k));
  return chosen;
}

PartScores ForecastProblem::score(std::size_t part, const std::vector<double>& predictions,
                                  bool partial) const {
  ScoredPart scored{
      .dataset = dataset_, .windows = windows(part), .scalers = foreign_ ? 0 : part, .naive = {}};
  // Without training rows (other data) there is no naive forecast to compare with, and MASE is undefined.
  for (std::size_t o = 0; o < dataset_.target_columns.size(); ++o)
    scored.naive.push_back(foreign_ ? kNaN : training_naive_mae(dataset_, o, config_.baselines.season));
  return score_part(scored, predictions, partial);
}

std::vector<Exhibit> ForecastProblem::exhibits(std::span<const Scores* const> seeds) const {
  return forecast_exhibits(dataset_, seeds);
}

std::vector<std::pair<std::string, std::string>> ForecastProblem::facts() const {
  const DatasetOptions& o = dataset_.options;
  std::vector<std::pair<std::string, std::string>> facts = {
      {"predicted",
       fmt::format("{}, {} step{} after a window of {}", fmt::join(o.targets, ", "),
                   o.steps() > 1 ? fmt::format("{} to {}", o.first(), o.horizon) : std::to_string(o.horizon),
                   o.horizon == 1 ? "" : "s", o.window)},
      {"split", o.split},
      {"scaler", fmt::format("{}, fitted on: {}", o.scaler, o.scale_on)}};
  if (!o.transform.empty()) facts.emplace_back("transform", fmt::format("{}", fmt::join(o.transform, ", ")));
  if (const std::string why = no_intervals(); !why.empty())
    facts.emplace_back("prediction intervals", "none: " + why);
  if (const IncludedSet* set = find_included(config_.data.file))
    facts.emplace_back("data credit", fmt::format("{} ({})", set->credit, set->licence));
  return facts;
}

// One line a window, with several steps ahead one a step, parts in order of time; truth and prediction of
// every target, and its quantiles and the ends of its interval (on the test part) where there are some.
std::string ForecastProblem::predictions_csv(const Scores& scores) const {
  const bool steps = dataset_.options.steps() > 1;
  const std::vector<double> none, &levels = scores.quantiles[0].empty() ? none : config_.train.quantiles;
  std::string text = steps ? "time,row,part,step" : "time,row,part";
  for (const std::string& target : dataset_.options.targets) {
    text += fmt::format(",{},{}", csv_cell(target + " truth"), csv_cell(target + " prediction"));
    for (const double level : levels)
      text += fmt::format(",{}", csv_cell(fmt::format("{} quantile {}", target, level)));
    if (scores.level > 0)
      text += fmt::format(",{},{}", csv_cell(target + " lower"), csv_cell(target + " upper"));
  }
  text += "\n";
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    const Windows& own = windows(part);
    if (scores.predictions[part].empty()) continue;  // not scored
    for (std::size_t k = 0; k < own.count * own.ahead; ++k) {
      const std::size_t row = own.row(k / own.ahead, k % own.ahead), targets = dataset_.target_columns.size();
      text += fmt::format("{},{},{}", csv_cell(dataset_.series.times[row]), row, kPartNames[part]);
      if (steps) text += fmt::format(",{}", dataset_.options.first() + k % own.ahead);
      for (std::size_t o = 0; o < targets; ++o) {
        text += fmt::format(",{},{}", dataset_.series.at(row, dataset_.target_columns[o]),
                            scores.predictions[part][k * targets + o]);
        for (std::size_t q = 0; q < levels.size(); ++q)
          text += fmt::format(",{}", scores.quantiles[part][q][k * targets + o]);
        if (scores.level <= 0) continue;
        const bool known = part == 2 && !scores.lower.empty() && !std::isnan(scores.lower[k * targets + o]);
        text += known ? fmt::format(",{},{}", scores.lower[k * targets + o], scores.upper[k * targets + o])
                      : ",,";
      }
      text += "\n";
    }
  }
  return text;
}

std::string ForecastProblem::fitted() const { return fitted_text(dataset_); }

std::uint64_t ForecastProblem::data_hash() const {
  DataHash hash;
  for (const Windows* part : {&dataset_.train, &dataset_.validation, &dataset_.test}) {
    hash.add(part->count);
    std::vector<double> x(part->steps * part->features);
    for (std::size_t i = 0; i < part->count; ++i) part->copy(i, x.data()), hash.add(x);
    hash.add(part->y);
  }
  // What decides the losses beside the options in the fingerprint.
  if (config_.train.loss == fit::kQuantileLoss) hash.add(config_.train.quantiles);
  return hash.value();
}

const ForecastProblem& require_forecast(const Problem& problem, std::string_view what) {
  require(dynamic_cast<const PanelProblem*>(&problem) == nullptr,
          "{} looks at one series, and these data are a panel (--id)", what);
  const auto* const forecast = dynamic_cast<const ForecastProblem*>(&problem);
  require(forecast != nullptr,
          "{} is for runs of a series (ebit train), and this run is of another problem: {}", what,
          problem.description());
  return *forecast;
}

std::unique_ptr<Problem> make_forecast(Config& config) {
  if (!config.data.series.id.empty()) return std::make_unique<PanelProblem>(config);
  return std::make_unique<ForecastProblem>(config);
}

}  // namespace ebit::experiment
