// parse_ansatz(): an ansatz from a user's gate list.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <numbers>

#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/cell/ansatz.h"
#include "ebit/sim/channel.h"

namespace ebit::inline cell {
namespace {

constexpr int kMaxWire = kMaxWires - 1;

/// A word for `wires` that puts a gate in several places.
struct Pattern {
  std::string_view name;
  int gate_wires;                  ///< of the gates that it places
  std::string_view place;          ///< where, for people
  int (*count)(int wires);         ///< places on a register of so many wires
  int (*first)(int k, int wires);  ///< first wire of place k; the second is the next one round the register
};

constexpr Pattern kPatterns[] = {
    {"all", 1, "on every wire", [](int n) { return n; }, [](int k, int) { return k; }},
    {"ring", 2, "on every pair q, q+1 round the register", [](int n) { return n > 2 ? n : n - 1; },
     [](int k, int) { return k; }},
    {"chain", 2, "on every pair q, q+1", [](int n) { return n - 1; }, [](int k, int) { return k; }},
    {"even-pairs", 2, "on the pairs 0-1, 2-3, ...", [](int n) { return n / 2; },
     [](int k, int) { return 2 * k; }},
    {"odd-pairs", 2, "on the pairs 1-2, 3-4, ...", [](int n) { return (n - 1) / 2; },
     [](int k, int) { return 2 * k + 1; }},
};

/// An angle as written: value + scale * the trainable angle `name`; no name: the value alone.
struct AngleText {
  std::string name;
  double scale = 1;
  double value = 0;
};

/// One entry of the gate list.
struct Entry {
  int line = 1;
  const Gate* gate = nullptr;        ///< null: a matrix or a channel
  const Channel* channel = nullptr;  ///< null: a gate or a matrix
  std::vector<double> strengths;     ///< the channel's parameters
  int channel_wires = 1;             ///< that it acts on together
  std::vector<Complex> matrix;       ///< row by row
  std::vector<int> wires;            ///< empty where there is a pattern
  const Pattern* pattern = nullptr;  ///< null: `wires`
  std::vector<AngleText> angles;

  int gate_wires() const {
    return channel ? channel_wires : gate ? gate->wires : (matrix.size() == 4 ? 1 : 2);
  }
  std::string name() const {
    return channel ? std::string(channel->name) : gate ? std::string(gate->name) : "a matrix gate";
  }
};

/// The whole list: what an Ansatz of it holds.
struct GateList {
  std::string source_name;
  std::vector<Entry> entries;

  /// One layer on `wires` wires, its angles numbered from 0 as they are met.
  Circuit layer(int wires) const;
};

class Reader {
 public:
  explicit Reader(std::string_view source_name) : source_name_(source_name) {}
  Ansatz read(const DocumentValue& root);

 private:
  template <class... Args>
  void need(bool ok, int line, fmt::format_string<Args...> format, Args&&... args) const {
    if (!ok) fail("{}:{}: {}", source_name_, line, fmt::format(format, std::forward<Args>(args)...));
  }
  void check_keys(const DocumentValue& table, std::span<const std::string> known) const;
  const DocumentValue& typed(const DocumentValue& value, std::string_view key, DocumentValue::Kind kind,
                             std::string_view wanted) const;
  std::string text_or(const DocumentValue& root, std::string_view key, std::string otherwise) const;
  Entry entry(const DocumentValue& value) const;
  void read_wires(const DocumentValue& value, Entry& entry) const;
  void read_matrix(const DocumentValue& value, Entry& entry) const;
  void read_channel(const DocumentValue& value, Entry& entry) const;
  std::vector<double> matrix_part(const DocumentValue& value, std::string_view key) const;
  AngleText angle(const DocumentValue& value) const;
  void check_entry(const Entry& entry) const;
  void check_names(const std::vector<Entry>& entries) const;

