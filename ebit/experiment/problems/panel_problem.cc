#include "ebit/experiment/problems/panel_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/conformal.h"
#include "ebit/data/metrics.h"
#include "ebit/experiment/problems/forecast_scores.h"
#include "ebit/experiment/problems/numbers.h"
#include "ebit/experiment/problems/panel_exhibits.h"
#include "ebit/experiment/problems/panel_scores.h"
#include "ebit/experiment/problems/prepare.h"
#include "ebit/experiment/runs/run_folder.h"
#include "ebit/fit/windows_examples.h"
#include "ebit/settings/models.h"

namespace ebit::experiment {
namespace {

using nlohmann::json;

// Behind the others' windows; rows of different series are of no common count.
void append(Windows& all, const Windows& own) {
  const std::size_t rows = own.features == 0 ? 0 : all.rows.size() / own.features;
  all.steps = own.steps, all.features = own.features, all.outputs = own.outputs, all.ahead = own.ahead;
  all.count += own.count;
  all.rows.insert(all.rows.end(), own.rows.begin(), own.rows.end());
  for (const std::size_t first : own.first_row) all.first_row.push_back(rows + first);
  all.y.insert(all.y.end(), own.y.begin(), own.y.end());
  all.target_row.insert(all.target_row.end(), own.target_row.begin(), own.target_row.end());
}

}  // namespace

PanelProblem::PanelProblem(Config& config) : config_(config) {
  PreparedPanel panel = prepare_panel(config);
  id_ = std::move(panel.id), notes_ = std::move(panel.notes);
  for (Dataset& dataset : panel.series)
    series_.push_back(std::make_unique<ForecastProblem>(config, std::move(dataset)));
  pool();
}

PanelProblem::PanelProblem(const Config& config, Panel panel, const std::string& fitted,
                           const std::string& where)
    : config_(config), id_(panel.id), notes_(std::move(panel.warnings)) {
  const auto known = fitted_series(fitted, where);
  for (Series& series : panel.series) {
    const auto own = std::ranges::find(known, series.id, &std::pair<std::string, std::string>::first);
    if (own == known.end()) {
      const std::string why = fmt::format(
          "{}: the training did not have this series, so that nothing says how its values are scaled",
          series.source);
      require(config.data.series.unusable == "drop",
              "{}; train with it, or leave it out (a run with --unusable drop leaves it out)", why);
      notes_.push_back("left out: " + why);
      continue;
    }
    std::ranges::move(series.warnings, std::back_inserter(notes_));
    series.warnings.clear();
    series_.push_back(std::make_unique<ForecastProblem>(config, std::move(series), own->second, where));
  }
  require(!series_.empty(), "'{}' has none of the series that the run was trained on", config.data.file);
  pool();
}

void PanelProblem::pool() {
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    for (const auto& series : series_) {
      begin_[part].push_back(pooled_[part].count);
      append(pooled_[part], series->windows(part));
    }
    begin_[part].push_back(pooled_[part].count);
  }
}

std::vector<std::string> PanelProblem::names() const {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < count(); ++k) names.push_back(name(k));
  return names;
}

std::string PanelProblem::description() const {
  std::size_t rows = 0;
  for (const auto& series : series_) rows += series->dataset().series.rows();
  const std::string& source = series_[0]->dataset().series.source;
  return fmt::format("{}: {} series ({}), {} rows; {} training, {} validation, {} test windows of {} steps",
                     source.substr(0, source.find(", series '")), count(), id_, rows, pooled_[0].count,
                     pooled_[1].count, pooled_[2].count, series_[0]->dataset().options.window);
}

// Series whose naive forecast makes no error on the training part, or that have no season before it.
std::vector<std::size_t> PanelProblem::without_mase() const {
  std::vector<std::size_t> series;
  for (std::size_t k = 0; k < count(); ++k) {
    const Dataset& dataset = series_[k]->dataset();
    for (std::size_t o = 0; o < dataset.target_columns.size(); ++o)
      if (series_[k]->foreign() || !(training_naive_mae(dataset, o, config_.baselines.season) > 0)) {
        series.push_back(k);
        break;
      }
  }
  return series;
}

