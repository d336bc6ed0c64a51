#include "ebit/sim/draw.h"

#include <algorithm>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::inline sim {
namespace {

/// A text as its letters, one column each; a letter may be several bytes of UTF-8.
using Glyphs = std::vector<std::string>;

Glyphs glyphs(std::string_view text) {
  Glyphs out;
  for_each_code_point(text, [&](char32_t, std::string_view bytes) { out.emplace_back(bytes); });
  return out;
}

/// The signs that a drawing is made of.
struct Signs {
  std::string_view wire, link, crossing, control, target, swap, enter, leave, goes_on, came;
  std::string_view top_left, top_right, bottom_left, bottom_right;
};
constexpr Signs kUnicode = {"─", "│", "┼", "●", "⊕", "×", "┤", "├", "»", "«", "┌", "┐", "└", "┘"};
constexpr Signs kAscii = {"-", "|", "+", "@", "(+)", "x", "|", "|", ">", "<", "+", "+", "+", "+"};

/// One gate or channel, ready to be drawn.
struct Sketch {
  std::span<const int> on;  ///< its wires, controls first
  const Gate* gate;         ///< null: a channel, which is a box
  int matrix;               ///< which matrix a matrix gate has, or -1
  std::string label;        ///< in its box
  int top, bottom;          ///< first and last wire that it covers or crosses
  int width;                ///< columns of text
  int column = 0;

  std::size_t controls() const { return gate ? static_cast<std::size_t>(gate->controls) : 0; }
  bool swap() const { return gate && gate->structure == Structure::kFlip && gate->targets() == 2; }
  bool flip() const { return controls() > 0 && gate->structure == Structure::kFlip; }
  // A controlled diagonal sign change treats all its wires alike: CZ is drawn as two controls.
  bool sign() const { return controls() > 0 && gate->structure == Structure::kDiagonal && !gate->angles; }
  bool boxed() const { return !swap() && !flip() && !sign(); }
};

/// A rectangle of text, three rows a wire: above it, itself, below it.
class Canvas {
 public:
  Canvas(int wires, const Signs& signs) : signs_(signs), rows_(static_cast<std::size_t>(3 * wires)) {}

  /// Adds columns: wires and what lies between them.
  void widen(int count) {
    for (std::size_t row = 0; row < rows_.size(); ++row)
      rows_[row].resize(rows_[row].size() + static_cast<std::size_t>(count),
                        row % 3 == 1 ? std::string(signs_.wire) : " ");
  }
  void put(int row, int column, std::string_view text) {
    Glyphs& line = rows_[static_cast<std::size_t>(row)];
    std::ranges::copy(glyphs(text), line.begin() + column);
  }
  int width() const { return static_cast<int>(rows_[0].size()); }
  Glyphs& wire_row(int wire) { return rows_[static_cast<std::size_t>(3 * wire + 1)]; }

  void draw(const Sketch& sketch, int left, int column_width);
  std::string text() const;

 private:
  void draw_links(const Sketch& sketch, int center);
  void draw_box(const Sketch& sketch, int left, int right);

  const Signs& signs_;
  std::vector<Glyphs> rows_;
};

std::vector<Sketch> sketches(const Circuit& circuit, const DrawOptions& options, const Signs& signs);
int place_in_columns(std::vector<Sketch>& all, int wires, bool crossing_counts);

constexpr int kSignWidth = 3;   // columns of text that a sign takes
constexpr int kBoxMargins = 4;  // of a box: two edges and two spaces

}  // namespace

std::string angle_text(const Angle& angle, std::string_view letters) {
  if (angle.kind == Angle::Kind::kConstant) return fmt::format("{:.3g}", angle.value);
  std::string text = angle.scale == 1 ? "" : angle.scale == -1 ? "-" : fmt::format("{:.3g}", angle.scale);
  text += fmt::format("{}{}", angle.kind == Angle::Kind::kShared ? letters : "x", angle.index);
  if (angle.value != 0) text += fmt::format("{:+.3g}", angle.value);
  return text;
}

