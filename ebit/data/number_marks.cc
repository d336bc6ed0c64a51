#include "ebit/data/number_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/data/number.h"

namespace ebit::inline data {
namespace {

constexpr std::array<ThousandsMark, 5> kThousands{{
    {0, "none"},
    {'.', "."},
    {',', ","},
    {'\'', "'"},
    {' ', "space"},
}};
constexpr std::string_view kMarks = ".,' ";

std::string_view name_of_mark(char mark) {
  return std::ranges::find(kThousands, mark, &ThousandsMark::character)->name;
}

// A cell of digits and marks.
struct Shape {
  char first = 0, last = 0;  // its marks; 0: it has none
  std::size_t marks = 0;     // how many
  bool grouped = false;      // one kind of mark, before whole groups of three digits
  bool exponent = false;     // it ends in one, or is no number by any reading
  std::size_t digits = 0;
};

// Nothing where the cell is no number of digits and marks. It looks at every cell of a file: in one pass.
std::optional<Shape> shape_of(std::string_view cell) {
  Shape shape;
  const bool ascii = std::ranges::none_of(cell, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const std::string plain = ascii ? std::string() : with_plain_marks(cell);
  std::string_view rest = ascii ? cell : std::string_view(plain);
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  std::size_t group = 0;  // digits since the last mark
  bool whole = !rest.empty() && rest[0] != '0';
  for (const char c : rest) {
    if (c >= '0' && c <= '9') {
      ++shape.digits, ++group;
    } else if (kMarks.find(c) != std::string_view::npos) {
      whole = whole && (shape.marks == 0 ? group >= 1 && group <= 3 : group == 3 && c == shape.first);
      if (shape.first == 0) shape.first = c;
      shape.last = c, group = 0;
      ++shape.marks;
    } else if ((c == 'e' || c == 'E') && shape.digits > 0) {
      shape.exponent = true;
      break;
    } else {
      return std::nullopt;
    }
  }
  if (shape.digits == 0) return std::nullopt;
  shape.grouped = shape.marks > 0 && whole && group == 3 && !shape.exponent;
  return shape;
}

// The month of "05.2024" and "2024.05"; 0 where the cell is no such thing.
int month_of(std::string_view cell) {
  const std::size_t point = cell.find('.');
  if (point == std::string_view::npos) return 0;
  std::string_view month = cell.substr(0, point), year = cell.substr(point + 1);
  if (month.size() == 4 && year.size() == 2) std::swap(month, year);
  int in_year = 0, of = 0;
  const auto read = [](std::string_view text, int& value) {
    return std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size();
  };
  if (year.size() != 4 || month.empty() || month.size() > 2 || !read(month, in_year) || !read(year, of))
    return 0;
  return in_year >= 1 && in_year <= 12 && of >= 1700 && of <= 2199 ? in_year : 0;
}

// What the cells say of a mark.
struct Evidence {
  std::size_t decimals = 0;  // numbers in which it can only stand before decimals
  std::size_t grouped = 0;   // numbers in which it stands before whole groups of three digits
  std::size_t between = 0;   // numbers in which it can only part thousands
  bool likely = false;       // in some column the numbers without it are below 1000
  std::string example;       // a grouped one
  std::size_t line = 0;      // of the example

  void show(std::string_view cell, std::size_t of_line) {
    if (example.empty() || of_line < line) example = cell, line = of_line;
  }
};

// What the cells of one column say.
class ColumnSurvey {
 public:
  void look_at(std::string_view cell, std::size_t line) {
    constexpr std::size_t kLongest = 40;  // of a number
    if (cell.empty() || cell.size() > kLongest) return;
    const auto shape = shape_of(cell);
    if (!shape) return;
    if (shape->marks == 0) {
      ++plain_[shape->digits > 3];
      return;
    }
    const int month = months_only_ ? month_of(cell) : 0;
    months_only_ = month > 0;
    several_months_ = several_months_ || cell[0] == '0' || (month_ != 0 && month != month_);
    month_ = month;
    count(cell, *shape, line);
  }

  // Adds what is said of each mark to `all`.
  void add_to(std::array<Evidence, 4>& all) const {
    // "05.2024" in every row, of several months or with a leading zero, is a time, and none of its points a
    // decimal mark. One month alone, "1.2023", is rather a number.
    if (months_only_ && several_months_ && plain_[0] + plain_[1] == 0) return;
    for (std::size_t m = 0; m < all.size(); ++m) {
      const Evidence& own = marks_[m];
      all[m].decimals += own.decimals, all[m].between += own.between;
      if (!own.example.empty()) all[m].show(own.example, own.line);
      // A column of times or dates such as "10 5 2024" says nothing of thousands.
      if ((kMarks[m] == ' ' || kMarks[m] == '\'') && other_[m] > 0) continue;
      all[m].grouped += own.grouped;
      all[m].likely = all[m].likely || (own.grouped > 0 && other_[m] == 0 && plain_[0] > 0 && plain_[1] == 0);
    }
  }

 private:
  void count(std::string_view cell, const Shape& shape, std::size_t line) {
    Evidence& last = marks_[kMarks.find(shape.last)];
    if (shape.grouped) {
      ++last.grouped;
      if (shape.marks > 1) ++last.between;
      last.show(cell, line);
      return;
    }
    ++other_[kMarks.find(shape.last)];
    const bool decimal = shape.last == '.' || shape.last == ',';
    if (shape.first == shape.last) {
      last.decimals += shape.marks == 1 && decimal && (!shape.exponent || parse_number(cell, shape.last));
      return;
    }
    if (!decimal || !parse_number(cell, shape.last, shape.first)) return;
    Evidence& first = marks_[kMarks.find(shape.first)];
    ++last.decimals, ++first.between;
    first.show(cell, line);
  }

  std::array<Evidence, 4> marks_{};
  std::array<std::size_t, 4> other_{};  // numbers whose last mark it is, before other than whole groups
  std::array<std::size_t, 2> plain_{};  // unmarked: up to three digits, more
  bool months_only_ = true, several_months_ = false;
  int month_ = 0;
};

// Every cell is looked at: numbers of four digits may come late in a file of small ones.
class Survey {
 public:
  explicit Survey(const CsvTable& table) {
    std::vector<ColumnSurvey> columns(table.columns());
    for (std::size_t row = 0; row < table.rows(); ++row)
      for (std::size_t c = 0; c < table.columns(); ++c)
        columns[c].look_at(table.cell(row, c), table.line(row));
    for (const ColumnSurvey& column : columns) column.add_to(marks_);
  }

  const Evidence& of(char mark) const { return marks_[kMarks.find(mark)]; }
  bool apart(char mark) const {
    return of(mark).decimals == 0 && (of(mark).grouped > 0 || of(mark).between > 0);
  }

 private:
  std::array<Evidence, 4> marks_{};
};

char other_of(char decimal) { return decimal == '.' ? ',' : '.'; }

// Whether a mark that no number shows to be one of decimals parts thousands.
bool parts_thousands(const Survey& survey, char mark, const CsvTable& table) {
  return survey.apart(mark) &&
         (survey.of(mark).between > 0 || survey.of(mark).likely || (mark == ',' && table.delimiter == ','));
}

char find_decimal(const Survey& survey, const CsvTable& table) {
  const Evidence &point = survey.of('.'), &comma = survey.of(',');
  if (point.decimals + comma.decimals > 0) return comma.decimals > point.decimals ? ',' : '.';
  const bool points = parts_thousands(survey, '.', table), commas = parts_thousands(survey, ',', table);
  require(!points || !commas,
          "{}: '{}' (line {}) and '{}' (line {}) both look like thousands; say which mark is which with "
          "--decimal "
          "and --thousands",
          table.source, shown(point.example), point.line, shown(comma.example), comma.line);
  if (points) return ',';
  if (commas) return '.';
  return comma.grouped > point.grouped ? ',' : '.';
}

char find_thousands(const Survey& survey, char decimal, const CsvTable& table, const CsvOptions& options) {
  // A mark of decimals that was asked for leaves the other for thousands.
  if (survey.apart(other_of(decimal)) &&
      (!options.decimal.empty() || survey.of(decimal).decimals > 0 ||
       survey.of(other_of(decimal)).between > 0 || parts_thousands(survey, other_of(decimal), table)))
    return other_of(decimal);
  for (const char mark : {'\'', ' '})
    if (survey.apart(mark)) return mark;
  return 0;
}

}  // namespace

std::span<const ThousandsMark> thousands_table() { return kThousands; }

bool is_grouped(std::string_view cell, char mark) {
  const auto shape = shape_of(cell);
  return shape && shape->grouped && shape->first == mark;
}

NumberMarks find_marks(const CsvTable& table, const CsvOptions& options) {
  NumberMarks marks;
  if (!options.decimal.empty()) marks.decimal = options.decimal[0];
  if (!options.thousands.empty())
    marks.thousands = std::ranges::find(kThousands, options.thousands, &ThousandsMark::name)->character;
  marks.seen = !options.decimal.empty() || !options.thousands.empty();
  if (!options.decimal.empty() && !options.thousands.empty()) return marks;
  const Survey survey(table);
  for (const char mark : {'.', ','})
    marks.seen = marks.seen || survey.of(mark).decimals + survey.of(mark).grouped > 0;
  if (options.decimal.empty()) {
    const bool taken = marks.thousands == '.' || marks.thousands == ',';
    if (taken) {
      marks.decimal = other_of(marks.thousands);
    } else if (!options.thousands.empty()) {
      const std::size_t points = survey.of('.').decimals + survey.of('.').grouped;
      marks.decimal = survey.of(',').decimals + survey.of(',').grouped > points ? ',' : '.';
    } else {
      marks.decimal = find_decimal(survey, table);
    }
  }
  if (!options.thousands.empty()) return marks;
  marks.thousands = find_thousands(survey, marks.decimal, table, options);
  const Evidence& decimal = survey.of(marks.decimal);
  if (marks.thousands != 0) {
    const Evidence& found = survey.of(marks.thousands);
    const auto value = parse_number(found.example, marks.decimal, marks.thousands);
    marks.note =
        fmt::format("{} line {}: '{}' is read as {}, with {} as thousands mark{}", table.source, found.line,
                    shown(found.example), value ? fmt::format("{}", *value) : std::string("a number"),
                    marks.thousands == ' ' ? std::string("a space") : fmt::format("'{}'", marks.thousands),
                    marks.thousands == '.' || marks.thousands == ','
                        ? fmt::format("; --decimal {} reads it as a decimal mark", marks.thousands)
                        : std::string("; --thousands none refuses it"));
  } else if (options.decimal.empty() && decimal.decimals == 0 && decimal.grouped > 0) {
    marks.note = fmt::format(
        "{} line {}: every number with a '{}' has three digits behind it, such as '{}'; read as a decimal "
        "mark, and "
        "--thousands {} reads it as a thousands mark",
        table.source, decimal.line, marks.decimal, shown(decimal.example), name_of_mark(marks.decimal));
  }
  return marks;
}

}  // namespace ebit::inline data
