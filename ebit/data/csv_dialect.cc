#include "ebit/data/csv_dialect.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/base/lines.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/number_marks.h"

namespace ebit::inline data {
namespace {

// The comma comes last: it is also a decimal mark, so the others, where they fit every line, are likelier.
constexpr std::array<Delimiter, 4> kDelimiters{{
    {';', ";", "semicolon"},
    {'\t', "tab", "\\t"},
    {'|', "|", "pipe"},
    {',', ",", "comma"},
}};

// Files that people hand over in the belief that they are CSV.
struct Magic {
  std::string_view bytes;  // that the file starts with
  std::string_view what;   // it then is, and what to do
};
constexpr std::array<Magic, 5> kMagics{{
    {"\x1f\x8b", "gzip-compressed; unpack it first (gunzip)"},
    {"PK\x03\x04", "a zip archive or a spreadsheet; unpack it, or save the sheet as CSV"},
    {"\xff\xfe", "UTF-16; save it as UTF-8"},
    {"\xfe\xff", "UTF-16; save it as UTF-8"},
    {"\xd0\xcf\x11\xe0", "an Excel workbook; save the sheet as CSV"},
}};

}  // namespace

std::span<const Delimiter> delimiter_table() { return kDelimiters; }

char delimiter_char(std::string_view name) {
  for (const auto& row : kDelimiters) {
    if (name == row.name || name == row.also || name == std::string_view(&row.character, 1))
      return row.character;
  }
  fail("unknown delimiter '{}'{}", shown(name), suggestion(name, names_of(kDelimiters)));
}

std::string_view delimiter_name(char delimiter) {
  const auto row = std::find_if(kDelimiters.begin(), kDelimiters.end(),
                                [&](const Delimiter& d) { return d.character == delimiter; });
  return row == kDelimiters.end() ? "?" : row->name;
}

void check_csv_options(const CsvOptions& options) {
  require(options.decimal.empty() || options.decimal == "." || options.decimal == ",",
          "the decimal mark must be '.' or ',', not '{}'", options.decimal);
  require(options.header.empty() || options.header == "yes" || options.header == "no",
          "the header option must be 'yes' or 'no', not '{}'", options.header);
  if (!options.delimiter.empty()) delimiter_char(options.delimiter);
  if (options.thousands.empty()) return;
  find_row(thousands_table(), "unknown thousands mark", options.thousands);
  require(options.thousands != options.decimal, "'{}' cannot be both the decimal and the thousands mark",
          options.thousands);
}

std::string_view checked_text(std::string_view text, std::string_view source) {
  for (const auto& magic : kMagics) {
    require(!text.starts_with(magic.bytes), "{} is {}", source, magic.what);
  }
  constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
  if (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    fail("{} is not a text file: a NUL byte in line {}", source,
         1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n'));
  }
  return text;
}

LineCells cells_per_line(std::string_view text, char delimiter) {
  constexpr std::size_t kLines = 50;
  const char end = line_end_of(text);
  LineCells counts;
  std::size_t cells = 1, begin = 0, line = 1, ends = 0;
  bool quoted = false, blank = true;
  bool opens = true;  // a quote here, at the beginning of a cell or behind the last quote, opens one
  for (std::size_t i = 0; i <= text.size() && counts.cells.size() < kLines; ++i) {
    const char c = i < text.size() ? text[i] : end;
    if (c == '"' && (quoted || opens)) quoted = !quoted;
    if (!quoted) opens = c == delimiter || c == end || (opens && (c == '"' || c == ' ' || c == '\t'));
    ends += c == end;
    if (c == end && (!quoted || i == text.size())) {
      if (!blank) counts.cells.push_back(cells), counts.begin.push_back(begin), counts.line.push_back(line);
      cells = 1, blank = true, begin = i + 1, line = ends + 1;
      continue;
    }
    if (c == delimiter && !quoted) ++cells;
    blank = blank && (c == ' ' || c == '\r' || (c == '\t' && delimiter != '\t'));
  }
  return counts;
}

std::size_t odd_lines(const LineCells& counts) {
  const std::size_t n = counts.cells.size();
  if (n < 3) return 0;
  std::size_t odd = n - 1;
  while (odd > 0 && counts.cells[odd - 1] == counts.cells[n - 1]) --odd;
  return counts.cells[n - 1] >= 2 && n - odd >= 2 ? odd : 0;
}

char find_delimiter(std::string_view text) {
  char best = ',';
  std::size_t most = 1, fewest = 0;
  for (const auto& row : kDelimiters) {
    const LineCells counts = cells_per_line(text, row.character);
    const std::vector<std::size_t>& cells = counts.cells;
    if (cells.empty()) continue;
    if (cells[0] >= 2 &&
        std::all_of(cells.begin(), cells.end(), [&](std::size_t n) { return n == cells[0]; }))
      return row.character;
    const std::size_t odd = odd_lines(counts);
    if (odd > 0 && 2 * odd < cells.size() && (fewest == 0 || odd < fewest)) {
      fewest = odd, best = row.character;
    } else if (fewest == 0 && cells[0] > most) {
      most = cells[0], best = row.character;
    }
  }
  return best;
}

}  // namespace ebit::inline data
