#include "ebit/sim/qasm_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"
#include "ebit/sim/qasm_gates.h"
#include "ebit/sim/qasm_tokens.h"

namespace ebit::inline sim {
namespace {

/// A gate that the text defines: its body is read again at each use.
struct Definition {
  std::vector<std::string> angles, wires;
  std::size_t body;  // of its first token
};

constexpr int kMostGates = 1'000'000;  // that a text may stand for
constexpr int kDeepest = 100;          // signs and brackets inside each other in an angle

class Parser {
 public:
  Parser(std::string_view text, const std::string& source) : source_(source), tokens_(qasm_tokens(text)) {}

  QasmCircuit read() {
    find_registers();
    require(wires_ > 0, "{}: there is no qubit", source_);
    out_.emplace(QasmCircuit{.circuit = Circuit(wires_)});
    out_->inputs = inputs_;
    while (!at("")) statement();
    require(out_->circuit.shared_parameters() <= static_cast<int>(inputs_.size()), "{}: an input is missing",
            source_);
    return std::move(*out_);
  }

 private:
  struct Register {
    int first, size;
  };

  [[noreturn]] void fail_here(const std::string& message) const {
    fail("{}:{}: {}", source_, tokens_[next_].line, message);
  }
  bool at(std::string_view text) const { return tokens_[next_].text == text; }
  // The next token; at the end of the text the empty one, again and again.
  std::string take() { return at("") ? "" : tokens_[next_++].text; }
  // Whether something stands before the `sign` that ends a list; fails where the text ends first.
  bool before(std::string_view sign) const {
    if (at("")) fail_here(fmt::format("the text ends where '{}' is expected", sign));
    return !at(sign);
  }
  bool skip(std::string_view text) {
    const bool there = at(text);
    if (there) ++next_;
    return there;
  }
  void expect(std::string_view text) {
    if (!skip(text)) fail_here(fmt::format("'{}' is expected, not '{}'", text, shown(tokens_[next_].text)));
  }

  // Registers are needed before the circuit is made; declarations themselves are skipped later.
  void find_registers() {
    for (next_ = 0; next_ + 1 < tokens_.size(); ++next_) {
      const std::string word = tokens_[next_].text;
      if (word == "qubit" || word == "qreg") {
        ++next_;
        int size = 1;
        if (skip("[")) size = whole(), expect("]");
        const std::string name = take();
        if (skip("[")) size = whole();
        if (size < 1 || size > kMaxWires - wires_)
          fail_here(fmt::format("circuits have from 1 to {} qubits, and here are more or none", kMaxWires));
        registers_[name] = {wires_, size};
        wires_ += size;
      } else if (word == "input") {
        ++next_;
        const std::string type = take();
        if (type != "float" && type != "angle") fail_here("an input must be a float[64], not " + shown(type));
        if (skip("[")) take(), expect("]");
        inputs_.push_back(tokens_[next_].text);
      }
    }
    next_ = 0;
  }

  int whole() {
    const std::string text = take();
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 1 << 20) {
      --next_;
      fail_here(fmt::format("'{}' is no whole number", shown(text)));
    }
    return value;
  }

  void skip_to(std::string_view sign) {
    while (!at(sign) && !at("")) ++next_;
    expect(sign);
  }

  void statement() {
    const std::string word = tokens_[next_].text;
    if (skip(";")) return;
    if (word == "OPENQASM" || word == "include" || word == "qubit" || word == "qreg" || word == "bit" ||
        word == "creg" || word == "input")
      return skip_to(";");
    if (word == "barrier") return skip_to(";");
    if (word == "gphase") return skip_to(";");
    if (word == "gate") return definition();
    if (word == "reset") return ++next_, reset();
    if (word == "measure") return ++next_, old_measurement();
    if (word == "if") return ++next_, condition();
    if (assigns_measurement()) return;
    for (const char* const other :
         {"const", "def", "for", "while", "pragma", "end", "let", "output", "array", "cal", "ctrl", "inv",
          "pow", "negctrl", "box", "delay", "opaque", "else", "extern"})
      if (word == other) fail_here(fmt::format("'{}' is not in the part of OpenQASM that is read", word));
    call({}, {});
    expect(";");
  }

  void definition() {
    ++next_;
    const std::string name = take();
    Definition made;
    if (skip("(")) {
      while (before(")")) made.angles.push_back(take()), skip(",");
      expect(")");
    }
    while (before("{")) made.wires.push_back(take()), skip(",");
    expect("{");
    made.body = next_;
    skip_to("}");
    definitions_[name] = made;
  }

  // Wires that an operand stands for: one, or all of a register.
  std::vector<int> operand(const std::map<std::string, int>& bound) {
    const std::string name = take();
    if (const auto found = bound.find(name); found != bound.end()) return {found->second};
    const auto found = registers_.find(name);
    if (found == registers_.end()) {
      --next_;
      fail_here(fmt::format("there is no qubit called '{}'", shown(name)));
    }
    if (skip("[")) {
      const int index = whole();
      if (index >= found->second.size)
        fail_here(fmt::format("{} has {} qubits", shown(name), found->second.size));
      expect("]");
      return {found->second.first + index};
    }
    std::vector<int> all;
    for (int k = 0; k < found->second.size; ++k) all.push_back(found->second.first + k);
    return all;
  }