std::size_t PanelProblem::judged_metric() const {
  return metric_index(without_mase().size() < count() ? "MASE" : "RMSE");
}

std::string PanelProblem::no_intervals() const {
  const double level = config_.output.interval;
  if (level <= 0 || series_[0]->foreign() || pooled_[1].count >= fewest_errors(level)) return {};
  return fmt::format("{:g} % take {} validation windows, and all series together have {}", 100 * level,
                     fewest_errors(level), pooled_[1].count);
}

std::vector<std::string> PanelProblem::notes() const {
  std::vector<std::string> notes = notes_, single;
  std::size_t pooled = 0;
  for (const auto& series : series_) {
    for (const std::string& note : series->notes())
      if (!note.starts_with("MASE") && !note.starts_with("no prediction"))
        single.push_back(fmt::format("series '{}': {}", shown(series->dataset().series.id), note));
    pooled += !series->no_intervals().empty();
  }
  std::ranges::move(some_notes(std::move(single)), std::back_inserter(notes));
  const std::vector<std::size_t> undefined = without_mase();
  if (series_[0]->foreign())
    notes.emplace_back(kNoTrainingPart);
  else if (!undefined.empty())
    notes.push_back(fmt::format(
        "MASE is not defined for {} of {} series, the first '{}': their training parts have no rows a season "
        "of {} apart that differ; its means are of the others",
        undefined.size(), count(), shown(name(undefined[0])), config_.baselines.season));
  const double level = config_.output.interval;
  if (pooled > 0 && pooled_[1].count >= fewest_errors(level))
    notes.push_back(
        fmt::format("the prediction intervals of {} of {} series rest on the errors of all series, in scaled "
                    "units: their "
                    "own validation parts are too short",
                    pooled, count()));
  else if (pooled > 0 && config_.given.contains("output.interval"))
    notes.push_back("no prediction intervals: " + no_intervals());
  return notes;
}

std::vector<Reference> PanelProblem::references() const {
  std::vector<std::vector<Reference>> each;
  for (const auto& series : series_) each.push_back(series->references());
  std::vector<Reference> all;
  for (const std::string& name : config_.baselines.which) {
    Reference reference{name, {}, {}, std::nan("")};
    std::vector<Scores> scores(count());
    bool any = false;
    for (std::size_t k = 0; k < count(); ++k) {
      const auto own = std::ranges::find(each[k], name, &Reference::name);
      if (own == each[k].end()) continue;
      any = true;
      // What a fitted one became differs from series to series.
      reference.summary = own->summary.substr(0, own->summary.find(": "));
      scores[k] = std::move(own->scores);
    }
    if (!any) continue;
    reference.scores = together(std::move(scores));
    all.push_back(std::move(reference));
  }
  return all;
}

void PanelProblem::check_model(const Config& config) const {
  for (const auto& series : series_) series->check_model(config);
}

std::vector<fit::Batch> PanelProblem::batches(int pass, std::uint64_t seed) const {
  const fit::TrainOptions& train = config_.train;
  if (!config_.model.stateful)
    return fit::epoch_batches(pooled_[0].count, train.batch, train.shuffle, seed, pass);
  const int streams = solved_at_once(config_) ? 1 : train.batch;
  std::vector<fit::Batch> all;
  for (std::size_t k = 0; k < count(); ++k) {
    const DatasetOptions& o = series_[k]->dataset().options;
    for (fit::Batch batch :
         fit::stream_batches(series_[k]->windows(0), o.window, o.stride, streams, false).batches) {
      for (std::int64_t& window : batch) window += static_cast<std::int64_t>(begin_[0][k]);
      all.push_back(std::move(batch));
    }
  }
  return all;
}

const fit::Examples& PanelProblem::examples(const fit::Batch& batch) {
  fit::fill(pooled_[0], batch, batch_);
  // The first stream of a series begins with its first window, which no other batch has.
  batch_.goes_on = config_.model.stateful &&
                   std::ranges::find(begin_[0], static_cast<std::size_t>(batch.front())) == begin_[0].end();
  return batch_;
}

