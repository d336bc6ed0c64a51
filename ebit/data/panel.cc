#include "ebit/data/panel.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "ebit/base/error.h"
#include "ebit/data/split.h"

namespace ebit::inline data {
namespace {

constexpr std::array<Choice, 2> kUnusable{{
    {"error", "stop at the first series that is too short for a window in each part, or constant"},
    {"drop", "leave such series out, and say which"},
}};

// Series that cannot be used, and why.
class Unusable {
 public:
  explicit Unusable(bool drop) : drop_(drop) {}
  // Does `work` for a series; false where it threw Error.
  template <class Work>
  bool use(Work work) {
    try {
      work();
      return true;
    } catch (const Error& error) {
      why_.push_back(error.what());
      return false;
    }
  }
  std::vector<std::string> left_out(std::size_t used) const {
    if (why_.empty()) return {};
    require(drop_ && used > 0, "{}{}{}", why_[0],
            why_.size() > 1 ? fmt::format(" ({} more series cannot be used either)", why_.size() - 1) : "",
            used > 0 ? "; --unusable drop leaves such series out" : "; no series of the panel can be used");
    return why_;
  }

 private:
  bool drop_;
  std::vector<std::string> why_;
};

std::size_t place_of(const Series& series, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(series.names, name) - series.names.begin());
}

bool constant(const Series& series, std::size_t column, std::span<const std::size_t> rows) {
  return std::ranges::all_of(
      rows, [&](std::size_t row) { return series.at(row, column) == series.at(rows[0], column); });
}

// The rows that a series is trained on. Throws Error where its parts cannot hold a window.
std::vector<std::size_t> training_rows(const Series& series, const DatasetOptions& options) {
  Dataset light;
  light.options = options;
  light.series.source = series.source, light.series.date_order = series.date_order;
  light.series.decimal = series.decimal, light.series.thousands = series.thousands;
  light.series.times = series.times;
  light.series.names = {"row"};  // the parts are made of rows, whatever stands in them
  light.series.values.assign(series.rows(), 0.0);
  light.transform = Transform(options.transform, options.horizon, options.season);
  light.part_begin = parts_of(light.series, options);
  return rows_of(light, split_windows(light), 0);
}

// A series that can be used, and the rows that it is trained on.
struct Used {
  const Series* series;
  DatasetOptions options;
  std::vector<std::size_t> training;
};

// Features that are no targets, by their names in the series.
std::vector<std::string> covariates(const Series& series, const DatasetOptions& o) {
  std::vector<std::string> names;
  for (const auto* columns : {&o.features, &o.future, &o.categories})
    for (const std::string& given : *columns) {
      const auto alias = series.aliases.find(given);
      const std::string& name = alias == series.aliases.end() ? given : series.names[alias->second];
      if (std::ranges::find(o.targets, given) == o.targets.end() &&
          std::ranges::find(names, name) == names.end())
        names.push_back(name);
    }
  return names;
}

Category common_levels(const std::vector<Used>& all, const std::string& name) {
  std::set<std::string> levels;
  for (const Used& used : all)
    levels.merge([&] {
      const std::vector<std::string> own = category_of(*used.series, name, used.training).levels;
      return std::set<std::string>(own.begin(), own.end());
    }());
  return {name, {levels.begin(), levels.end()}};
}

// The scaler of a feature over the training rows of all series, where some series has no spread of its own.
std::optional<Scaler> common_scaler(const std::vector<Used>& all, const std::string& name) {
  bool some = false;
  std::vector<double> values;
  for (const Used& used : all) {
    const std::size_t column = place_of(*used.series, name);
    some = some || constant(*used.series, column, used.training);
    for (const std::size_t row : used.training) values.push_back(used.series->at(row, column));
  }
  if (!some) return std::nullopt;
  return fit_scaler(all[0].options.scaler, values,
                    fmt::format("column '{}', training rows of all series", name));
}

bool fixed_in(const Series& series, const std::string& name) {
  std::vector<std::size_t> rows(series.rows());
  for (std::size_t row = 0; row < rows.size(); ++row) rows[row] = row;
  return constant(series, place_of(series, name), rows);
}

}  // namespace

std::span<const Choice> unusable_table() { return kUnusable; }

PanelDatasets make_panel(const Panel& panel, std::span<const DatasetOptions> options,
                         const std::string& unusable) {
  find_row(kUnusable, "unknown choice for unusable", unusable);
  require(!panel.series.empty() && options.size() == panel.series.size(),
          "a panel of {} series has options of {}", panel.series.size(), options.size());
  require(options[0].split == "time",
          "a panel (--id) is split by time, each series by itself: leave out --split");
  Unusable bad(unusable == "drop");
  std::vector<Used> all;
  for (std::size_t k = 0; k < panel.series.size(); ++k)
    bad.use([&] {
      all.push_back({&panel.series[k], options[k], training_rows(panel.series[k], options[k])});
    });
  bad.left_out(all.size());

  Shared shared;
  std::vector<std::string> fixed;
  const std::vector<std::string>& texts = options[0].categories;
  for (const std::string& name : covariates(*all[0].series, options[0])) {
    if (all[0].series->texts.contains(name)) {
      shared.categories.push_back(common_levels(all, name));
    } else if (const auto scaler = common_scaler(all, name)) {
      shared.scalers[name] = *scaler;
    }
    if (std::ranges::find(options[0].future, name) == options[0].future.end() &&
        std::ranges::all_of(all, [&](const Used& used) { return fixed_in(*used.series, name); }))
      fixed.push_back(name);
  }
  require(shared.categories.size() == texts.size(), "--category has columns of numbers or of targets");

  PanelDatasets made;
  for (Used& used : all) {
    used.options.fixed = fixed;
    bad.use([&] { made.series.push_back(make_dataset(*used.series, used.options, shared)); });
  }
  made.left_out = bad.left_out(made.series.size());
  return made;
}

}  // namespace ebit::inline data