std::string draw(const Circuit& circuit, const DrawOptions& options) {
  const int wires = circuit.wires();
  require(options.wire_names.empty() || static_cast<int>(options.wire_names.size()) == wires,
          "a drawing of {} wires needs {} wire names, not {}", wires, wires, options.wire_names.size());
  const Signs& signs = options.ascii ? kAscii : kUnicode;
  std::vector<Sketch> all = sketches(circuit, options, signs);
  std::vector<int> widths(static_cast<std::size_t>(place_in_columns(all, wires, true)));
  for (const Sketch& sketch : all) {
    int& width = widths[static_cast<std::size_t>(sketch.column)];
    width = std::max(width, sketch.width);
  }

  std::vector<std::string> names = options.wire_names;
  for (int q = 0; names.size() < static_cast<std::size_t>(wires); ++q) names.push_back(fmt::to_string(q));
  std::size_t margin = 0;
  for (const std::string& name : names) margin = std::max(margin, glyphs(name).size());

  std::string text;
  const int columns = static_cast<int>(widths.size());
  for (int first = 0, next = 0; first < columns || first == 0; first = next) {
    Canvas canvas(wires, signs);
    canvas.widen(static_cast<int>(margin) + 2);
    for (int q = 0; q < wires; ++q) {
      const Glyphs name = glyphs(names[static_cast<std::size_t>(q)]);
      std::fill_n(canvas.wire_row(q).begin(), margin + 1, std::string(1, ' '));
      std::ranges::copy(name, canvas.wire_row(q).begin() + static_cast<std::ptrdiff_t>(margin - name.size()));
      if (first > 0) canvas.wire_row(q).back() = signs.came;
    }
    // At least one column, then as many as leave room for the last piece of wire and the sign that it goes
    // on.
    for (next = first; next < columns; ++next) {
      const int width = widths[static_cast<std::size_t>(next)];
      if (next > first && options.width > 0 && canvas.width() + width + 2 > options.width) break;
      const int left = canvas.width();
      canvas.widen(width + 1);
      for (const Sketch& sketch : all)
        if (sketch.column == next) canvas.draw(sketch, left, width);
    }
    if (next < columns) canvas.widen(1);
    for (int q = 0; q < wires && next < columns; ++q) canvas.wire_row(q).back() = signs.goes_on;
    if (first > 0) text += '\n';
    text += canvas.text();
    if (columns == 0) break;
  }
  return text;
}

int depth(const Circuit& circuit) {
  std::vector<Sketch> all = sketches(circuit, {}, kUnicode);
  std::erase_if(all, [](const Sketch& sketch) { return sketch.gate == nullptr; });
  return place_in_columns(all, circuit.wires(), false);
}

