// What is shown of a run of a task: table, JSON, plots, page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ebit/base/atomic_file.h"
#include "ebit/report/figures.h"
#include "ebit/report/page.h"
#include "ebit/report/progress.h"
#include "ebit/task/run.h"
#include "ebit/train/config_file.h"

namespace ebit::task {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct MeanSpread {
  double mean = NAN, spread = 0;  // spread: standard deviation of the sample over seeds
};

MeanSpread over_seeds(const ModelScores& model, std::size_t metric) {
  double sum = 0, squares = 0;
  const auto count = static_cast<double>(model.seeds.size());
  for (const SeedScores& seed : model.seeds) sum += seed.values[metric];
  for (const SeedScores& seed : model.seeds) squares += std::pow(seed.values[metric] - sum / count, 2);
  return {sum / count, count > 1 ? std::sqrt(squares / (count - 1)) : 0};
}

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json values_json(const TaskRun& run, const std::vector<double>& values) {
  ordered_json object = ordered_json::object();
  for (std::size_t m = 0; m < run.metrics.size(); ++m) object[run.metrics[m].name] = number(values[m]);
  return object;
}

double seconds_of(const ModelScores& model) {
  double sum = 0;
  for (const SeedScores& seed : model.seeds) sum += seed.seconds / static_cast<double>(model.seeds.size());
  return sum;
}

// Where there is no validation part, the losses of training stand for it.
const std::vector<double>& judged_losses(const SeedScores& seed) {
  const bool validated = !seed.validation_losses.empty() && std::isfinite(seed.validation_losses.front());
  return validated ? seed.validation_losses : seed.train_losses;
}

// A colour for each model.
PlotColor model_color(std::size_t index) {
  constexpr PlotColor kColors[] = {PlotColor::kBlue,   PlotColor::kVermillion, PlotColor::kGreen,
                                   PlotColor::kOrange, PlotColor::kPurple,     PlotColor::kSky};
  return kColors[index % std::size(kColors)];
}

// What seeds have after each epoch: those that went on so long.
struct SeedCurve {
  PlotSeries mean;
  PlotSeries band;  // from the least to the greatest
};

template <class ValuesOf>
SeedCurve curve_of(const ModelScores& model, ValuesOf&& values_of) {
  SeedCurve curve;
  for (std::size_t e = 0;; ++e) {
    double sum = 0, low = INFINITY, high = -INFINITY;
    int count = 0;
    for (const SeedScores& seed : model.seeds) {
      const std::vector<double>& values = values_of(seed);
      if (e >= values.size()) continue;
      sum += values[e], low = std::min(low, values[e]), high = std::max(high, values[e]), ++count;
    }
    if (count == 0) break;
    curve.mean.x.push_back(static_cast<double>(e + 1)), curve.mean.y.push_back(sum / count);
    curve.band.low.push_back(low), curve.band.high.push_back(high);
  }
  curve.band.x = curve.mean.x;
  return curve;
}

// A line for every model, the mean over seeds; the first model, which is the one asked for, in a band of its
// seeds. `values_of` gives a seed's values, one an epoch.
template <class ValuesOf>
Figure over_epochs(const TaskRun& run, std::string title, std::string y_label, ValuesOf&& values_of) {
  const std::size_t seeds = run.models.front().seeds.size();
  Figure figure;
  figure.title = seeds > 1 ? fmt::format("{}, mean of {} seeds", title, seeds) : std::move(title);
  figure.x_label = "epoch", figure.y_label = std::move(y_label);
  for (std::size_t m = 0; m < run.models.size(); ++m) {
    const ModelScores& model = run.models[m];
    SeedCurve curve = curve_of(model, values_of);
    if (curve.mean.y.empty()) continue;
    if (m == 0 && seeds > 1) {
      curve.band.label = model.name + ", every seed";
      curve.band.style = PlotStyle::kBand, curve.band.color = model_color(m);
      figure.series.push_back(std::move(curve.band));
    }
    curve.mean.label = model.name, curve.mean.color = model_color(m);
    curve.mean.style = model.baseline ? PlotStyle::kLine : PlotStyle::kLinePoints;
    figure.series.push_back(std::move(curve.mean));
  }
  return figure;
}

// With the levels that need no training.
Figure loss_curves(const TaskRun& run) {
  Figure figure = over_epochs(run, "Loss of the models", "validation: " + run.loss_name, judged_losses);
  double least = INFINITY, most = -INFINITY;
  std::size_t epochs = 1;
  for (const PlotSeries& line : figure.series) {
    for (const auto* values : {&line.y, &line.low, &line.high})
      for (const double loss : *values) least = std::min(least, loss), most = std::max(most, loss);
    epochs = std::max(epochs, line.x.size());
  }
  for (const Reference& reference : run.references) {
    if (!std::isfinite(reference.loss)) continue;
    figure.series.push_back({.label = reference.name,
                             .style = PlotStyle::kDashes,
                             .x = {1.0, static_cast<double>(std::max<std::size_t>(epochs, 2))},
                             .y = {reference.loss, reference.loss},
                             .color = PlotColor::kGrey});
    least = std::min(least, reference.loss), most = std::max(most, reference.loss);
  }
  figure.log_y = least > 0 && most > 10 * least;
  return figure;
}

Figure metric_curves(const TaskRun& run, std::size_t metric) {
  const std::string& name = run.validation_metrics[metric];
  static const std::vector<double> kNone;
  return over_epochs(
      run, "On the validation part", name, [&](const SeedScores& seed) -> const auto& {
        return metric < seed.validation_metrics.size() ? seed.validation_metrics[metric] : kNone;
      });
}

Figure comparison(const TaskRun& run) {
  std::vector<ComparedModel> bars;
  for (const ModelScores& model : run.models) {
    const MeanSpread value = over_seeds(model, 0);
    bars.push_back({fmt::format("{} ({} parameters)", model.name, model.parameters), value.mean, value.spread,
                    !model.baseline});
  }
  for (const Reference& reference : run.references)
    bars.push_back({reference.name, reference.values[0], 0, false});
  return comparison_figure(bars, "On the test part", run.metrics[0].name);
}

void show(const TaskRun& run, const std::string& name, const Figure& figure, Page& page,
          const std::string& caption) {
  const fs::path plots = run.folder / train::files::kPlots;
  const std::string svg = render_svg(figure);
  write_file_atomically(plots / (name + ".svg"), svg);
  render(figure, plots / (name + ".png"));
  page.svg(svg, caption);
}

std::vector<HeadlineNumber> headlines(const TaskRun& run) {
  const ModelScores& model = run.models[0];
  std::vector<HeadlineNumber> numbers;
  for (std::size_t m = 0; m < std::min<std::size_t>(2, run.metrics.size()); ++m) {
    const MeanSpread value = over_seeds(model, m);
    HeadlineNumber headline{table_spread(value.mean, value.spread, 3), "test " + run.metrics[m].name, ""};
    if (!run.references.empty() && std::isfinite(run.references[0].values[m]))
      headline.hint =
          fmt::format("{}: {}", run.references[0].name, table_number(run.references[0].values[m], 3));
    numbers.push_back(std::move(headline));
  }
  numbers.push_back({std::to_string(model.parameters), "trained numbers", ""});
  numbers.push_back(
      {duration_text(seconds_of(model)), "training time", model.seeds.size() > 1 ? "a seed" : ""});
  return numbers;
}

void add_facts(const TaskRun& run, Page& page) {
  std::string seeds;
  for (const SeedScores& seed : run.models[0].seeds)
    seeds += fmt::format("{}{} ({} after {} epochs, weights of epoch {})", seeds.empty() ? "" : "; ",
                         seed.seed, seed.end, seed.epochs, seed.best_epoch);
  const train::TrainOptions& t = run.config.train;
  page.facts({{"task", run.config.task.name},
              {"data", run.description},
              {"model", run.models[0].summary},
              {"training",
               fmt::format("{}, learning rate {}, batch {}", t.optimizer, t.optimizer_options.lr, t.batch)},
              {"seeds", seeds}});
}

}  // namespace

