#include "ebit/data/csv.h"

#include <csv.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <optional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/lines.h"
#include "ebit/base/listed.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/data/csv_dialect.h"
#include "ebit/data/csv_header.h"
#include "ebit/data/csv_preamble.h"
#include "ebit/data/number_marks.h"

namespace ebit::inline data {
namespace {

// A name as users type it: spaces in place of the ends of lines and other controls.
std::string on_one_line(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return name;
}

// The cells of a line whose quotes mean nothing.
std::vector<std::string_view> cut(std::string_view line, char delimiter) {
  std::vector<std::string_view> cells;
  for (std::size_t at = 0; at != std::string_view::npos;) {
    at = line.find(delimiter);
    std::string_view cell = trimmed(line.substr(0, at));
    while (cell.starts_with('"')) cell.remove_prefix(1);
    while (cell.ends_with('"')) cell.remove_suffix(1);
    cells.push_back(cell);
    line.remove_prefix(at == std::string_view::npos ? line.size() : at + 1);
  }
  return cells;
}

}  // namespace

/// Fills a CsvTable from libcsv's callbacks.
class CsvReader {
 public:
  explicit CsvReader(CsvTable& table) : table_(table) {
    if (csv_init(&parser_, CSV_STRICT) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(table.delimiter));
    csv_set_term_func(&parser_, [](unsigned char c) { return c == '\n' ? 1 : 0; });
  }
  ~CsvReader() { csv_free(&parser_); }
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// Reads `text`, whose first line is the one after `skipped` of the file, every line of it as data.
  void read(std::string_view text, std::size_t skipped) {
    // libcsv is handed one line at a time, so that the line a row starts on is known.
    const std::string_view whole = text;
    const char end = line_end_of(text);
    std::string_view row;
    for (line_ = skipped; !text.empty();) {
      if (!row_open_) row = text;
      const std::string_view line = take_line(text, end);
      ++line_;
      if (!row_open_) row_line_ = line_;
      row_open_ = row_open_ || line.find_first_not_of(" \t\r") != std::string_view::npos;
      parse(line);
      parse("\n");
      if (!row_open_ && line_ > row_line_) check_lines(row.substr(0, row.size() - text.size()), end);
      if (!error_) continue;
      // Where the first lines differ from all the rest, they are told, not the first of the rest.
      const std::string advice = skipped == 0 ? title_advice(whole, table_.delimiter, table_.source) : "";
      throw Error(advice.empty() ? *error_ + footer_advice(text) : advice);
    }
    require(!row_open_, "{} line {}: a quote is opened there and never closed", table_.source, row_line_);
    if (surplus_rows_ > 0)
      table_.warnings.push_back(
          fmt::format("{} line {}: {} empty {} behind the last name of line {}, as in every row; left out",
                      table_.source, surplus_line_, surplus_, surplus_ == 1 ? "cell" : "cells", first_line_));
    if (!spread_.empty()) table_.warnings.push_back(spread_);
  }

  /// Makes the first row, or `given`, the names of the columns.
  void take_names(bool header, const std::vector<std::string>& given) {
    const std::size_t columns = table_.names.size();
    for (std::size_t c = 0; c < columns; ++c) {
      const std::string name = !given.empty() ? given[c]
                               : header       ? std::string(table_.cell(0, c))
                                              : std::string();
      table_.names[c] = name.empty() ? fmt::format("column{}", c + 1) : on_one_line(name);
    }
    table_.has_header = header || !given.empty();
    if (!header) return;
    const std::size_t bytes = table_.ends_[columns - 1];
    table_.text_.erase(0, bytes);
    table_.ends_.erase(table_.ends_.begin(), table_.ends_.begin() + static_cast<std::ptrdiff_t>(columns));
    for (std::size_t& end : table_.ends_) end -= bytes;
    table_.lines_.erase(table_.lines_.begin());
  }

 private:
  void parse(std::string_view line) {
    while (!line.empty()) {
      const std::size_t done = csv_parse(&parser_, line.data(), line.size(), on_cell, on_row, this);
      if (done == line.size()) return;
      if (csv_error(&parser_) != CSV_EPARSE) throw std::bad_alloc();
      line.remove_prefix(done);
      require(!parser_.quoted,
              "{} line {}: '{}' stands behind a quote that ends a cell{}; take that quote out, or double it "
              "(\"\") where it belongs to the text",
              table_.source, line_, shown(line, 20),
              row_line_ == line_ ? "" : fmt::format(", which begins in line {}", row_line_));
      // A quote inside a cell that begins with none is a character like others: 5" of snow.
      csv_set_opts(&parser_, 0);
      csv_parse(&parser_, line.data(), 1, on_cell, on_row, this);
      csv_set_opts(&parser_, CSV_STRICT);
      line.remove_prefix(1);
    }
  }

