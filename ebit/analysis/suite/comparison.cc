#include "ebit/analysis/suite/comparison.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ebit/analysis/study/statistics.h"

namespace ebit::analysis {
namespace {

// Less is better, whatever the metric; a number that is none is the worst. Errors of rounding are alike.
double cost(double value, const SuiteMetric& metric) {
  if (std::isnan(value)) return INFINITY;
  return metric.greater_is_better ? -value : std::max(value, metric.rounding);
}

// Differences a - b, of logarithms where all numbers are positive.
std::vector<double> differences(std::vector<double> a, std::vector<double> b) {
  const auto positive = [](double v) { return v > 0; };
  if (std::ranges::all_of(a, positive) && std::ranges::all_of(b, positive))
    for (std::vector<double>* list : {&a, &b})
      for (double& v : *list) v = std::log(v);
  std::vector<double> all;
  for (std::size_t i = 0; i < a.size(); ++i) all.push_back(a[i] == b[i] ? 0 : a[i] - b[i]);
  return all;
}

bool alike(double a, double b) { return a == b || std::abs(a - b) <= 1e-9 * std::abs(b); }

bool constant(const std::vector<double>& values) {
  return values.size() > 1 && std::ranges::all_of(values, [&](double v) { return alike(v, values[0]); });
}

// p of two models on one data, and how many seeds both have.
std::pair<double, std::size_t> seed_test(const SuiteCell& a, const SuiteCell& b, const SuiteMetric& metric) {
  std::vector<double> left, right;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    for (std::size_t j = 0; j < b.values.size(); ++j)
      if (a.seeds[i] == b.seeds[j])
        left.push_back(cost(a.values[i], metric)), right.push_back(cost(b.values[j], metric));
  if (constant(left) && constant(right)) return {alike(left[0], right[0]) ? 1 : 0, left.size()};
  return {wilcoxon_test(differences(left, right)), left.size()};
}

// The seeds, or data, from which on Wilcoxon and Holm can tell one of `tests` pairs apart.
std::size_t pairs_needed(std::size_t tests) {
  std::size_t n = 1;
  while (std::ldexp(static_cast<double>(std::max<std::size_t>(1, tests)), 1 - static_cast<int>(n)) >= kLevel)
    ++n;
  return n;
}

// Medians [data][models], less is better; infinite without results.
std::vector<std::vector<double>> costs_of(const SuiteResults& results) {
  std::vector<std::vector<double>> all;
  for (std::size_t d = 0; d < results.cells.size(); ++d) {
    all.emplace_back();
    for (const SuiteCell& cell : results.cells[d])
      all.back().push_back(cost(quartiles_of(cell.values).median, results.metrics[d]));
  }
  return all;
}

// Models and data such that each has a result on each. Data that were not tried with all models yet wait; a
// model that cannot be trained on some data is left out.
void choose_block(const SuiteResults& results, SuiteComparison& chosen) {
  const std::size_t models = results.cells[0].size();
  const auto has = [&](std::size_t d, std::size_t m) { return !results.cells[d][m].values.empty(); };
  for (std::size_t m = 0; m < models; ++m) {
    bool any = false, failed = false;
    for (std::size_t d = 0; d < results.cells.size(); ++d) {
      any = any || has(d, m);
      failed = failed || (!has(d, m) && !results.cells[d][m].errors.empty());
    }
    if (any && !failed) chosen.models.push_back(m);
  }
  for (std::size_t d = 0; d < results.cells.size(); ++d)
    if (std::ranges::all_of(chosen.models, [&](std::size_t m) { return has(d, m); }))
      chosen.data.push_back(d);
}

void test_pairs(const std::vector<std::vector<double>>& costs, SuiteComparison& c) {
  const std::size_t k = c.models.size();
  std::vector<double> raw;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = i + 1; j < k; ++j) {
      if (!c.by_pairs) {
        raw.push_back(nemenyi_p(c.mean_ranks[j] - c.mean_ranks[i], k, c.data.size()));
        continue;
      }
      std::vector<double> a, b;
      for (const std::size_t d : c.data)
        a.push_back(costs[d][c.models[i]]), b.push_back(costs[d][c.models[j]]);
      raw.push_back(wilcoxon_test(differences(a, b)));
    }
  // Nemenyi's test knows of all pairs by itself.
  const std::vector<double> corrected = c.by_pairs ? holm_corrected(raw) : raw;
  c.p.assign(k, std::vector<double>(k, 1.0));
  for (std::size_t i = 0, at = 0; i < k; ++i)
    for (std::size_t j = i + 1; j < k; ++j, ++at) c.p[i][j] = c.p[j][i] = corrected[at];
}

void find_alike(SuiteComparison& c) {
  for (std::size_t first = 0; first < c.models.size(); ++first) {
    std::size_t last = first;
    const auto fits = [&](std::size_t next) {
      for (std::size_t i = first; i < next; ++i)
        if (c.p[i][next] < kLevel) return false;
      return true;
    };
    while (last + 1 < c.models.size() && fits(last + 1)) ++last;
    if (last > first && (c.alike.empty() || last > c.alike.back().second)) c.alike.emplace_back(first, last);
  }
}

}  // namespace