TextTable result_table(const TaskRun& run) {
  TextTable table;
  table.title = fmt::format("{}: {}", run.config.task.name, run.description);
  table.columns = {{"model", false}, {"parameters"}};
  for (const TaskMetric& m : run.metrics) table.columns.push_back({m.name});
  table.columns.push_back({"training time"});
  std::vector<double> judged;
  const double sign = run.metrics[0].greater_is_better ? -1 : 1;
  for (const ModelScores& model : run.models) {
    std::vector<std::string> row = {model.name, std::to_string(model.parameters)};
    for (std::size_t m = 0; m < run.metrics.size(); ++m) {
      const MeanSpread value = over_seeds(model, m);
      row.push_back(table_spread(value.mean, value.spread));
    }
    row.push_back(duration_text(seconds_of(model)));
    judged.push_back(sign * over_seeds(model, 0).mean);
    table.rows.push_back(std::move(row));
  }
  for (const Reference& reference : run.references) {
    std::vector<std::string> row = {reference.name, ""};
    for (const double value : reference.values) row.push_back(table_number(value));
    judged.push_back(sign * reference.values[0]);
    table.rows.push_back(std::move(row));
  }
  table.best_row = least_row(judged);
  table.best_meaning = "best " + run.metrics[0].name;
  if (!run.models.empty() && run.models[0].seeds.size() > 1)
    table.notes.push_back(
        fmt::format("mean and standard deviation over {} seeds", run.models[0].seeds.size()));
  return table;
}

