#include "ebit/data/csv_dialect.h"

#include <algorithm>
#include <array>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/data/number.h"

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

// Cells of each of the first lines under a delimiter, quotes respected.
std::vector<std::size_t> cells_per_line(std::string_view text, char delimiter) {
  constexpr std::size_t kLines = 50;
  std::vector<std::size_t> counts;
  std::size_t cells = 1;
  bool quoted = false, blank = true;
  for (std::size_t i = 0; i <= text.size() && counts.size() < kLines; ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (c == '"') quoted = !quoted;
    if ((c == '\n' || c == '\r') && (!quoted || i == text.size())) {
      if (!blank) counts.push_back(cells);
      cells = 1, blank = true;
      continue;
    }
    if (c == delimiter && !quoted) ++cells;
    blank = blank && (c == ' ' || (c == '\t' && delimiter != '\t'));
  }
  return counts;
}

// "1,234" and "12,345,678": digits in groups of three.
bool looks_like_thousands(std::string_view cell) {
  if (!cell.empty() && (cell[0] == '-' || cell[0] == '+')) cell.remove_prefix(1);
  const std::size_t comma = cell.find(',');
  return comma >= 1 && comma <= 3 && cell.size() == comma + 4 && cell[0] != '0';
}

}  // namespace

std::span<const Delimiter> delimiter_table() { return kDelimiters; }

char delimiter_char(std::string_view name) {
  for (const auto& row : kDelimiters) {
    if (name == row.name || name == row.also || name == std::string_view(&row.character, 1))
      return row.character;
  }
  fail("unknown delimiter '{}'{}", name, suggestion(name, names_of(kDelimiters)));
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

char find_delimiter(std::string_view text) {
  char best = ',';
  std::size_t most = 1;
  for (const auto& row : kDelimiters) {
    const auto counts = cells_per_line(text, row.character);
    if (counts.empty() || counts[0] < 2) continue;
    if (std::all_of(counts.begin(), counts.end(), [&](std::size_t n) { return n == counts[0]; }))
      return row.character;
    if (counts[0] > most) most = counts[0], best = row.character;
  }
  return best;
}

char find_decimal(const CsvTable& table) {
  constexpr std::size_t kEnough = 10000;  // cells with a mark to judge by
  std::size_t points = 0, commas = 0;
  for (std::size_t row = 0; row < table.rows() && points + commas < kEnough; ++row) {
    for (std::size_t column = 0; column < table.columns(); ++column) {
      const auto cell = table.cell(row, column);
      const std::size_t mark = cell.find_first_of(".,");
      if (mark == std::string_view::npos) continue;
      if (cell[mark] == '.') {
        points += parse_number(cell, '.').has_value();
      } else if (table.delimiter != ',' || !looks_like_thousands(cell)) {
        commas += parse_number(cell, ',').has_value();
      }
    }
  }
  return commas > points ? ',' : '.';
}

}  // namespace ebit::inline data
