// Cells and circuits as texts that other tools run, and back.
#include "ebit/cell/register/hardware.h"
#include "bind.h"
#include "bound_cell.h"
#include "ebit/base/error.h"
#include "ebit/sim/qasm_reader.h"

namespace ebit::python {

nb::object circuit_object(const Circuit& circuit);

namespace {

nb::dict export_cell(const BoundCell<double>& cell, const In<double>& parameters, const In<double>& x,
                     const std::string& format, const std::string& dialect, bool barriers, bool inputs,
                     bool feedforward) {
  const std::string_view obstacle = hardware_obstacle(cell.options());
  require(obstacle.empty(), "a cell of the family {} is no circuit of a window: {}",
          family_of(cell.options()).name, obstacle);
  const HardwareWindow window =
      hardware_window(std::get<RegisterOptions>(cell.options()), numbers(parameters), numbers(x),
                      {.inputs = inputs, .feedforward = feedforward});
  std::vector<std::string> texts;
  std::vector<std::vector<int>> measured;
  for (const CircuitProgram& program : window.programs) {
    texts.push_back(circuit_text(program, {.format = format, .dialect = dialect, .barriers = barriers}));
    measured.push_back(program.measured);
  }
  nb::dict d;
  d["texts"] = texts, d["measured"] = measured, d["y"] = window.y;
  d["outcomes"] = window.outcomes, d["probability"] = window.probability;
  return d;
}

std::string circuit_to_text(const Circuit& circuit, const std::vector<double>& parameters,
                            const std::vector<std::string>& names, const std::string& format,
                            const std::string& dialect, bool barriers) {
  CircuitProgram program{.wires = circuit.wires(), .parameters = parameters, .parameter_names = names};
  program.parts.push_back({"", circuit});
  return circuit_text(program, {.format = format, .dialect = dialect, .barriers = barriers});
}

}  // namespace

void bind_hardware(nb::module_& m) {
  m.def("export_cell", export_cell, nb::arg("cell"), nb::arg("parameters").noconvert(),
        nb::arg("x").noconvert(), nb::arg("format"), nb::arg("dialect"), nb::arg("barriers"),
        nb::arg("inputs"), nb::arg("feedforward"),
        "The circuits of one window: texts, measured wires, exact readouts, outcomes to keep and their "
        "probability.");
  m.def("circuit_text", circuit_to_text, nb::arg("circuit"), nb::arg("parameters"), nb::arg("names"),
        nb::arg("format"), nb::arg("dialect"), nb::arg("barriers"), "A circuit as text.");
  m.def(
      "read_qasm",
      [](const std::string& text, const std::string& source) {
        QasmCircuit read = read_qasm(text, source);
        return nb::make_tuple(circuit_object(read.circuit), read.inputs);
      },
      nb::arg("text"), nb::arg("source"), "A circuit of OpenQASM and the names of its inputs.");
}

}  // namespace ebit::python