  // A gate on its wires; names of a definition's angles and wires are bound.
  void call(const std::map<std::string, QasmValue>& angles, const std::map<std::string, int>& wires) {
    const int line_token = static_cast<int>(next_);
    const std::string name = take();
    std::vector<QasmValue> values;
    if (skip("(")) {
      while (before(")")) values.push_back(expression(angles)), skip(",");
      expect(")");
    }
    std::vector<std::vector<int>> operands;
    while (before(";")) {
      operands.push_back(operand(wires));
      if (!skip(",") && !at(";"))
        fail_here(fmt::format("';' is expected, not '{}'", shown(tokens_[next_].text)));
    }
    std::size_t repeats = 1;
    for (const auto& one : operands) repeats = std::max(repeats, one.size());
    for (const auto& one : operands)
      if (one.size() != 1 && one.size() != repeats)
        fail_here(fmt::format("registers of {} and {} qubits cannot be paired", one.size(), repeats));
    for (std::size_t k = 0; k < repeats; ++k) {
      std::vector<int> on;
      for (const auto& one : operands) on.push_back(one.size() == 1 ? one[0] : one[k]);
      apply(name, values, on, static_cast<std::size_t>(line_token));
    }
  }

  void apply(const std::string& name, const std::vector<QasmValue>& values, const std::vector<int>& on,
             std::size_t token) {
    // A few definitions of each other stand for more gates than any memory holds.
    if (++gates_ > kMostGates) fail_here(fmt::format("the text stands for more than {} gates", kMostGates));
    if (const auto found = definitions_.find(name); found != definitions_.end())
      return expand(found->second, values, on, token);
    const std::optional<GateId> id = qasm_gate(name);
    const std::size_t back = std::exchange(next_, token);
    if (!id) {
      const std::vector<QasmCall> parts = qasm_compound(name, values, on);
      if (parts.empty())
        fail_here(fmt::format("unknown gate '{}'{}", shown(name), suggestion(name, qasm_gate_names())));
      for (const QasmCall& part : parts) apply(std::string(part.name), part.angles, part.wires, token);
      next_ = back;
      return;
    }
    std::vector<Angle> angles;
    for (const QasmValue& v : values) {
      if (!std::isfinite(v.value) || !std::isfinite(v.scale)) fail_here("an angle is no finite number");
      angles.push_back(v.input < 0 ? Angle::constant(v.value)
                                   : Angle{Angle::Kind::kShared, v.input, v.scale, v.value});
    }
    try {
      out_->circuit.add(gate(*id), on, angles);
    } catch (const Error& error) {
      fail_here(error.what());
    }
    next_ = back;
  }

  void expand(const Definition& made, const std::vector<QasmValue>& values, const std::vector<int>& on,
              std::size_t token) {
    const std::size_t back = std::exchange(next_, token);
    if (values.size() != made.angles.size() || on.size() != made.wires.size())
      fail_here(fmt::format("this gate is defined with {} angles on {} qubits", made.angles.size(),
                            made.wires.size()));
    if (++depth_ > 64) fail_here("gates are defined by each other, deeper than 64");
    std::map<std::string, QasmValue> angles;
    std::map<std::string, int> wires;
    for (std::size_t k = 0; k < values.size(); ++k) angles[made.angles[k]] = values[k];
    for (std::size_t k = 0; k < on.size(); ++k) wires[made.wires[k]] = on[k];
    for (next_ = made.body; !at("}") && !at("");) {
      if (skip(";")) continue;
      if (at("gphase") || at("barrier")) {
        skip_to(";");
        continue;
      }
      call(angles, wires);
      expect(";");
    }
    --depth_;
    next_ = back;
  }

  // ---- numbers

  QasmValue expression(const std::map<std::string, QasmValue>& bound) {
    QasmValue sum = product(bound);
    while (at("+") || at("-")) {
      const double sign = take() == "+" ? 1 : -1;
      const QasmValue other = product(bound);
      if (sum.input >= 0 && other.input >= 0 && sum.input != other.input)
        fail_here("an angle may hold one input only");
      sum = {sum.value + sign * other.value, sum.scale + sign * other.scale,
             std::max(sum.input, other.input)};
    }
    return sum;
  }

  QasmValue product(const std::map<std::string, QasmValue>& bound) {
    QasmValue value = factor(bound);
    while (at("*") || at("/")) {
      const bool over = take() == "/";
      const QasmValue other = factor(bound);
      if (other.input >= 0 && (over || value.input >= 0)) fail_here("an angle must be linear in its input");
      if (over && other.value == 0) fail_here("division by 0");
      if (other.input >= 0)
        value = {value.value * other.value, value.value * other.scale, other.input};
      else
        value = over ? QasmValue{value.value / other.value, value.scale / other.value, value.input}
                     : QasmValue{value.value * other.value, value.scale * other.value, value.input};
    }
    return value;
  }

