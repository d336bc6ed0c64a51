#include "ebit/sim/circuit_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/choice.h"
#include "ebit/sim/lowered.h"

namespace ebit::inline sim {
namespace {

using enum GateId;

constexpr CircuitFormat kFormats[] = {{"qasm3", ".qasm", "OpenQASM 3, in the dialect of --dialect"},
                                      {"qiskit", ".py", "Python that builds a Qiskit QuantumCircuit"},
                                      {"pennylane", ".py", "Python: a function for a PennyLane QNode, exact"},
                                      {"json", ".json", "gates and channels as ebit probe reads them"}};

constexpr QasmDialect kDialects[] = {
    {"qiskit", "Qiskit's qasm3.loads, with qiskit-qasm3-import", true, true, true, true, true, true, false},
    {"cirq", "cirq's circuit_from_qasm: no barriers, no conditions, no inputs", true, true, false, false,
     false, true, false},
    {"braket", "Amazon Braket: one bit register, no include, its own names, measured before a reset", false,
     true, true, false, true, false, true},
    {"pennylane", "PennyLane's from_qasm3: a scalar a wire, no include, no barriers", false, false, false,
     true, false, true, false}};

// Gates that every format has, and their names; OpenQASM's are those of stdgates.inc.
struct Names {
  GateId id;
  std::string_view qasm, braket, qiskit, pennylane;
};
constexpr Names kNames[] = {
    {kI, "id", "i", "id", "I"},
    {kX, "x", "x", "x", "X"},
    {kY, "y", "y", "y", "Y"},
    {kZ, "z", "z", "z", "Z"},
    {kH, "h", "h", "h", "H"},
    {kS, "s", "s", "s", "S"},
    {kSdg, "sdg", "si", "sdg", "adjoint(qml.S)"},
    {kT, "t", "t", "t", "T"},
    {kTdg, "tdg", "ti", "tdg", "adjoint(qml.T)"},
    {kSX, "sx", "v", "sx", "SX"},
    {kRX, "rx", "rx", "rx", "RX"},
    {kRY, "ry", "ry", "ry", "RY"},
    {kRZ, "rz", "rz", "rz", "RZ"},
    {kP, "p", "phaseshift", "p", "PhaseShift"},
    {kCNOT, "cx", "cnot", "cx", "CNOT"},
    {kCY, "cy", "cy", "cy", "CY"},
    {kCZ, "cz", "cz", "cz", "CZ"},
    {kCRX, "crx", "", "crx", "CRX"},
    {kCRY, "cry", "", "cry", "CRY"},
    {kCRZ, "crz", "", "crz", "CRZ"},
    {kToffoli, "ccx", "ccnot", "ccx", "Toffoli"},
    {kSWAP, "swap", "swap", "swap", "SWAP"},
};

std::vector<GateId> gates_named(std::string_view Names::*column) {
  std::vector<GateId> ids;
  for (const Names& row : kNames)
    if (!(row.*column).empty()) ids.push_back(row.id);
  return ids;
}

const Names& names_row(GateId id) { return *std::ranges::find(kNames, id, &Names::id); }

// "0.5" as it is, "1" as "1.0": every number is one of floating point.
std::string digits(double value) {
  std::string text = fmt::format("{:.17g}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

// An angle with names, or as the number that it is.
std::string expression(const Angle& angle, const CircuitProgram& program) {
  require(angle.kind != Angle::Kind::kPerSample, "an angle of each sample is no part of one program");
  if (angle.kind == Angle::Kind::kConstant) return digits(angle.value);
  const auto index = static_cast<std::size_t>(angle.index);
  if (program.parameter_names.empty()) return digits(angle.value + angle.scale * program.parameters[index]);
  std::string text = program.parameter_names[index];
  if (angle.scale == -1)
    text = "-" + text;
  else if (angle.scale != 1)
    text = digits(angle.scale) + " * " + text;
  if (angle.value != 0) text += (angle.value < 0 ? " - " : " + ") + digits(std::abs(angle.value));
  return text;
}

std::vector<std::string> angles_of(const Operation& operation, const CircuitProgram& program) {
  std::vector<std::string> all;
  for (int k = 0; k < gate(operation.gate).angles; ++k)
    all.push_back(expression(operation.angles[static_cast<std::size_t>(k)], program));
  return all;
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

bool is_noise(const PlacedChannel& placed) {
  return placed.channel != ChannelId::kReset && !channel(placed.channel).measures;
}

std::string noise_comment(const PlacedChannel& placed) {
  std::string text = fmt::format("noise, not run here: {} {} on", channel(placed.channel).name,
                                 parameters_text(channel(placed.channel), placed.values()));
  for (const int wire : placed.on()) text += fmt::format(" {}", wire);
  return text;
}

// Bits that the channels of a part give.
std::size_t bits_of(const Circuit& circuit) {
  return static_cast<std::size_t>(std::ranges::count_if(
      circuit.channels(), [](const PlacedChannel& placed) { return channel(placed.channel).measures; }));
}

// Names of channels and inputs that would be taken for something else.
void check_names(const CircuitProgram& program) {
  for (const std::string& name : program.parameter_names)
    for (const Names& row : kNames)
      require(name != row.qasm && name != row.braket && name != "q" && name != "out",
              "an input cannot be called '{}', which is a gate or a register", name);
}

// ---- OpenQASM 3
// ------------------------------------------------------------------------------------------------------------

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

// ---- Python
// ----------------------------------------------------------------------------------------------------------------

std::string arguments(const CircuitProgram& program) { return joined(program.parameter_names); }

std::string comments(const CircuitProgram& program) {
  std::string text;
  for (const std::string& line : program.title) text += "# " + line + "\n";
  return text;
}

std::string qiskit_text(const CircuitProgram& program, bool barriers) {
  std::size_t mids = 0;
  for (const ProgramPart& part : program.parts) mids += bits_of(part.circuit);
  std::string text = comments(program);
  text += "from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister\n";
  text += "from qiskit.circuit import Parameter\n\n";
  text += fmt::format("q = QuantumRegister({}, \"q\")\n", program.wires);
  text += fmt::format("m = ClassicalRegister({}, \"m\")\nout = ClassicalRegister({}, \"out\")\n", mids,
                      program.measured.size());
  text += "circuit = QuantumCircuit(q, m, out)\n";
  for (const std::string& name : program.parameter_names)
    text += fmt::format("{0} = Parameter(\"{0}\")\n", name);
  std::size_t bit = 0;
  for (std::size_t p = 0; p < program.parts.size(); ++p) {
    const ProgramPart& part = program.parts[p];
    text += part.comment.empty() ? "" : "# " + part.comment + "\n";
    for_each_item(
        lowered(part.circuit, gates_named(&Names::qiskit)),
        [&](const Operation& operation) {
          std::vector<std::string> all = angles_of(operation, program);
          for (int k = 0; k < gate(operation.gate).wires; ++k)
            all.push_back(fmt::format("q[{}]", operation.wires[static_cast<std::size_t>(k)]));
          text += fmt::format("circuit.{}({})\n", names_row(operation.gate).qiskit, joined(all));
        },
        [&](const PlacedChannel& placed) {
          const int q = placed.wires[0];
          if (is_noise(placed)) {
            text += "# " + noise_comment(placed) + "\n";
          } else if (placed.channel == ChannelId::kReset) {
            text += fmt::format("circuit.reset(q[{}])\n", q);
          } else {
            text += fmt::format("circuit.measure(q[{}], m[{}])\n", q, bit);
            if (placed.channel == ChannelId::kFeedforward)
              text += fmt::format("with circuit.if_test((m[{}], 1)):\n    circuit.x(q[{}])\n", bit, q);
            ++bit;
          }
        });
    if (barriers && p + 1 < program.parts.size()) text += "circuit.barrier()\n";
  }
  for (std::size_t k = 0; k < program.measured.size(); ++k)
    text += fmt::format("circuit.measure(q[{}], out[{}])\n", program.measured[k], k);
  return text;
}

std::string pennylane_text(const CircuitProgram& program, bool barriers) {
  std::string text = comments(program);
  text += fmt::format("import pennylane as qml\n\n\ndef circuit({}):\n", arguments(program));
  text += "    \"\"\"Expectation values of Z of the wires that are read.\"\"\"\n";
  std::size_t bit = 0;
  for (std::size_t p = 0; p < program.parts.size(); ++p) {
    const ProgramPart& part = program.parts[p];
    text += part.comment.empty() ? "" : "    # " + part.comment + "\n";
    for_each_item(
        lowered(part.circuit, gates_named(&Names::pennylane)),
        [&](const Operation& operation) {
          std::vector<std::string> wires;
          for (int k = 0; k < gate(operation.gate).wires; ++k)
            wires.push_back(fmt::to_string(operation.wires[static_cast<std::size_t>(k)]));
          std::vector<std::string> all = angles_of(operation, program);
          all.push_back("wires=[" + joined(wires) + "]");
          text += fmt::format("    qml.{}({})\n", names_row(operation.gate).pennylane, joined(all));
        },
        [&](const PlacedChannel& placed) {
          const int q = placed.wires[0];
          if (is_noise(placed)) {
            text += "    # " + noise_comment(placed) + "\n";
          } else if (placed.channel == ChannelId::kReset) {
            text += fmt::format("    qml.measure({}, reset=True)\n", q);
          } else {
            text += fmt::format("    m{} = qml.measure({})\n", bit, q);
            if (placed.channel == ChannelId::kFeedforward)
              text += fmt::format("    qml.cond(m{}, qml.X)({})\n", bit, q);
            ++bit;
          }
        });
    if (barriers && p + 1 < program.parts.size())
      text += fmt::format("    qml.Barrier(wires=range({}))\n", program.wires);
  }
  std::vector<std::string> reads;
  for (const int wire : program.measured) reads.push_back(fmt::format("qml.expval(qml.Z({}))", wire));
  return text + (reads.empty() ? "    return qml.state()\n" : "    return [" + joined(reads) + "]\n");
}

// ---- JSON
// ------------------------------------------------------------------------------------------------------------------

std::string json_text(const CircuitProgram& program) {
  require(program.parameter_names.empty(),
          "the format json has no inputs: leave them out, and their values are written");
  using Json = nlohmann::ordered_json;
  Json list = Json::array(), title = Json::array();
  for (const std::string& line : program.title) title.push_back(line);
  const std::vector<GateId> known = [] {
    std::vector<GateId> ids;
    for (const Gate& row : gates())
      if (row.matrix) ids.push_back(row.id);
    return ids;
  }();
  for (const ProgramPart& part : program.parts) {
    for_each_item(
        lowered(part.circuit, known),
        [&](const Operation& operation) {
          const Gate& row = gate(operation.gate);
          Json angles = Json::array();
          for (int k = 0; k < row.angles; ++k) {
            const Angle& a = operation.angles[static_cast<std::size_t>(k)];
            angles.push_back(a.value + (a.kind == Angle::Kind::kShared
                                            ? a.scale * program.parameters[static_cast<std::size_t>(a.index)]
                                            : 0));
          }
          list.push_back(
              {{"op", "gate"},
               {"gate", row.name},
               {"wires", std::vector<int>(operation.wires.begin(), operation.wires.begin() + row.wires)},
               {"angles", angles}});
        },
        [&](const PlacedChannel& placed) {
          const Channel& row = channel(placed.channel);
          Json entry = {{"op", "channel"}, {"channel", row.name}};
          for (std::size_t k = 0; k < row.parameters.size(); ++k)
            entry[std::string(row.parameters[k].name)] = placed.parameters[k];
          entry["wires"] = std::vector<int>(placed.on().begin(), placed.on().end());
          list.push_back(entry);
        });
    list.push_back({{"op", "snapshot"}, {"name", part.comment}});
  }
  Json expectations = Json::object();
  for (const int wire : program.measured) expectations[fmt::format("Z{}", wire)] = nullptr;
  const Json all = {
      {"format", "ebit-noise-golden/1"}, {"title", title},  {"wires", program.wires},      {"circuit", list},
      {"noise", Json::object()},         {"program", list}, {"expectations", expectations}};
  return all.dump(1) + "\n";
}

}  // namespace

std::span<const CircuitFormat> circuit_formats() { return kFormats; }
std::span<const QasmDialect> qasm_dialects() { return kDialects; }

std::string circuit_text(const CircuitProgram& program, const CircuitTextOptions& options) {
  const std::string_view format = find_row(kFormats, "unknown format", options.format).name;
  check_names(program);
  if (format == "qasm3")
    return QasmWriter(program, find_row(kDialects, "unknown dialect", options.dialect), options.barriers)
        .text();
  if (format == "qiskit") return qiskit_text(program, options.barriers);
  return format == "pennylane" ? pennylane_text(program, options.barriers) : json_text(program);
}

std::string noise_left_out(const CircuitProgram& program, std::string_view format) {
  if (format == "json") return "";
  std::size_t count = 0;
  for (const ProgramPart& part : program.parts)
    count += static_cast<std::size_t>(std::ranges::count_if(part.circuit.channels(), is_noise));
  if (count == 0) return "";
  return fmt::format("{} channels of noise are comments in the format {}, which runs without them", count,
                     format);
}

std::vector<std::vector<std::size_t>> measurement_groups(std::span<const Observable> readout) {
  std::vector<std::vector<std::size_t>> groups;
  const auto fit = [&](const Observable& a, const Observable& b) {
    const std::size_t both = (a.x_mask | a.z_mask) & (b.x_mask | b.z_mask);
    return (a.x_mask & both) == (b.x_mask & both) && (a.z_mask & both) == (b.z_mask & both);
  };
  for (std::size_t k = 0; k < readout.size(); ++k) {
    const auto group = std::ranges::find_if(groups, [&](const auto& g) {
      return std::ranges::all_of(g, [&](std::size_t other) { return fit(readout[other], readout[k]); });
    });
    if (group == groups.end())
      groups.push_back({k});
    else
      group->push_back(k);
  }
  return groups;
}

std::vector<int> append_basis_change(Circuit& circuit, std::span<const Observable> readout,
                                     std::span<const std::size_t> group) {
  std::vector<int> measured;
  for (int q = 0; q < circuit.wires(); ++q) {
    const std::size_t bit = std::size_t{1} << (circuit.wires() - 1 - q);
    bool x = false, z = false;
    for (const std::size_t k : group)
      x |= (readout[k].x_mask & bit) != 0, z |= (readout[k].z_mask & bit) != 0;
    if (!x && !z) continue;
    if (x && z) circuit.add(kSdg, {q});
    if (x) circuit.add(kH, {q});
    measured.push_back(q);
  }
  return measured;
}

}  // namespace ebit::inline sim