  std::string source_name_;
};

}  // namespace

Ansatz parse_ansatz(std::string_view text, std::string_view source_name) {
  return Reader(source_name).read(parse_document(text, source_name));
}

namespace {

using Kind = DocumentValue::Kind;

Ansatz Reader::read(const DocumentValue& root) {
  static const std::string kKeys[] = {"name", "help", "source", "gates"};
  check_keys(root, kKeys);
  const DocumentValue* gates = root.find("gates");
  need(gates != nullptr, root.line, "there is no list 'gates'");
  typed(*gates, "gates", Kind::kList, "a list of tables such as {gate = \"RY\", wires = \"all\", ...}");
  need(!gates->list.empty(), gates->line, "the list 'gates' is empty");

  auto list = std::make_shared<GateList>();
  list->source_name = source_name_;
  for (const DocumentValue& value : gates->list) list->entries.push_back(entry(value));
  check_names(list->entries);
  return {.name = text_or(root, "name", std::filesystem::path(source_name_).stem().string()),
          .help = text_or(root, "help", fmt::format("{} gates of a user's list.", list->entries.size())),
          .source = text_or(root, "source", source_name_),
          .angles_per_layer = [list](int wires) { return list->layer(wires).shared_parameters(); },
          .append_layer = [list](Circuit& circuit, int,
                                 int first) { circuit.append(list->layer(circuit.wires()), first); }};
}

void Reader::check_keys(const DocumentValue& table, std::span<const std::string> known) const {
  for (const auto& [key, value] : table.table)
    need(std::ranges::find(known, key) != known.end(), value.line, "unknown key '{}'{}", shown(key),
         suggestion(key, known));
}

const DocumentValue& Reader::typed(const DocumentValue& value, std::string_view key, Kind kind,
                                   std::string_view wanted) const {
  need(value.kind == kind, value.line, "'{}' must be {}, not {}", key, wanted, value.kind_text());
  return value;
}

std::string Reader::text_or(const DocumentValue& root, std::string_view key, std::string otherwise) const {
  const DocumentValue* value = root.find(key);
  return value ? typed(*value, key, Kind::kText, "text").text : otherwise;
}

Entry Reader::entry(const DocumentValue& value) const {
  static const std::string kKeys[] = {"gate", "channel", "wires", "angles", "matrix_re", "matrix_im"};
  typed(value, "gates", Kind::kTable, "a list of tables such as {gate = \"RY\", wires = \"all\", ...}");
  Entry entry;
  entry.line = value.line;
  if (value.find("channel")) {
    read_channel(value, entry);
    check_entry(entry);
    return entry;
  }
  check_keys(value, kKeys);
  const DocumentValue* name = value.find("gate");
  const bool by_matrix = value.find("matrix_re") || value.find("matrix_im");
  need(name || by_matrix, value.line, "an entry needs 'gate' (or 'matrix_re' and 'matrix_im')");
  if (by_matrix) {
    need(!name, value.line, "an entry has either 'gate' or a matrix, not both");
    read_matrix(value, entry);
  } else {
    typed(*name, "gate", Kind::kText, "the name of a gate");
    try {
      entry.gate = &gate(name->text);
    } catch (const Error& error) {
      need(false, name->line, "{}", error.what());
    }
    need(entry.gate->matrix != nullptr, name->line,
         "{} is given by 'matrix_re' and 'matrix_im' instead of 'gate'", entry.gate->name);
  }
  const DocumentValue* wires = value.find("wires");
  need(wires != nullptr, value.line, "{} has no 'wires'", entry.name());
  read_wires(*wires, entry);
  if (const DocumentValue* angles = value.find("angles")) {
    typed(*angles, "angles", Kind::kList, "a list of numbers and names");
    for (const DocumentValue& one : angles->list) entry.angles.push_back(angle(one));
  }
  check_entry(entry);
  return entry;
}

void Reader::read_wires(const DocumentValue& value, Entry& entry) const {
  if (value.kind == Kind::kText) {
    for (const Pattern& row : kPatterns)
      if (row.name == value.text) entry.pattern = &row;
    need(entry.pattern != nullptr, value.line, "unknown word '{}' for 'wires'{}", shown(value.text),
         suggestion(value.text, names_of(kPatterns)));
    need(entry.pattern->gate_wires == entry.gate_wires(), value.line,
         "\"{}\" puts gates of {} wire{} {}, but {} takes {}", value.text, entry.pattern->gate_wires,
         entry.pattern->gate_wires == 1 ? "" : "s", entry.pattern->place, entry.name(), entry.gate_wires());
    return;
  }
  typed(value, "wires", Kind::kList, "a list of wire numbers or a word such as \"all\"");
  for (const DocumentValue& wire : value.list) {
    need(wire.kind == Kind::kNumber, wire.line, "a wire must be a number, not {}", wire.kind_text());
    need(wire.number == std::floor(wire.number) && wire.number >= 0 && wire.number <= kMaxWire, wire.line,
         "a wire must be a whole number from 0 to {}, not {}", kMaxWire, wire.number);
    entry.wires.push_back(static_cast<int>(wire.number));
  }
}

void Reader::read_matrix(const DocumentValue& value, Entry& entry) const {
  const std::vector<double> re = matrix_part(value, "matrix_re"), im = matrix_part(value, "matrix_im");
  const std::size_t size = std::max(re.size(), im.size());
  need(re.empty() || im.empty() || re.size() == im.size(), value.line,
       "'matrix_re' has {} numbers, but 'matrix_im' {}", re.size(), im.size());
  for (std::size_t i = 0; i < size; ++i)
    entry.matrix.emplace_back(re.empty() ? 0 : re[i], im.empty() ? 0 : im[i]);
}

// {channel, wires} and its parameters by their names; it acts on one wire, or on the pairs that its wires
// name.
void Reader::read_channel(const DocumentValue& value, Entry& entry) const {
  const DocumentValue& name = typed(*value.find("channel"), "channel", Kind::kText, "the name of a channel");
  try {
    entry.channel = &channel(name.text);
  } catch (const Error& error) {
    need(false, name.line, "{}", error.what());
  }
  const DocumentValue* wires = value.find("wires");
  need(wires != nullptr, value.line, "{} has no 'wires'", entry.name());
  const bool pairs = wires->kind == Kind::kList ? wires->list.size() == 2
                                                : std::ranges::any_of(kPatterns, [&](const Pattern& row) {
                                                    return row.name == wires->text && row.gate_wires == 2;
                                                  });
  entry.channel_wires = pairs && entry.channel->most_wires == 2 ? 2 : 1;
  read_wires(*wires, entry);
  try {
    entry.strengths = channel_parameters(*entry.channel, entry.channel_wires, value, {"channel", "wires"});
  } catch (const Error& error) {
    need(false, value.line, "{}", error.what());
  }
}

// The numbers of a 2x2 or 4x4 matrix, row by row; none where the key is not there, which stands for zeros.
std::vector<double> Reader::matrix_part(const DocumentValue& value, std::string_view key) const {
  std::vector<double> numbers;
  const DocumentValue* rows = value.find(key);
  if (!rows) return numbers;
  typed(*rows, key, Kind::kList, "a list of rows");
  const std::size_t n = rows->list.size();
  need(n == 2 || n == 4, rows->line, "'{}' must have 2 rows (1 wire) or 4 (2 wires), not {}", key, n);
  for (const DocumentValue& row : rows->list) {
    typed(row, key, Kind::kList, "a list of rows");
    need(row.list.size() == n, row.line, "each row of '{}' must have {} numbers, not {}", key, n,
         row.list.size());
    for (const DocumentValue& number : row.list) {
      need(number.kind == Kind::kNumber && std::isfinite(number.number), number.line,
           "'{}' must hold finite numbers only", key);
      numbers.push_back(number.number);
    }
  }
  return numbers;
}

/// Reads the parts of an angle's text one after the other, spaces between them skipped.
class AngleScanner {
 public:
  explicit AngleScanner(std::string_view text) : rest_(text) { skip_spaces(); }
  bool at_end() const { return rest_.empty(); }
  bool sign(char c) {
    const bool there = rest_.starts_with(c);
    if (there) advance(1);
    return there;
  }
  bool number(double& value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || !std::isfinite(value)) return false;
    advance(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  bool name(std::string& value) {
    std::size_t length = 0;
    while (length < rest_.size() && in_name(rest_[length], length == 0)) ++length;
    value = rest_.substr(0, length);
    advance(length);
    return length > 0;
  }

 private:
  // Letters beyond ASCII, such as Greek ones, are bytes with the highest bit set.
  static bool in_name(char c, bool first) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalpha(byte) || c == '_' || (!first && std::isdigit(byte));
  }
  void advance(std::size_t count) {
    rest_.remove_prefix(count);
    skip_spaces();
  }
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  std::string_view rest_;
};

// "a", "-a", "0.5*a", "a/2", "a+0.7", "3*pi/4"; false where the text is nothing of that kind.
bool parse_angle_text(std::string_view text, AngleText& angle) {
  AngleScanner scanner(text);
  double factor = 1, divisor = 1;
  if (scanner.sign('-')) angle.scale = -1;
  const bool has_factor = scanner.number(factor);
  if (has_factor && !scanner.sign('*')) return false;
  if (!scanner.name(angle.name)) return false;
  if (scanner.sign('/') && !scanner.number(divisor)) return false;
  angle.scale *= factor / divisor;
  const bool plus = scanner.sign('+');
  const bool more = plus || scanner.sign('-');
  if (more && (!scanner.number(angle.value) || angle.name == "pi")) return false;
  if (more && !plus) angle.value = -angle.value;
  if (!scanner.at_end() || !std::isfinite(angle.scale) || angle.scale == 0) return false;
  if (angle.name == "pi") angle = {"", 1, angle.scale * std::numbers::pi};
  return true;
}

AngleText Reader::angle(const DocumentValue& value) const {
  AngleText angle;
  if (value.kind == Kind::kNumber) {
    need(std::isfinite(value.number), value.line, "an angle must be finite");
    angle.value = value.number;
    return angle;
  }
  need(value.kind == Kind::kText, value.line, "an angle must be a number (radians) or a name, not {}",
       value.kind_text());
  need(
      parse_angle_text(value.text, angle), value.line,
      "cannot read the angle '{}'; write a number, a name, or a multiple such as -a, 0.5*a, a/2, a+0.7, pi/4",
      shown(value.text));
  return angle;
}

// Tries the entry alone, on just as many wires as it needs: the circuit knows what a gate takes.
void Reader::check_entry(const Entry& entry) const {
  constexpr int kEveryPatternHasAPlace = 4;
  const int widest =
      entry.wires.empty() ? kEveryPatternHasAPlace : *std::ranges::max_element(entry.wires) + 1;
  GateList alone{source_name_, {entry}};
  alone.layer(widest);
}

// A name that stands for one angle a place must do so everywhere, and for the same places.
void Reader::check_names(const std::vector<Entry>& entries) const {
  struct Use {
    const Pattern* pattern;
    int line;
  };
  const auto words = [](const Pattern* pattern) {
    return pattern ? fmt::format("one angle for each place of \"{}\"", pattern->name) : "a single angle";
  };
  std::map<std::string, Use> uses;
  for (const Entry& entry : entries)
    for (const AngleText& angle : entry.angles) {
      if (angle.name.empty()) continue;
      const auto [use, fresh] = uses.try_emplace(angle.name, Use{entry.pattern, entry.line});
      need(use->second.pattern == entry.pattern, entry.line,
           "'{}' is {} here, but {} on line {}: give it another name", shown(angle.name),
           words(entry.pattern), words(use->second.pattern), use->second.line);
    }
}

Circuit GateList::layer(int wires) const {
  Circuit circuit(wires);
  std::map<std::pair<std::string, int>, int> numbers;  // (name, place) -> number of the angle
  for (const Entry& entry : entries) {
    const int places = entry.pattern ? entry.pattern->count(wires) : 1;
    for (int k = 0; k < places; ++k) {
      std::vector<int> on = entry.wires;
      if (entry.pattern) {
        on = {entry.pattern->first(k, wires)};
        if (entry.pattern->gate_wires == 2) on.push_back((on[0] + 1) % wires);
      }
      std::vector<Angle> angles;
      for (const AngleText& angle : entry.angles) {
        if (angle.name.empty()) {
          angles.push_back(Angle::constant(angle.value));
          continue;
        }
        const auto number = numbers.try_emplace({angle.name, k}, static_cast<int>(numbers.size())).first;
        angles.push_back(Angle::shared(number->second, angle.scale));
        angles.back().value = angle.value;
      }
      try {
        if (entry.channel) {
          circuit.add_channel(*entry.channel, on, entry.strengths);
        } else if (entry.gate) {
          circuit.add(*entry.gate, on, angles);
        } else {
          require(angles.empty(), "a matrix gate takes no angles");
          circuit.add_matrix(on, entry.matrix);
        }
      } catch (const Error& error) {
        fail("{}:{}: {}", source_name, entry.line, error.what());
      }
    }
  }
  return circuit;
}

}  // namespace
}  // namespace ebit::inline cell