DataComparison compare_on(const SuiteResults& results, std::size_t data) {
  const std::vector<SuiteCell>& row = results.cells[data];
  const SuiteMetric& metric = results.metrics[data];
  DataComparison c{.order = std::vector<std::size_t>(row.size()), .p = std::vector<double>(row.size(), NAN)};
  std::iota(c.order.begin(), c.order.end(), std::size_t{0});
  std::ranges::stable_sort(c.order, {}, [&](std::size_t m) {
    return row[m].values.empty() ? std::pair(1, 0.0)
                                 : std::pair(0, cost(quartiles_of(row[m].values).median, metric));
  });
  const SuiteCell& best = row[c.order[0]];
  std::vector<double> raw;
  std::vector<std::size_t> tested;
  for (std::size_t k = 1; k < c.order.size(); ++k) {
    const SuiteCell& other = row[c.order[k]];
    if (other.values.empty()) continue;
    const auto [p, seeds] = seed_test(best, other, metric);
    raw.push_back(p), tested.push_back(c.order[k]);
    c.seeds = tested.size() == 1 ? seeds : std::min(c.seeds, seeds);
  }
  const std::vector<double> corrected = holm_corrected(raw);
  for (std::size_t i = 0; i < tested.size(); ++i) c.p[tested[i]] = corrected[i];
  c.best_apart = !tested.empty() && std::ranges::all_of(corrected, [](double p) { return p < kLevel; });
  c.needed = pairs_needed(tested.size());
  return c;
}

std::optional<SuiteComparison> compare_over_data(const SuiteResults& results) {
  SuiteComparison c;
  if (results.cells.empty()) return std::nullopt;
  choose_block(results, c);
  if (c.models.size() < 2 || c.data.empty()) return std::nullopt;
  const std::vector<std::vector<double>> costs = costs_of(results);
  std::vector<std::vector<double>> block;
  for (const std::size_t d : c.data) {
    block.emplace_back();
    for (const std::size_t m : c.models) block.back().push_back(costs[d][m]);
  }
  const FriedmanTest test = friedman_test(block);
  c.friedman = test.p;
  std::vector<std::size_t> order(c.models.size()), models;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return test.mean_ranks[i]; });
  for (const std::size_t i : order) models.push_back(c.models[i]), c.mean_ranks.push_back(test.mean_ranks[i]);
  c.models = models;
  const std::size_t k = models.size();
  const bool one_metric = std::ranges::all_of(
      c.data, [&](std::size_t d) { return results.metrics[d].name == results.metrics[c.data[0]].name; });
  c.by_pairs = one_metric && c.data.size() >= pairs_needed(k * (k - 1) / 2);
  c.difference = critical_difference(k, c.data.size(), kLevel);
  test_pairs(costs, c);
  find_alike(c);
  c.best_apart = std::ranges::all_of(std::span(c.p[0]).subspan(1), [](double p) { return p < kLevel; });
  return c;
}

Figure difference_figure(const Suite& suite, const SuiteComparison& c) {
  const std::size_t k = c.models.size();
  const auto row = [&](std::size_t i) { return static_cast<double>(k - 1 - i); };
  const double last = *std::ranges::max_element(c.mean_ranks), first = c.mean_ranks[0];
  const double apart = std::max(last - first, 1.0) / 30;  // of the lines at the right
  Figure figure{.title = "Mean ranks, and which are not told apart",
                .x_label = fmt::format("mean rank over {} data sets, 1 is the best", c.data.size()),
                .y_label = ""};
  figure.legend = Legend::kNone;
  figure.height = 110 + 22 * static_cast<int>(k);
  PlotSeries dots{.label = "", .style = PlotStyle::kPoints, .color = PlotColor::kBlue};
  for (std::size_t i = 0; i < k; ++i) {
    dots.x.push_back(c.mean_ranks[i]), dots.y.push_back(row(i));
    figure.y_ticks.push_back({row(i), suite.models[c.models[i]].name});
    figure.notes.push_back({c.mean_ranks[i], row(i), fmt::format("{:.2f}", c.mean_ranks[i])});
  }
  figure.series.push_back(dots);
  double at = last + 4 * apart;
  for (const auto& [begin, end] : c.alike) {
    PlotSeries line{.label = "", .style = PlotStyle::kLinePoints, .color = PlotColor::kInk};
    for (std::size_t i = begin; i <= end; ++i) line.x.push_back(at), line.y.push_back(row(i));
    figure.series.push_back(line);
    at += apart;
  }
  figure.x_low = std::max(0.5, first - 2 * apart), figure.x_high = at + apart;
  figure.y_low = -0.8, figure.y_high = static_cast<double>(k) - 0.2;
  return figure;
}

std::string difference_text(const Suite& suite, const SuiteComparison& c) {
  std::string text = fmt::format("{} models on {} data sets. Friedman's test of \"all are alike\": p = {}. ",
                                 c.models.size(), c.data.size(), table_number(c.friedman, 2));
  text +=
      c.by_pairs
          ? "Pairs are told apart by Wilcoxon's signed ranks over the data, with Holm's correction for all "
            "pairs, at 0.05. "
          : fmt::format("Pairs are told apart by Nemenyi's test: from {:.2f} in mean rank on, at 0.05. ",
                        c.difference);
  std::vector<std::string> alike;
  for (const auto& [begin, end] : c.alike)
    alike.push_back(
        fmt::format("{} to {}", suite.models[c.models[begin]].name, suite.models[c.models[end]].name));
  text += alike.empty() ? "All are told apart."
                        : fmt::format("Not told apart, each joined by a line at the right: {}.",
                                      fmt::join(alike, "; "));
  return text;
}

}  // namespace ebit::analysis