namespace {

std::string gate_label(const Operation& operation, const Gate& row, const DrawOptions& options) {
  // "CRX" is an RX with one control, which is drawn beside the box.
  std::string label(row.name.substr(static_cast<std::size_t>(row.controls)));
  if (operation.matrix >= 0) label = fmt::format("U{}", operation.matrix);
  for (int k = 0; k < row.angles; ++k) {
    const Angle& angle = operation.angles[static_cast<std::size_t>(k)];
    label += k == 0 ? "(" : ", ";
    label += options.angle ? options.angle(angle) : angle_text(angle, options.ascii ? "t" : "θ");
  }
  return row.angles > 0 ? label + ')' : label;
}

// A channel's box: its label, and how strong it is where it has such a number.
std::string channel_label(const PlacedChannel& placed) {
  const Channel& row = channel(placed.channel);
  if (row.strength < 0) return std::string(row.label);
  return fmt::format("{} {:.3g}", row.label, placed.parameters[static_cast<std::size_t>(row.strength)]);
}

std::vector<Sketch> sketches(const Circuit& circuit, const DrawOptions& options, const Signs& signs) {
  std::vector<Sketch> all;
  const auto add = [&](std::span<const int> on, const Gate* row, int matrix, std::string label) {
    const auto [top, bottom] = std::ranges::minmax(on);
    Sketch sketch{on, row, matrix, std::move(label), top, bottom, kSignWidth};
    if (sketch.boxed()) sketch.width = static_cast<int>(glyphs(sketch.label).size()) + kBoxMargins;
    if (sketch.flip()) sketch.width = std::max(kSignWidth, static_cast<int>(glyphs(signs.target).size()));
    all.push_back(std::move(sketch));
  };
  for_each_item(
      circuit,
      [&](const Operation& operation) {
        const Gate& row = gate(operation.gate);
        add(std::span(operation.wires).first(static_cast<std::size_t>(row.wires)), &row, operation.matrix,
            gate_label(operation, row, options));
      },
      [&](const PlacedChannel& placed) { add(placed.on(), nullptr, -1, channel_label(placed)); });
  return all;
}

// Gives each gate the first column behind those before it on its wires, and on those it crosses where that
// counts.
// @returns the number of columns.
int place_in_columns(std::vector<Sketch>& all, int wires, bool crossing_counts) {
  std::vector<int> free(static_cast<std::size_t>(wires), 0);  // [wires] first free column
  int columns = 0;
  for (Sketch& sketch : all) {
    std::vector<int> on(sketch.on.begin(), sketch.on.end());
    if (crossing_counts) {
      on.clear();
      for (int q = sketch.top; q <= sketch.bottom; ++q) on.push_back(q);
    }
    for (int q : on) sketch.column = std::max(sketch.column, free[static_cast<std::size_t>(q)]);
    for (int q : on) free[static_cast<std::size_t>(q)] = sketch.column + 1;
    columns = std::max(columns, sketch.column + 1);
  }
  return columns;
}

void Canvas::draw(const Sketch& sketch, int left, int column_width) {
  const int start = left + (column_width - sketch.width) / 2;
  const int center = start + sketch.width / 2;
  const std::span<const int> on = sketch.on;
  const std::size_t controls = sketch.sign() ? on.size() : sketch.controls();
  draw_links(sketch, center);
  for (int wire : on.first(controls)) put(3 * wire + 1, center, signs_.control);
  for (int wire : on.subspan(controls)) {
    if (sketch.swap()) put(3 * wire + 1, center, signs_.swap);
    if (sketch.flip())
      put(3 * wire + 1, center - static_cast<int>(glyphs(signs_.target).size()) / 2, signs_.target);
  }
  if (sketch.boxed()) draw_box(sketch, start, start + sketch.width - 1);
}

// The line from the first to the last wire of a gate, with a crossing on each wire that is not its own.
void Canvas::draw_links(const Sketch& sketch, int center) {
  for (int row = 3 * sketch.top + 2; row <= 3 * sketch.bottom; ++row)
    put(row, center, row % 3 == 1 ? signs_.crossing : signs_.link);
}

// The box round the target wires. A wire between two targets that is none itself goes through the box.
void Canvas::draw_box(const Sketch& sketch, int left, int right) {
  const auto targets = sketch.on.subspan(sketch.controls());
  const auto [first, last] = std::ranges::minmax(targets);
  const int top = 3 * first, bottom = 3 * last + 2;
  for (int row = top; row <= bottom; ++row) {
    const bool edge = row == top || row == bottom, on_wire = row % 3 == 1;
    const bool through = on_wire && std::ranges::find(targets, row / 3) == targets.end();
    for (int column = left + 1; column < right; ++column)
      put(row, column, edge || through ? signs_.wire : " ");
    put(row, left,
        row == top      ? signs_.top_left
        : row == bottom ? signs_.bottom_left
        : through       ? signs_.crossing
        : on_wire       ? signs_.enter
                        : signs_.link);
    put(row, right,
        row == top      ? signs_.top_right
        : row == bottom ? signs_.bottom_right
        : through       ? signs_.crossing
        : on_wire       ? signs_.leave
                        : signs_.link);
  }
  put(first == last ? top + 1 : top + 2, left + 2, sketch.label);
  if (sketch.matrix < 0 || targets.size() < 2) return;
  // Which wire is the matrix's first, its most significant bit, matters.
  for (std::size_t k = 0; k < targets.size(); ++k) put(3 * targets[k] + 1, left + 1, fmt::to_string(k));
}

// A row below a wire and the row above the next one become one where no sign of one meets another of the
// other.
bool merge(const Glyphs& below, const Glyphs& above, Glyphs& merged) {
  merged = below;
  for (std::size_t i = 0; i < below.size(); ++i) {
    if (below[i] != " " && above[i] != " " && below[i] != above[i]) return false;
    if (above[i] != " ") merged[i] = above[i];
  }
  return true;
}

std::string Canvas::text() const {
  std::vector<Glyphs> lines;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    Glyphs merged;
    if (row % 3 == 0 && row > 0 && merge(lines.back(), rows_[row], merged))
      lines.back() = merged;
    else
      lines.push_back(rows_[row]);
  }
  const auto blank = [](const Glyphs& line) {
    return std::ranges::all_of(line, [](auto& g) { return g == " "; });
  };
  if (blank(lines.front())) lines.erase(lines.begin());
  if (blank(lines.back())) lines.pop_back();
  std::string text;
  for (const Glyphs& line : lines) {
    std::string joined;
    for (const std::string& glyph : line) joined += glyph;
    text += joined.substr(0, joined.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

}  // namespace
}  // namespace ebit::inline sim
