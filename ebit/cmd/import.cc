// ebit import: a circuit of OpenQASM as a gate list that --ansatz-file takes.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "ebit/base/atomic_file.h"
#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/cmd/output.h"
#include "ebit/sim/qasm_reader.h"

namespace ebit::cmd {
namespace {

struct ImportFlags {
  std::string file, output;
};

std::string number(double value) {
  std::string text = fmt::format("{:.17g}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string angle_entry(const Angle& angle, const std::vector<std::string>& inputs,
                        const std::string& source) {
  if (angle.kind == Angle::Kind::kConstant) return number(angle.value);
  const std::string& name = inputs[static_cast<std::size_t>(angle.index)];
  require(angle.value == 0,
          "{}: the angle {} * {} + {} has a constant beside its input, which a gate list cannot say: put a "
          "gate of the "
          "constant before it",
          source, angle.scale, name, angle.value);
  if (angle.scale == 1) return toml_quoted(name);
  return toml_quoted(angle.scale == -1 ? "-" + name : fmt::format("{:.17g}*{}", angle.scale, name));
}

std::string wires_text(std::span<const int> wires) {
  std::string text;
  for (const int wire : wires) text += fmt::format("{}{}", text.empty() ? "" : ", ", wire);
  return text;
}

std::string gate_list(const QasmCircuit& read, const std::string& source) {
  std::string text =
      fmt::format("name = {}\nhelp = {}\nsource = {}\ngates = [\n",
                  toml_quoted(std::filesystem::path(source).stem().string()),
                  toml_quoted(fmt::format("{} gates on {} wires, read from OpenQASM.",
                                          read.circuit.operations().size(), read.circuit.wires())),
                  toml_quoted(std::filesystem::path(source).filename().string()));
  for_each_item(
      read.circuit,
      [&](const Operation& operation) {
        const Gate& row = gate(operation.gate);
        std::string angles;
        for (int k = 0; k < row.angles; ++k)
          angles += (k == 0 ? "" : ", ") +
                    angle_entry(operation.angles[static_cast<std::size_t>(k)], read.inputs, source);
        text += fmt::format("  {{gate = {}, wires = [{}]{}}},\n", toml_quoted(row.name),
                            wires_text({operation.wires.data(), static_cast<std::size_t>(row.wires)}),
                            row.angles > 0 ? ", angles = [" + angles + "]" : "");
      },
      [&](const PlacedChannel& placed) {
        text += fmt::format("  {{channel = {}, wires = [{}]}},\n", toml_quoted(channel(placed.channel).name),
                            wires_text(placed.on()));
      });
  return text + "]\n";
}

int run(const ImportFlags& options) {
  const QasmCircuit read = read_qasm(read_input(options.file), options.file);
  require(!read.circuit.operations().empty() || !read.circuit.channels().empty(), "{}: there is no gate",
          options.file);
  const std::string text = gate_list(read, options.file);
  if (options.output.empty())
    print(text);
  else
    write_file_atomically(options.output, text);
  return kOk;
}

}  // namespace

Action setup_import(Parser& parser) {
  auto options = std::make_shared<ImportFlags>();
  parser.add_option("FILE", options->file, "OpenQASM 3, or a list of gates in OpenQASM 2")
      .type_name("FILE")
      .required();
  parser.add_option("-o,--output", options->output, "File to write (default: print it)").type_name("FILE");
  return [options] { return run(*options); };
}

}  // namespace ebit::cmd