  // A row of several lines: text with breaks, or rows that a stray quote has swallowed.
  void check_lines(std::string_view row, char end) {
    const std::size_t columns = table_.names.size(), last = table_.lines_.size() - 1;
    std::size_t spread = 0;
    while (spread < columns && !error_) {
      const std::string_view cell = table_.cell(last, spread);
      if (cell.find('\n') != std::string_view::npos && cell.find(table_.delimiter) != std::string_view::npos)
        break;
      ++spread;
    }
    if (spread == columns || error_) return;
    std::vector<bool> data(columns, true);  // a number or a date in each line
    while (!row.empty()) {
      const std::vector<std::string_view> cells = cut(take_line(row, end), table_.delimiter);
      for (std::size_t c = 0; c < columns; ++c)
        data[c] = data[c] && cells.size() == columns && looks_like_data(cells[c]);
    }
    require(std::ranges::find(data, true) == data.end(),
            "{} line {}: a quote is opened there and closed in line {}, and each of these lines has {} cells "
            "as a row has; take the quote out, or the line breaks",
            table_.source, row_line_, line_, columns);
    if (spread_.empty())
      spread_ = fmt::format(
          "{} lines {} to {} are one row, for a quoted cell ('{}') reaches over them; a stray quote is to be "
          "taken out",
          table_.source, row_line_, line_, shown(table_.cell(last, spread), 30));
  }

  static void on_cell(void* cell, std::size_t size, void* self) {
    static_cast<CsvReader*>(self)->add_cell({static_cast<const char*>(cell), size});
  }
  static void on_row(int, void* self) { static_cast<CsvReader*>(self)->end_row(); }

  void add_cell(std::string_view cell) {
    table_.text_ += trimmed(cell);
    table_.ends_.push_back(table_.text_.size());
    ++cells_;
  }

  void end_row() {
    row_open_ = false;
    if (table_.lines_.empty()) first_line_ = row_line_, table_.names.resize(cells_);
    drop_surplus();
    // Exceptions must not pass through libcsv's C frames: the first error is kept and thrown when it returns.
    if (cells_ != table_.names.size() && !error_) {
      error_ = fmt::format(
          "{} line {}: {} {} where line {} has {}; {}repair the row, or give the delimiter (used: {})",
          table_.source, row_line_, cells_, cells_ == 1 ? "cell" : "cells", first_line_, table_.names.size(),
          cells_ > table_.names.size() ? decimal_advice(row_cells(), table_.delimiter) : "",
          delimiter_name(table_.delimiter));
      bad_cells_ = cells_;
    }
    table_.lines_.push_back(row_line_);
    cells_ = 0;
  }

  // What is said where the row being read may belong to a note below the table; `rest`: what is behind it.
  std::string footer_advice(std::string_view rest) const {
    constexpr std::size_t kMostLines = 5, kFewestRows = 5;
    const std::size_t lines = static_cast<std::size_t>(std::ranges::count(rest, '\n'));
    if (bad_cells_ >= table_.names.size() || lines >= kMostLines || table_.lines_.size() <= kFewestRows)
      return {};
    return fmt::format("; if it is a note below the table, take out all from line {} on", row_line_);
  }

  // Leaves out empty cells behind the last named one, which some programs write in every row but the first.
  void drop_surplus() {
    const std::size_t columns = table_.names.size(), row = table_.lines_.size();
    if (row == 0) return;
    const std::vector<std::string> cells = cells_ > columns ? row_cells() : std::vector<std::string>();
    const bool empty =
        !cells.empty() && std::all_of(cells.begin() + static_cast<std::ptrdiff_t>(columns), cells.end(),
                                      [](const std::string& cell) { return cell.empty(); });
    if (empty && surplus_rows_ + 1 == row && (row == 1 || cells_ - columns == surplus_)) {
      if (row == 1) surplus_ = cells_ - columns, surplus_line_ = row_line_;
      ++surplus_rows_;
      table_.ends_.resize(table_.ends_.size() - surplus_);
      cells_ = columns;
    } else if (surplus_rows_ > 0 && !error_) {
      error_ = fmt::format(
          "{} line {}: {} cells where line {} has {} and line {} has {}; repair the rows, or give the "
          "delimiter (used: {})",
          table_.source, surplus_line_, columns + surplus_, first_line_, columns, row_line_, cells_,
          delimiter_name(table_.delimiter));
    }
  }