std::vector<double> PanelProblem::predict(fit::Model& model, std::size_t part, std::uint64_t seed) const {
  // Other data are drawn for as the first part of the training.
  const std::size_t draws = series_[0]->foreign() ? 0 : part;
  const int stride = series_[0]->dataset().options.stride;
  if (!config_.model.stateful) return fit::predict(model, pooled_[part], false, stride, seed, draws);
  std::vector<double> all;
  for (const auto& series : series_) {
    const std::vector<double> own = fit::predict(model, series->windows(part), true, stride, seed, draws);
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

fit::Validation PanelProblem::validate(fit::Model& model, std::uint64_t seed) const {
  return {model.mean_loss(config_.train.loss, predict(model, fit::kValidationPart, seed), pooled_[1].y), {}};
}

fit::Examples PanelProblem::sequences(std::size_t part, std::size_t most) const {
  if (config_.model.stateful) return series_[0]->sequences(part, most);
  fit::Examples examples;
  if (pooled_[part].count > 0) fit::fill(pooled_[part], spread_over(pooled_[part].count, most), examples);
  return examples;
}

Scores PanelProblem::scores(fit::Model& model, std::uint64_t seed, bool) const {
  return scores_of_parts(model, seed, kPartNames.size());
}

Scores PanelProblem::scores_before_test(fit::Model& model, std::uint64_t seed) const {
  return scores_of_parts(model, seed, 2);
}

Scores PanelProblem::scores_of_parts(fit::Model& model, std::uint64_t seed, std::size_t parts) const {
  std::array<std::vector<double>, 3> said;
  for (std::size_t part = 0; part < parts; ++part)
    if (pooled_[part].count > 0) said[part] = predict(model, part, seed);
  const std::vector<double>& levels = model.spec().head.quantiles;
  std::vector<Scores> each;
  for (std::size_t k = 0; k < count(); ++k) {
    std::array<std::vector<double>, 3> own;
    for (std::size_t part = 0; part < parts; ++part)
      if (!said[part].empty()) {
        const std::size_t numbers = said[part].size() / pooled_[part].count;  // of a window
        own[part] = slice(said[part], begin_[part][k] * numbers, begin_[part][k + 1] * numbers);
      }
    each.push_back(series_[k]->judged(own, levels));
  }
  return together(std::move(each));
}

// For series whose own errors are too few: those of all, in the units that the model sees.
void PanelProblem::add_pooled_intervals(std::vector<Scores>& each) const {
  const double level = config_.output.interval;
  if (level <= 0 || series_[0]->foreign()) return;
  // Of quantiles, those that were left as they are.
  const auto needs = [&](const Scores& scores) {
    return !scores.predictions[2].empty() && (scores.lower.empty() || scores.level != level);
  };
  if (std::ranges::none_of(each, needs)) return;
  const bool quantiles =
      std::ranges::any_of(each, [](const Scores& scores) { return !scores.quantiles[2].empty(); });
  const std::size_t columns = pooled_[0].outputs, targets = columns / pooled_[0].ahead;
  const auto scale = [&](std::size_t k, std::size_t column) {
    return std::abs(series_[k]->dataset().target_scaler(1, column % targets).scale);
  };
  std::vector<std::vector<double>> pooled(columns);
  for (std::size_t k = 0; k < count(); ++k) {
    if (each[k].predictions[1].empty()) continue;
    const auto errors = interval_errors(each[k], series_[k]->dataset());
    for (std::size_t c = 0; c < columns; ++c)
      for (const double error : errors[c]) pooled[c].push_back(error * scale(k, c));
  }
  std::vector<double> margins;  // [S O] scaled
  for (std::vector<double>& errors : pooled) {
    margins.push_back(interval_margin(std::move(errors), level, quantiles));
    if (std::isnan(margins.back())) return;
  }
  for (std::size_t k = 0; k < count(); ++k) {
    if (!needs(each[k])) continue;
    std::vector<double> own = margins;
    for (std::size_t c = 0; c < columns; ++c) own[c] /= scale(k, c);
    each[k].lower.clear(), each[k].upper.clear();
    give_intervals(each[k], series_[k]->dataset(), level, own);
  }
}

Scores PanelProblem::together(std::vector<Scores> each) const {
  add_pooled_intervals(each);
  std::array<std::vector<std::size_t>, 3> counts;  // numbers that each series predicts
  for (std::size_t part = 0; part < kPartNames.size(); ++part)
    for (std::size_t k = 0; k < count(); ++k)
      counts[part].push_back((begin_[part][k + 1] - begin_[part][k]) * pooled_[part].outputs);
  return join_scores(std::move(each), counts, without_mase());
}

Scores PanelProblem::of_series(const Scores& scores, std::size_t k) const {
  const std::size_t outputs = pooled_[0].outputs > 0 ? pooled_[0].outputs : pooled_[2].outputs;
  Scores own;
  const auto cut = [&](const std::vector<double>& all, std::size_t part) {
    return all.empty() ? std::vector<double>()
                       : slice(all, begin_[part][k] * outputs, begin_[part][k + 1] * outputs);
  };
  for (std::size_t part = 0; part < kPartNames.size(); ++part) {
    own.predictions[part] = cut(scores.predictions[part], part);
    for (const std::vector<double>& level : scores.quantiles[part])
      own.quantiles[part].push_back(cut(level, part));
  }
  own.level = scores.level, own.lower = cut(scores.lower, 2), own.upper = cut(scores.upper, 2);
  if (std::ranges::any_of(own.lower, [](double end) { return std::isnan(end); }))
    own.lower.clear(), own.upper.clear();
  return own;
}

std::vector<Exhibit> PanelProblem::exhibits(std::span<const Scores* const> seeds) const {
  std::vector<Exhibit> all;
  for (const ChosenSeries& chosen : choose_series(seeds, judged_metric(), metrics()[judged_metric()])) {
    std::vector<Scores> own;
    for (const Scores* seed : seeds) own.push_back(of_series(*seed, chosen.series));
    std::ranges::move(series_exhibits(series_[chosen.series]->dataset(), own, chosen),
                      std::back_inserter(all));
  }
  return all;
}

std::vector<std::pair<std::string, std::string>> PanelProblem::facts() const {
  std::vector<std::pair<std::string, std::string>> facts = series_[0]->facts();
  std::erase_if(facts, [](const auto& fact) { return fact.first == "prediction intervals"; });
  if (const std::string why = no_intervals(); !why.empty())
    facts.emplace_back("prediction intervals", "none: " + why);
  facts.insert(facts.begin(),
               {"series", fmt::format("{}, named by '{}', each split and scaled by itself", count(), id_)});
  return facts;
}

std::string PanelProblem::predictions_csv(const Scores& scores) const {
  std::string text;
  for (std::size_t k = 0; k < count(); ++k) {
    const std::string own = series_[k]->predictions_csv(of_series(scores, k));
    for (std::size_t begin = 0, line = 0; begin < own.size(); ++line) {
      const std::size_t end = std::min(own.find('\n', begin), own.size() - 1) + 1;
      if (line > 0 || k == 0)
        text += csv_cell(line == 0 ? id_ : name(k)) + "," + own.substr(begin, end - begin);
      begin = end;
    }
  }
  return text;
}

std::string PanelProblem::fitted() const {
  json series = json::array();
  for (std::size_t k = 0; k < count(); ++k)
    series.push_back({{"id", name(k)}, {"data", series_[k]->fitted()}});
  return json{{"id", id_}, {"panel", series}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::uint64_t PanelProblem::data_hash() const {
  DataHash hash;
  for (std::size_t k = 0; k < count(); ++k) hash.add(name(k)), hash.add(series_[k]->data_hash());
  return hash.value();
}

std::vector<std::pair<std::string, std::string>> fitted_series(const std::string& fitted,
                                                               const std::string& where) {
  const json text = json::parse(fitted, nullptr, false);
  if (!text.is_object() || !text.contains("panel")) return {{"", fitted}};
  std::vector<std::pair<std::string, std::string>> series;
  try {
    for (const json& own : text.at("panel")) series.emplace_back(own.at("id"), own.at("data"));
  } catch (const json::exception&) {
    series.clear();
  }
  require(!series.empty(), "'{}' is damaged: it does not say how its data were scaled", where);
  return series;
}

std::string first_fitted(const std::string& fitted, const std::string& where) {
  return fitted_series(fitted, where).front().second;
}

}  // namespace ebit::experiment