  QasmValue factor(const std::map<std::string, QasmValue>& bound) {
    if (at("-") || at("+") || at("(")) {
      if (++nested_ > kDeepest)
        fail_here(fmt::format("an angle has signs and brackets nested deeper than {}", kDeepest));
      const std::string sign = take();
      QasmValue v = sign == "(" ? expression(bound) : factor(bound);
      if (sign == "(") expect(")");
      if (sign == "-") v = {-v.value, -v.scale, v.input};
      --nested_;
      return v;
    }
    const std::string text = tokens_[next_].text;
    double number = 0;
    if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        !text.empty() && error == std::errc() && end == text.data() + text.size()) {
      ++next_;
      return {.value = number};
    }
    if (const auto found = bound.find(text); found != bound.end()) return ++next_, found->second;
    if (text == "pi" || text == "π") return ++next_, QasmValue{.value = std::numbers::pi};
    if (text == "tau" || text == "τ") return ++next_, QasmValue{.value = 2 * std::numbers::pi};
    const auto input = std::ranges::find(inputs_, text);
    if (input == inputs_.end()) fail_here(fmt::format("'{}' is no number and no input", shown(text)));
    ++next_;
    return {.value = 0, .scale = 1, .input = static_cast<int>(input - inputs_.begin())};
  }

  // ---- measurements

  void reset() {
    for (const int q : operand({})) out_->circuit.add_channel(ChannelId::kReset, {q});
    expect(";");
  }

  void measured(const std::string& bit, const std::vector<int>& wires) {
    for (std::size_t k = 0; k < wires.size(); ++k) {
      out_->circuit.add_channel(ChannelId::kMeasure, {wires[k]}, {0, 0});
      bits_[wires.size() == 1 ? bit : fmt::format("{}[{}]", bit, k)] = wires[k];
    }
  }

  void old_measurement() {
    const std::vector<int> wires = operand({});
    std::string bit;
    if (skip("->"))
      while (before(";")) bit += take();
    measured(bit, wires);
    expect(";");
  }

  // "c[0] = measure q[0];"
  bool assigns_measurement() {
    std::size_t end = next_ + 1;
    std::string bit = tokens_[next_].text;
    while (end < tokens_.size() &&
           (tokens_[end].text == "[" || tokens_[end].text == "]" || tokens_[end - 1].text == "["))
      bit += tokens_[end++].text;
    if (end + 1 >= tokens_.size() || tokens_[end].text != "=" || tokens_[end + 1].text != "measure")
      return false;
    next_ = end + 2;
    measured(bit, operand({}));
    expect(";");
    return true;
  }

  // "if (c[0]) { x q[0]; }" behind the measurement of the same qubit: both are one channel.
  void condition() {
    expect("(");
    std::string bit;
    while (!at(")") && !at("==") && !at("")) bit += take();
    if (skip("==") && take() != "1") fail_here("only conditions that a bit is 1 are read");
    expect(")");
    const bool braces = skip("{");
    const auto found = bits_.find(bit);
    if (found == bits_.end()) fail_here(fmt::format("bit '{}' was not measured", shown(bit)));
    expect("x");
    const std::vector<int> wires = operand({});
    expect(";");
    if (braces) expect("}");
    auto& list = out_->circuit;
    if (wires != std::vector<int>{found->second} || list.channels().empty() ||
        list.channels().back().at != list.operations().size() || !turn_to_feedforward(found->second))
      fail_here("a condition must flip the qubit that was just measured");
  }

  bool turn_to_feedforward(int wire) {
    Circuit again(wires_);
    bool turned = false;
    const std::size_t count = out_->circuit.channels().size();
    std::size_t k = 0, last = count;
    for (std::size_t i = 0; i < count; ++i)
      if (out_->circuit.channels()[i].channel == ChannelId::kMeasure &&
          out_->circuit.channels()[i].wires[0] == wire &&
          out_->circuit.channels()[i].at == out_->circuit.operations().size())
        last = i;
    for_each_item(
        out_->circuit,
        [&](const Operation& operation) {
          const Gate& row = gate(operation.gate);
          again.add(row, {operation.wires.data(), static_cast<std::size_t>(row.wires)},
                    {operation.angles.data(), static_cast<std::size_t>(row.angles)});
        },
        [&](const PlacedChannel& placed) {
          const bool own = k++ == last;
          turned |= own;
          again.add_channel(own ? channel(ChannelId::kFeedforward) : channel(placed.channel), placed.on(),
                            placed.values());
        });
    out_->circuit = std::move(again);
    return turned;
  }

  std::string source_;
  std::vector<QasmToken> tokens_;
  std::size_t next_ = 0;
  int wires_ = 0, depth_ = 0, gates_ = 0, nested_ = 0;
  std::map<std::string, Register> registers_;
  std::vector<std::string> inputs_;
  std::map<std::string, Definition> definitions_;
  std::map<std::string, int> bits_;  // the wire that each was measured of
  std::optional<QasmCircuit> out_;
};

}  // namespace

QasmCircuit read_qasm(std::string_view text, const std::string& source) {
  return Parser(text, source).read();
}

}  // namespace ebit::inline sim