  // Of the row being read.
  std::vector<std::string> row_cells() const {
    std::vector<std::string> cells;
    const std::vector<std::size_t>& ends = table_.ends_;
    for (std::size_t i = ends.size() - cells_; i < ends.size(); ++i) {
      const std::size_t begin = i == 0 ? 0 : ends[i - 1];
      cells.push_back(table_.text_.substr(begin, ends[i] - begin));
    }
    return cells;
  }

  CsvTable& table_;
  csv_parser parser_{};
  std::size_t cells_ = 0;         // of the row being read
  std::size_t line_ = 0;          // being read
  std::size_t row_line_ = 0;      // that the row being read started on
  std::size_t first_line_ = 1;    // that the first row started on
  bool row_open_ = false;         // a row has begun and not ended
  std::size_t surplus_ = 0;       // empty cells behind the named ones in each row
  std::size_t surplus_rows_ = 0;  // that have them
  std::size_t surplus_line_ = 0;  // the first of these
  std::string spread_;            // said of the first row that a quoted cell spreads over lines
  std::optional<std::string> error_;
  std::size_t bad_cells_ = 0;  // of the row that error_ is about
};

CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  require(!std::filesystem::is_directory(path), "{} is a folder, not a CSV file", path.string());
  return parse_csv(read_input(path), options, path.string());
}

CsvTable parse_csv(std::string_view text, const CsvOptions& options, std::string source) {
  check_csv_options(options);
  text = checked_text(text, source);
  CsvTable table;
  std::string converted;
  if (!is_utf8(text)) {
    table.warnings.push_back(fmt::format("{} is not UTF-8; read as Windows-1252", source));
    converted = utf8_of_windows1252(text);
    text = converted;
  }
  const Preamble preamble = find_preamble(text, options, source);
  text.remove_prefix(preamble.bytes);
  table.source = std::move(source);
  table.delimiter = !options.delimiter.empty() ? delimiter_char(options.delimiter)
                    : preamble.delimiter != 0  ? preamble.delimiter
                                               : find_delimiter(text);
  CsvReader reader(table);
  reader.read(text, preamble.lines);
  require(table.rows() > 0, "{} is empty: no header and no rows", table.source);

  HeaderGuess guess{options.header == "yes", {}};
  if (options.header.empty() && preamble.names.empty()) guess = guess_header(table);
  const bool commented = !preamble.names.empty() && preamble.names.size() == table.columns();
  reader.take_names(!commented && guess.header, commented ? preamble.names : std::vector<std::string>{});
  require(table.rows() > 0, "{} has a header ({}) and no rows", table.source, listed(table.names));

  NumberMarks marks = find_marks(table, options);
  table.decimal = marks.decimal, table.thousands = marks.thousands, table.marked = marks.seen;
  for (const std::string& note : {preamble.note, guess.note, marks.note})
    if (!note.empty()) table.warnings.push_back(note);
  return table;
}

bool CsvTable::has_column(std::string_view name) const {
  if (const auto named = std::ranges::count(names, name); named > 0) return named == 1;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() && number >= 1 && number <= names.size();
}

std::size_t CsvTable::column(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) {
    const std::size_t index = static_cast<std::size_t>(found - names.begin());
    const auto second = std::find(found + 1, names.end(), name);
    require(second == names.end(),
            "{}: columns {} and {} are both called '{}'; give the column's number instead", source, index + 1,
            second - names.begin() + 1, shown(name));
    return index;
  }
  const bool digits = !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits && name.size() < 10) {
    const std::size_t number = std::stoul(std::string(name));
    require(number >= 1 && number <= names.size(), "{}: no column {}; columns are counted from 1 to {}",
            source, name, names.size());
    return number - 1;
  }
  fail("{}: no column '{}'{}", source, shown(name), suggestion(name, names));
}

}  // namespace ebit::inline data
