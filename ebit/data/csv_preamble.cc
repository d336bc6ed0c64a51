#include "ebit/data/csv_preamble.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/lines.h"
#include "ebit/base/listed.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/csv_dialect.h"
#include "ebit/data/number.h"

namespace ebit::inline data {
namespace {

constexpr std::array<std::string_view, 4> kComments{"#", "%", "!", "//"};
constexpr std::size_t kMostTitles = 20;

// The cells of a line, good enough to see what they are: quotes are taken off, not undone.
std::vector<std::string> cells_of(std::string_view line, char delimiter) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

bool any_data(const std::vector<std::string>& cells) { return std::ranges::any_of(cells, looks_like_data); }

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

std::string lines_named(std::size_t count) {
  return count == 1 ? std::string("line 1 is") : fmt::format("lines 1 to {} are", count);
}

Preamble skip(std::string_view text, std::size_t lines) {
  Preamble preamble;
  const char end = line_end_of(text);
  std::string_view rest = text;
  for (; preamble.lines < lines && !rest.empty(); ++preamble.lines) take_line(rest, end);
  preamble.bytes = text.size() - rest.size();
  return preamble;
}

// The prefix of the line, where it is a comment.
std::string_view comment_prefix(std::string_view line) {
  const auto found =
      std::ranges::find_if(kComments, [&](std::string_view p) { return trimmed(line).starts_with(p); });
  return found == kComments.end() ? std::string_view() : *found;
}

Preamble find_comments(std::string_view text, const CsvOptions& options, std::string_view source) {
  Preamble preamble;
  const char end = line_end_of(text);
  std::string_view rest = text, prefix, last, first_row;
  std::size_t line = 0, comments = 0;
  while (!rest.empty()) {
    const std::string_view before = rest, current = take_line(rest, end);
    ++line;
    if (is_blank(current)) continue;
    if (comments == 0) prefix = comment_prefix(current);
    if (prefix.empty() || comment_prefix(current) != prefix) {
      first_row = current;
      preamble.bytes = text.size() - before.size(), preamble.lines = line - 1;
      break;
    }
    last = trimmed(current), ++comments;
  }
  if (comments == 0 || preamble.bytes == 0) return {};
  const std::string_view table = text.substr(preamble.bytes);
  const char delimiter =
      options.delimiter.empty() ? find_delimiter(table) : delimiter_char(options.delimiter);
  while (last.starts_with(prefix)) last.remove_prefix(prefix.size());
  std::vector<std::string> names = cells_of(last, delimiter);
  const std::vector<std::string> row = cells_of(first_row, delimiter);
  const bool fits = names.size() == row.size();
  if (options.header != "no" && any_data(row) && fits && !any_data(names) &&
      std::ranges::none_of(names, [](const std::string& name) { return name.empty(); })) {
    preamble.names = std::move(names);
  } else if (fits && !any_data(row) && names.size() > 1 && comments == 1) {
    return {};  // "#id,name" above rows of text: the mark belongs to a name
  }
  preamble.note = fmt::format(
      "{}: {} read as comments ('{}'){}; --skip-lines N says how many lines are none of the table", source,
      lines_named(preamble.lines), shown(trimmed(text.substr(0, text.find(end)))),
      preamble.names.empty() ? "" : ", the last of them as the names of the columns");
  return preamble;
}

Preamble find_titles(std::string_view text, const CsvOptions& options, std::string_view source) {
  if (options.header == "no") return {};
  const char delimiter = options.delimiter.empty() ? find_delimiter(text) : delimiter_char(options.delimiter);
  const LineCells counts = cells_per_line(text, delimiter);
  const std::size_t titles = odd_lines(counts);
  if (titles == 0 || titles > kMostTitles) return {};
  const std::size_t cells = counts.cells[titles];
  for (std::size_t i = 0; i < titles; ++i)
    if (counts.cells[i] >= cells) return {};
  std::string_view rest = text.substr(counts.begin[titles]);
  if (any_data(cells_of(take_line(rest, line_end_of(text)), delimiter))) return {};
  Preamble preamble;
  preamble.bytes = counts.begin[titles], preamble.lines = counts.line[titles] - 1;
  std::string_view first = text.substr(counts.begin[0]);
  preamble.note = fmt::format(
      "{}: {} passed over as a title ('{}'); --skip-lines N says how many lines are none of the table",
      source, lines_named(preamble.lines), shown(trimmed(take_line(first, line_end_of(text)))));
  return preamble;
}

// The line that tells a spreadsheet the delimiter, sep=; in quotes or not.
std::optional<std::string_view> named_delimiter(std::string_view line) {
  if (line.size() > 1 && line.starts_with('"') && line.ends_with('"')) line = line.substr(1, line.size() - 2);
  constexpr std::string_view kWord = "sep=";
  if (line.size() != kWord.size() + 1 ||
      !std::ranges::equal(line.substr(0, kWord.size()), kWord, {},
                          [](unsigned char c) { return static_cast<char>(std::tolower(c)); }))
    return std::nullopt;
  return line.substr(kWord.size());
}

bool all_digits(std::string_view cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool looks_like_data(std::string_view cell) {
  for (const auto& [decimal, thousands] :
       {std::pair{'.', '\0'}, {',', '\0'}, {'.', ','}, {',', '.'}, {'.', ' '}, {'.', '\''}, {',', ' '}})
    if (parse_number(cell, decimal, thousands)) return true;
  return parse_time(cell, DateOrder::kDayFirst) || parse_time(cell, DateOrder::kMonthFirst);
}

Preamble find_preamble(std::string_view text, const CsvOptions& options, std::string_view source) {
  if (options.skip_lines >= 0) return skip(text, static_cast<std::size_t>(options.skip_lines));
  std::string_view rest = text;
  const std::string_view line = take_line(rest, line_end_of(text));
  if (const auto named = named_delimiter(line)) {
    const auto known = std::ranges::find(delimiter_table(), named->front(), &Delimiter::character);
    require(known != delimiter_table().end(), "{} line 1: '{}' names a delimiter that is none of {}", source,
            shown(line), listed(names_of(delimiter_table())));
    CsvOptions own = options;
    if (own.delimiter.empty()) own.delimiter = known->name;
    Preamble below = find_preamble(rest, own, source);
    below.delimiter = known->character;
    below.bytes += text.size() - rest.size(), ++below.lines;
    return below;
  }
  Preamble preamble = find_comments(text, options, source);
  return preamble.lines > 0 ? preamble : find_titles(text, options, source);
}

std::string title_advice(std::string_view text, char delimiter, std::string_view source) {
  const LineCells counts = cells_per_line(text, delimiter);
  const std::size_t odd = odd_lines(counts);
  if (odd == 0 || counts.cells[0] == counts.cells[odd]) return {};
  const std::size_t last = counts.line[odd] - 1;
  const auto line_at = [&](std::size_t i) {
    std::string_view rest = text.substr(counts.begin[i]);
    return cells_of(take_line(rest, line_end_of(text)), delimiter);
  };
  // Names above rows of more cells are rather a header than a title.
  if (odd == 1 && counts.cells[0] > 1 && counts.cells[0] < counts.cells[1] && !any_data(line_at(0)))
    return fmt::format(
        "{}: {} not like the lines below: it has {} cells, and line {} has {} cells; {}add what the header "
        "lacks, or, if it is none, give --skip-lines {} (delimiter used: {})",
        source, lines_named(last), counts.cells[0], counts.line[1], counts.cells[1],
        decimal_advice(line_at(1), delimiter), last, delimiter_name(delimiter));
  return fmt::format(
      "{}: {} not like the lines below, which have {} cells each; {}if the table begins there, give "
      "--skip-lines {}, else repair the first {} (delimiter used: {})",
      source, lines_named(last), counts.cells[odd], decimal_advice(line_at(odd), delimiter), last,
      last == 1 ? "line" : "lines", delimiter_name(delimiter));
}

std::string decimal_advice(const std::vector<std::string>& cells, char delimiter) {
  if (delimiter != ',') return {};
  for (std::size_t c = cells.size(); c-- > 1;) {
    std::string_view whole = cells[c - 1];
    if (whole.starts_with('-') || whole.starts_with('+')) whole.remove_prefix(1);
    if (all_digits(whole) && all_digits(cells[c]))
      return fmt::format("if '{},{}' is one number with a decimal comma, quote it or write ; between cells; ",
                         shown(cells[c - 1]), shown(cells[c]));
  }
  return {};
}

}  // namespace ebit::inline data
