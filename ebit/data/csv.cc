#include "ebit/data/csv.h"

#include <csv.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <new>
#include <optional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/data/csv_dialect.h"
#include "ebit/data/number.h"

namespace ebit::inline data {

/// Fills a CsvTable from libcsv's callbacks.
class CsvReader {
 public:
  CsvReader(CsvTable& table, const CsvOptions& options) : table_(table), header_(options.header) {
    if (csv_init(&parser_, 0) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(table.delimiter));
  }
  ~CsvReader() { csv_free(&parser_); }
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  void read(std::string_view text) {
    // libcsv is handed one line at a time, so that the line a row starts on is known.
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = line_end(text, begin);
      ++line_;
      if (!row_open_) row_line_ = line_;
      row_open_ =
          row_open_ || text.substr(begin, end - begin).find_first_not_of(" \t\r\n") != std::string_view::npos;
      parse(text.substr(begin, end - begin));
      begin = end;
    }
    // A line end closes any row but one with an open quote.
    parse("\n");
    require(!row_open_, "{} line {}: a quote is opened there and never closed", table_.source, row_line_);
  }

 private:
  void parse(std::string_view line) {
    const std::size_t done = csv_parse(&parser_, line.data(), line.size(), on_cell, on_row, this);
    if (error_) throw Error(*error_);
    if (done != line.size()) throw std::bad_alloc();  // without its strict mode libcsv fails for nothing else
  }

  static void on_cell(void* cell, std::size_t size, void* self) {
    static_cast<CsvReader*>(self)->add_cell({static_cast<const char*>(cell), size});
  }
  static void on_row(int, void* self) { static_cast<CsvReader*>(self)->end_row(); }

  void add_cell(std::string_view cell) {
    cell = trimmed(cell);
    if (table_.names.empty()) {
      first_.emplace_back(cell);
      return;
    }
    table_.text_ += cell;
    table_.ends_.push_back(table_.text_.size());
    ++cells_;
  }

  void end_row() {
    row_open_ = false;
    if (table_.names.empty()) return first_row();
    // Exceptions must not pass through libcsv's C frames: the first error is kept and thrown when it returns.
    if (cells_ != table_.names.size() && !error_) {
      error_ = fmt::format(
          "{} line {}: {} {} where line {} has {}; repair the row, or give the delimiter (used: {})",
          table_.source, row_line_, cells_, cells_ == 1 ? "cell" : "cells", first_line_, table_.names.size(),
          delimiter_name(table_.delimiter));
    }
    table_.lines_.push_back(row_line_);
    cells_ = 0;
  }

  void first_row() {
    first_line_ = row_line_;
    table_.has_header =
        header_.empty() ? std::none_of(first_.begin(), first_.end(), looks_like_data) : header_ == "yes";
    for (std::size_t c = 0; c < first_.size(); ++c) {
      const bool named = table_.has_header && !first_[c].empty();
      table_.names.push_back(named ? shown(first_[c], first_[c].size()) : fmt::format("column{}", c + 1));
    }
    if (table_.has_header) return;
    for (const auto& cell : first_) add_cell(cell);
    end_row();
  }

  static std::size_t line_end(std::string_view text, std::size_t begin) {
    const std::size_t at = text.find_first_of("\r\n", begin);
    if (at == std::string_view::npos) return text.size();
    return at + (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1);
  }

  static bool looks_like_data(const std::string& cell) {
    return parse_number(cell, '.') || parse_number(cell, ',') || parse_time(cell, DateOrder::kDayFirst) ||
           parse_time(cell, DateOrder::kMonthFirst);
  }

  CsvTable& table_;
  std::string header_;
  csv_parser parser_{};
  std::vector<std::string> first_;  // cells of the first row, until it is known what they are
  std::size_t cells_ = 0;           // of the row being read
  std::size_t line_ = 0;            // being read
  std::size_t row_line_ = 0;        // that the row being read started on
  std::size_t first_line_ = 1;      // that the first row started on
  bool row_open_ = false;           // a row has begun and not ended
  std::optional<std::string> error_;
};

CsvTable read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  require(!std::filesystem::is_directory(path), "{} is a folder, not a CSV file", path.string());
  return parse_csv(read_file(path), options, path.string());
}

CsvTable parse_csv(std::string_view text, const CsvOptions& options, std::string source) {
  check_csv_options(options);
  text = checked_text(text, source);
  CsvTable table;
  std::string converted;
  if (!is_utf8(text)) {
    table.warnings.push_back(fmt::format("{} is not UTF-8; read as Latin-1", source));
    converted = utf8_of_latin1(text);
    text = converted;
  }
  table.source = std::move(source);
  table.delimiter = options.delimiter.empty() ? find_delimiter(text) : delimiter_char(options.delimiter);
  CsvReader(table, options).read(text);
  require(!table.names.empty(), "{} is empty: no header and no rows", table.source);
  require(table.rows() > 0, "{} has a header ({}) and no rows", table.source, fmt::join(table.names, ", "));
  table.decimal = options.decimal.empty() ? find_decimal(table) : options.decimal[0];
  return table;
}

std::size_t CsvTable::column(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) {
    const std::size_t index = static_cast<std::size_t>(found - names.begin());
    const auto second = std::find(found + 1, names.end(), name);
    require(second == names.end(),
            "{}: columns {} and {} are both called '{}'; give the column's number instead", source, index + 1,
            second - names.begin() + 1, name);
    return index;
  }
  const bool digits = !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits && name.size() < 10) {
    const std::size_t number = std::stoul(std::string(name));
    require(number >= 1 && number <= names.size(), "{}: no column {}; columns are counted from 1 to {}",
            source, name, names.size());
    return number - 1;
  }
  fail("{}: no column '{}'{}", source, name, suggestion(name, names));
}

}  // namespace ebit::inline data
