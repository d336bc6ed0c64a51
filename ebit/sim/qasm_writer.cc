#include "ebit/base/error.h"
#include "ebit/sim/circuit_writers.h"
#include "ebit/sim/lowered.h"

namespace ebit::inline sim::circuit_writers {
namespace {

class QasmWriter {
 public:
  QasmWriter(const CircuitProgram& program, const QasmDialect& dialect, bool barriers)
      : program_(program), dialect_(dialect), barriers_(barriers && dialect.barriers) {}

  std::string text() {
    require(dialect_.inputs || program_.parameter_names.empty(),
            "the dialect {} has no inputs: leave them out, and their values are written", dialect_.name);
    text_ = "OPENQASM 3.0;\n";
    if (dialect_.include) text_ += "include \"stdgates.inc\";\n";
    for (const std::string& line : program_.title) text_ += "// " + line + "\n";
    for (const std::string& name : program_.parameter_names) text_ += "input float[64] " + name + ";\n";
    declare();
    for (std::size_t part = 0; part < program_.parts.size(); ++part) {
      part_ = part, bit_ = 0;
      const ProgramPart& own = program_.parts[part];
      if (!own.comment.empty()) text_ += "// " + own.comment + "\n";
      const Circuit circuit = lowered(own.circuit, gates_named(braket() ? &Names::braket : &Names::qasm));
      for_each_item(
          circuit, [&](const Operation& operation) { gate_line(operation); },
          [&](const PlacedChannel& placed) { channel_line(placed); });
      if (barriers_ && part + 1 < program_.parts.size()) text_ += "barrier q;\n";
    }
    for (std::size_t k = 0; k < program_.measured.size(); ++k)
      text_ += fmt::format("{} = measure {};\n", out_bit(k), wire(program_.measured[k]));
    return text_;
  }

 private:
  bool braket() const { return dialect_.name == "braket"; }
  std::string wire(int q) const {
    return dialect_.registers ? fmt::format("q[{}]", q) : fmt::format("q{}", q);
  }

  // Where bit k of a part lies: m<part>[k], or behind those of the parts before it in one register.
  std::string mid_bit(std::size_t part, std::size_t k) const {
    if (dialect_.one_bit_register) return fmt::format("c[{}]", mid_offset(part) + k);
    return dialect_.registers ? fmt::format("m{}[{}]", part, k) : fmt::format("m{}_{}", part, k);
  }
  std::string out_bit(std::size_t k) const {
    if (dialect_.one_bit_register) return fmt::format("c[{}]", mid_offset(program_.parts.size()) + k);
    return dialect_.registers ? fmt::format("out[{}]", k) : fmt::format("out{}", k);
  }
  // A dialect that measures before each reset has a bit for it.
  std::size_t bits(const Circuit& circuit) const {
    std::size_t count = bits_of(circuit);
    if (!dialect_.bare_reset)
      for (const PlacedChannel& placed : circuit.channels()) count += placed.channel == ChannelId::kReset;
    return count;
  }
  std::size_t mid_offset(std::size_t part) const {
    std::size_t count = 0;
    for (std::size_t p = 0; p < part; ++p) count += bits(program_.parts[p].circuit);
    return count;
  }

  void declare() {
    const int n = program_.wires;
    if (dialect_.registers) text_ += fmt::format("qubit[{}] q;\n", n);
    for (int q = 0; !dialect_.registers && q < n; ++q) text_ += fmt::format("qubit q{};\n", q);
    const std::size_t outs = program_.measured.size();
    if (dialect_.one_bit_register) {
      const std::size_t all = mid_offset(program_.parts.size()) + outs;
      if (all > 0) text_ += fmt::format("bit[{}] c;\n", all);
      return;
    }
    for (std::size_t part = 0; part < program_.parts.size(); ++part) {
      const std::size_t count = bits(program_.parts[part].circuit);
      if (count > 0 && dialect_.registers) text_ += fmt::format("bit[{}] m{};\n", count, part);
      for (std::size_t k = 0; k < count && !dialect_.registers; ++k)
        text_ += fmt::format("bit {};\n", mid_bit(part, k));
    }
    if (outs > 0 && dialect_.registers) text_ += fmt::format("bit[{}] out;\n", outs);
    for (std::size_t k = 0; k < outs && !dialect_.registers; ++k)
      text_ += fmt::format("bit {};\n", out_bit(k));
  }

  void gate_line(const Operation& operation) {
    const Gate& row = gate(operation.gate);
    const Names& names = names_row(operation.gate);
    text_ += braket() ? names.braket : names.qasm;
    if (row.angles > 0) text_ += "(" + joined(angles_of(operation, program_)) + ")";
    for (int k = 0; k < row.wires; ++k)
      text_ += (k == 0 ? " " : ", ") + wire(operation.wires[static_cast<std::size_t>(k)]);
    text_ += ";\n";
  }

  void channel_line(const PlacedChannel& placed) {
    const std::string q = wire(placed.wires[0]);
    if (is_noise(placed)) {
      text_ += "// " + noise_comment(placed) + "\n";
    } else if (placed.channel == ChannelId::kReset) {
      if (!dialect_.bare_reset) text_ += fmt::format("{} = measure {};\n", mid_bit(part_, bit_++), q);
      text_ += fmt::format("reset {};\n", q);
    } else {
      const std::string bit = mid_bit(part_, bit_++);
      text_ += fmt::format("{} = measure {};\n", bit, q);
      if (placed.channel != ChannelId::kFeedforward) return;
      require(dialect_.conditions,
              "the dialect {} has no conditions, and the program flips a qubit where 1 was read: take a "
              "reset, or "
              "another dialect",
              dialect_.name);
      text_ += fmt::format("if ({}) {{ x {}; }}\n", bit, q);
    }
  }

  const CircuitProgram& program_;
  const QasmDialect& dialect_;
  bool barriers_;
  std::size_t part_ = 0, bit_ = 0;
  std::string text_;
};

}  // namespace

std::string qasm_text(const CircuitProgram& program, const QasmDialect& dialect, bool barriers) {
  return QasmWriter(program, dialect, barriers).text();
}

}  // namespace ebit::inline sim::circuit_writers
