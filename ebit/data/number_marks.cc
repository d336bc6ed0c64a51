#include "ebit/data/number_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
  std::size_t digits = 0;
};

// Nothing where the cell is no number of digits and marks.
std::optional<Shape> shape_of(std::string_view cell) {
  Shape shape;
  const bool ascii = std::ranges::none_of(cell, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const std::string plain = ascii ? std::string() : with_plain_marks(cell);
  std::string_view rest = ascii ? cell : std::string_view(plain);
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  for (const char c : rest) {
    if (c >= '0' && c <= '9') {
      ++shape.digits;
    } else if (kMarks.find(c) != std::string_view::npos) {
      if (shape.first == 0) shape.first = c;
      shape.last = c;
      ++shape.marks;
    } else if ((c == 'e' || c == 'E') && shape.digits > 0) {
      break;  // what follows is an exponent, or the text is no number by any reading
    } else {
      return std::nullopt;
    }
  }
  if (shape.digits == 0) return std::nullopt;
  shape.grouped = shape.marks > 0 && shape.first == shape.last && is_grouped(cell, shape.first);
  return shape;
}

// What the cells say of a mark.
struct Evidence {
  std::size_t decimals = 0;  // numbers in which it can only stand before decimals
  std::size_t grouped = 0;   // numbers in which it stands before whole groups of three digits
  std::size_t between = 0;   // numbers in which it can only part thousands
  bool likely = false;       // in some column the numbers without it are below 1000
  std::string example;       // a grouped one
  std::size_t line = 0;      // of the example
};

class Survey {
 public:
  explicit Survey(const CsvTable& table) {
    constexpr std::size_t kEnough = 10000;  // cells with a mark to judge by
    std::size_t seen = 0;
    std::vector<std::array<std::array<std::size_t, 3>, 4>> columns(table.columns());
    std::vector<std::array<std::size_t, 2>> plain(table.columns());  // unmarked: up to three digits, more
    for (std::size_t row = 0; row < table.rows() && seen < kEnough; ++row)
      for (std::size_t c = 0; c < table.columns(); ++c) {
        const std::string_view cell = table.cell(row, c);
        if (cell.empty() || cell.size() > 40) continue;
        const auto shape = shape_of(cell);
        if (!shape) continue;
        if (shape->marks == 0) {
          ++plain[c][shape->digits > 3];
          continue;
        }
        ++seen;
        count(cell, *shape, columns[c], table.line(row));
      }
    for (std::size_t m = 0; m < 4; ++m)
      for (std::size_t c = 0; c < table.columns(); ++c) {
        const auto& [grouped, other, mixed] = columns[c][m];
        // A column of times or dates such as "10 5 2024" says nothing of thousands.
        if ((kMarks[m] == ' ' || kMarks[m] == '\'') && other > 0) continue;
        marks_[m].grouped += grouped;
        marks_[m].likely =
            marks_[m].likely || (grouped > 0 && other == 0 && plain[c][0] > 0 && plain[c][1] == 0);
      }
  }

  const Evidence& of(char mark) const { return marks_[kMarks.find(mark)]; }
  bool apart(char mark) const {
    return of(mark).decimals == 0 && (of(mark).grouped > 0 || of(mark).between > 0);
  }

 private:
  void count(std::string_view cell, const Shape& shape, std::array<std::array<std::size_t, 3>, 4>& column,
             std::size_t line) {
    Evidence& last = marks_[kMarks.find(shape.last)];
    if (shape.grouped) {
      ++column[kMarks.find(shape.last)][0];
      if (shape.marks > 1) ++last.between;
      if (last.example.empty()) last.example = cell, last.line = line;
      return;
    }
    ++column[kMarks.find(shape.last)][1];
    const bool decimal = shape.last == '.' || shape.last == ',';
    if (shape.first == shape.last) {
      last.decimals += shape.marks == 1 && decimal && parse_number(cell, shape.last);
      return;
    }
    if (!decimal || !parse_number(cell, shape.last, shape.first)) return;
    Evidence& first = marks_[kMarks.find(shape.first)];
    ++last.decimals, ++first.between;
    if (first.example.empty()) first.example = cell, first.line = line;
  }

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
  const std::string plain = with_plain_marks(cell);
  std::string_view rest = plain;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  return rest.find(mark) != std::string_view::npos && rest[0] != '0' &&
         rest.find_first_not_of(std::string("0123456789") + mark) == std::string_view::npos &&
         parse_number(rest, mark == ',' ? '.' : ',', mark).has_value();
}

NumberMarks find_marks(const CsvTable& table, const CsvOptions& options) {
  NumberMarks marks;
  if (!options.decimal.empty()) marks.decimal = options.decimal[0];
  if (!options.thousands.empty())
    marks.thousands = std::ranges::find(kThousands, options.thousands, &ThousandsMark::name)->character;
  if (!options.decimal.empty() && !options.thousands.empty()) return marks;
  const Survey survey(table);
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