ordered_json to_json(const TaskRun& run) {
  ordered_json models = ordered_json::array(), references = ordered_json::array();
  for (const ModelScores& model : run.models) {
    ordered_json seeds = ordered_json::array();
    for (const SeedScores& seed : model.seeds) {
      seeds.push_back({{"seed", seed.seed},
                       {"epochs", seed.epochs},
                       {"best_epoch", seed.best_epoch},
                       {"end", seed.end},
                       {"seconds", seed.seconds},
                       {"test", values_json(run, seed.values)}});
    }
    models.push_back({{"name", model.name},
                      {"baseline", model.baseline},
                      {"summary", model.summary},
                      {"parameters", model.parameters},
                      {"seeds", seeds}});
  }
  for (const Reference& reference : run.references)
    references.push_back({{"name", reference.name}, {"test", values_json(run, reference.values)}});
  return {{"task", run.config.task.name},
          {"data", run.description},
          {"models", models},
          {"references", references}};
}

void write_task_report(const TaskRun& run) {
  train::make_folder(run.folder / train::files::kPlots);
  Page page(fmt::format("{}: {}", run.config.task.name, run.models.at(0).name), run.description);
  page.headlines(headlines(run));
  for (const std::string& note : run.notes) page.note(note);
  page.section("Results");
  page.table(result_table(run));
  show(run, "comparison", comparison(run), page,
       fmt::format("{} on the test part{}.", run.metrics[0].name,
                   run.metrics[0].greater_is_better ? "; more is better" : "; less is better"));
  page.section("Training");
  show(run, "loss", loss_curves(run), page, fmt::format("After each epoch: {}.", run.loss_name));
  for (std::size_t m = 0; m < run.validation_metrics.size(); ++m) {
    const Figure curves = metric_curves(run, m);
    if (curves.series.empty()) continue;  // trained before there were such metrics
    std::string file = "validation-" + run.validation_metrics[m];
    std::ranges::replace(file, ' ', '-');
    show(run, file, curves, page,
         fmt::format("After each epoch: {} of the validation part.", run.validation_metrics[m]));
  }
  if (!run.exhibits.empty()) page.section("What the model says");
  for (const Exhibit& exhibit : run.exhibits) {
    if (exhibit.figure) show(run, exhibit.name, *exhibit.figure, page, exhibit.caption);
    if (exhibit.text.empty()) continue;
    page.paragraph(exhibit.caption);
    page.code(exhibit.text);
  }
  page.section("The run");
  add_facts(run, page);
  page.folded_code("All settings (config.toml)", train::to_toml(run.config));
  page.footer("Written by ebit.");
  page.write(run.folder / train::files::kReport);
}

}  // namespace ebit::task
