#include "ebit/data/category.h"

#include <algorithm>
#include <set>

#include "ebit/base/error.h"
#include "ebit/base/listed.h"
#include "ebit/base/utf8.h"

namespace ebit::inline data {
namespace {

std::size_t place_of(const Series& series, const std::string& name) {
  const auto place = std::ranges::find(series.names, name);
  require(place != series.names.end(), "{}: no column '{}'", series.source, shown(name));
  return static_cast<std::size_t>(place - series.names.begin());
}

const std::vector<std::string>& texts_of(const Series& series, const std::string& name) {
  const auto texts = series.texts.find(name);
  require(texts != series.texts.end(),
          "{}: column '{}' was read as numbers: --category makes columns of 0 and 1 of a column of a file",
          series.source, shown(name));
  return texts->second;
}

}  // namespace

Category category_of(const Series& series, const std::string& column, std::span<const std::size_t> rows) {
  const std::size_t place = place_of(series, column);
  const std::vector<std::string>& texts = texts_of(series, column);
  std::set<std::size_t> seen;
  for (const std::size_t row : rows) seen.insert(static_cast<std::size_t>(series.at(row, place)));
  Category category{column, {}};
  for (const std::size_t text : seen) category.levels.push_back(texts.at(text));
  std::ranges::sort(category.levels);
  return category;
}

std::vector<std::string> category_columns(std::span<const Category> categories) {
  std::vector<std::string> names;
  for (const Category& category : categories)
    for (const std::string& level : category.levels) names.push_back(category.name + "=" + level);
  return names;
}

Series with_categories(const Series& series, std::span<const Category> categories) {
  if (categories.empty()) return series;
  std::vector<std::size_t> kept, from;
  for (std::size_t c = 0; c < series.columns(); ++c)
    if (std::ranges::find(categories, series.names[c], &Category::name) == categories.end())
      kept.push_back(c);
  for (const Category& category : categories) from.push_back(place_of(series, category.name));
  Series made = series;
  made.names.clear(), made.values.clear(), made.aliases.clear();
  for (const std::size_t c : kept) made.names.push_back(series.names[c]);
  for (std::string& name : category_columns(categories)) made.names.push_back(std::move(name));
  for (std::size_t row = 0; row < series.times.size(); ++row) {
    for (const std::size_t c : kept) made.values.push_back(series.at(row, c));
    for (std::size_t k = 0; k < categories.size(); ++k) {
      const Category& category = categories[k];
      const auto text = static_cast<std::size_t>(series.at(row, from[k]));
      const std::string& own = texts_of(series, category.name).at(text);
      require(std::ranges::binary_search(category.levels, own),
              "{} row {} ({}), column '{}': '{}' does not stand in the training part, which has {}; a larger "
              "--train, or leave the row out",
              series.source, row + 1, shown(series.times[row]), shown(category.name), shown(own),
              listed(category.levels));
      for (const std::string& level : category.levels) made.values.push_back(level == own ? 1.0 : 0.0);
    }
  }
  return made;
}

}  // namespace ebit::inline data
