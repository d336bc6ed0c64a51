// Missing values of a series on its way.
#include <fmt/format.h>

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/draft.h"

namespace ebit::inline data {
namespace {

// A text that is missing is that of the row before, or before the first one that of the row behind.
void repeat_text(Draft& draft, std::size_t c) {
  const std::size_t n = draft.rows.size();
  for (std::size_t i = 1; i < n; ++i)
    if (std::isnan(draft.at(i, c))) draft.at(i, c) = draft.at(i - 1, c);
  for (std::size_t i = n - 1; i-- > 0;)
    if (std::isnan(draft.at(i, c))) draft.at(i, c) = draft.at(i + 1, c);
}

}  // namespace

std::string without_values(Draft& draft) {
  std::vector<std::size_t> values(draft.columns.size());
  std::size_t whole = 0;  // rows with all of them
  for (std::size_t i = 0; i < draft.rows.size(); ++i) {
    std::size_t own = 0;
    for (std::size_t c = 0; c < values.size(); ++c) {
      const bool there = !std::isnan(draft.at(i, c));
      values[c] += there, own += there;
    }
    whole += own == values.size();
  }
  if (whole == 0 && draft.options.missing == "drop")
    return fmt::format("{}: every row lacks a value, so that dropping them leaves nothing", draft.source);
  const auto none = std::ranges::find(values, std::size_t{0});
  if (none == values.end()) return {};
  return fmt::format("{}: column '{}' has no value at all", draft.source,
                     shown(draft.name(static_cast<std::size_t>(none - values.begin()))));
}

void refuse_missing(Draft& draft) {
  const auto is_nan = [](double value) { return std::isnan(value); };
  const auto missing = std::find_if(draft.values.begin(), draft.values.end(), is_nan);
  if (missing == draft.values.end()) return;
  const std::size_t place = static_cast<std::size_t>(missing - draft.values.begin());
  const std::size_t i = place / draft.columns.size(), c = place % draft.columns.size();
  const std::string_view text = draft.table.cell(draft.of_table[draft.rows[i]], draft.columns[c]);
  fail(
      "{} line {}, column '{}': the value is missing ({}), {} missing in all; choose --missing drop or "
      "--missing interpolate",
      draft.table.source, draft.line(i), shown(draft.name(c)),
      text.empty() ? std::string("blank") : fmt::format("'{}'", shown(text)),
      std::count_if(missing, draft.values.end(), is_nan));
}

void drop_missing(Draft& draft) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < draft.rows.size(); ++i) {
    bool whole = true;
    for (std::size_t c = 0; c < draft.columns.size(); ++c) whole = whole && !std::isnan(draft.at(i, c));
    if (whole) kept.push_back(i);
  }
  if (kept.size() == draft.rows.size()) return;
  draft.warnings.push_back(fmt::format(
      "{}: {} of {} rows left out because a value is missing; the rows around them count as neighbours",
      draft.source, draft.rows.size() - kept.size(), draft.rows.size()));
  draft.keep(kept);
}

void interpolate_missing(Draft& draft) {
  const std::size_t n = draft.rows.size();
  std::vector<double> positions(n), column(n);
  for (std::size_t i = 0; i < n; ++i) {
    positions[i] = draft.time.points.empty()
                       ? static_cast<double>(i)
                       : seconds_between(draft.time.points[draft.rows[0]], draft.time.points[draft.rows[i]]);
  }
  for (std::size_t c = 0; c < draft.columns.size(); ++c) {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < n; ++i) missing += std::isnan(column[i] = draft.at(i, c));
    if (missing == 0) continue;
    if (draft.texts.contains(c)) {
      repeat_text(draft, c);
      draft.warnings.push_back(fmt::format("{}: column '{}': {} missing {} taken from the row before",
                                           draft.source, shown(draft.name(c)), missing,
                                           missing == 1 ? "text" : "texts"));
      continue;
    }
    const std::size_t edges = interpolate(column, positions);
    for (std::size_t i = 0; i < n; ++i) draft.at(i, c) = column[i];
    draft.warnings.push_back(fmt::format(
        "{}: column '{}': {} missing {} interpolated{}", draft.source, shown(draft.name(c)), missing,
        missing == 1 ? "value" : "values",
        edges == 0 ? std::string()
                   : fmt::format(", {} of them at the ends taken from the nearest value", edges)));
  }
}

}  // namespace ebit::inline data
