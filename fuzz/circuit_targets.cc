// Targets that read documents, circuits, matrices and noise.
#include <cmath>
#include <stdexcept>

#include "ebit/analysis/design/design.h"
#include "ebit/analysis/replay.h"
#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/register/preset.h"
#include "ebit/info/matrix_file.h"
#include "ebit/info/named_unitary.h"
#include "ebit/info/unitary.h"
#include "ebit/noise/noise_file.h"
#include "ebit/noise/noise_model.h"
#include "ebit/sim/circuit_text.h"
#include "ebit/sim/observable.h"
#include "ebit/sim/qasm_reader.h"
#include "fuzz/targets.h"

namespace ebit::fuzz {
namespace {

// Reads every value in each way that there is.
void visit(const DocumentPlace& place) {
  using Kind = DocumentValue::Kind;
  place.where();
  for (const std::function<void()>& read : std::vector<std::function<void()>>{
           [&] { place.integer(); }, [&] { place.text(); }, [&] { place.flag(); },
           [&] {
             place.array({2, -1}, "a matrix");
           },
           [&] {
             place.check_keys({"name", "value"});
           },
           [&] { place.at("name"); }, [&] { place.at(std::size_t{1}); }})
    attempt(read);
  attempt([&] {
    if (!std::isfinite(place.number())) throw std::logic_error("a number that is not finite");
  });
  if (place.value().kind == Kind::kTable)
    for (const std::string& key : place.keys()) visit(place.at(key));
  if (place.value().kind == Kind::kList)
    for (std::size_t i = 0; i < place.size(); ++i) visit(place.at(i));
}

void visit_matrix(const Eigen::MatrixXcd& matrix) {
  if (!matrix.allFinite()) throw std::logic_error("a matrix with an entry that is not finite");
  if (matrix.rows() > 16) return;
  for (const int d_a : {1, 2, 3})
    attempt([&] { make_unitary(d_a, static_cast<int>(matrix.rows()) / d_a, matrix, "fuzz"); });
}

}  // namespace

int toml(std::string_view bytes) {
  return attempt([&] { visit(DocumentPlace::parse(bytes, "fuzz.toml")); });
}

int json(std::string_view bytes) {
  return attempt([&] { visit(DocumentPlace::parse(bytes, "fuzz.json")); });
}

int ansatz(std::string_view bytes) {
  return attempt([&] {
    const Ansatz read = parse_ansatz(bytes, "fuzz");
    for (const int wires : {1, 2, 3, 5})
      attempt([&] {
        const Circuit circuit = build_ansatz(read, wires, 2);
        for (const Operation& operation : circuit.operations())
          for (const Angle& angle : operation.angles)
            if (!std::isfinite(angle.value) || !std::isfinite(angle.scale))
              throw std::logic_error("an angle that is not finite");
      });
  });
}

int matrix_json(std::string_view bytes) {
  return attempt([&] { visit_matrix(parse_matrix_json(bytes, "fuzz.json").matrix); });
}

int matrix_csv(std::string_view bytes) {
  return attempt([&] { visit_matrix(parse_matrix_csv(bytes, "fuzz.csv")); });
}

int npy(std::string_view bytes) {
  return attempt([&] { visit_matrix(parse_npy(bytes, "fuzz.npy")); });
}

int unitary(std::string_view bytes) {
  const int observable = attempt([&] { parse_observable(bytes, 4); });
  return observable + attempt([&] {
           const UnitaryText read = parse_unitary(bytes);
           if (!read.matrix(0.5).allFinite())
             throw std::logic_error("a unitary with an entry that is not finite");
         });
}

int qasm(std::string_view bytes) {
  return attempt([&] {
    const QasmCircuit read = read_qasm(bytes, "fuzz.qasm");
    if (read.circuit.operations().size() > 1000) return;
    for (const QasmDialect& row : qasm_dialects())
      attempt([&] {
        CircuitProgram program;
        program.wires = read.circuit.wires();
        program.parameters.assign(read.inputs.size(), 0.5);
        program.parameter_names = read.inputs;
        program.parts.push_back({"", read.circuit});
        circuit_text(program, {.format = "qasm3", .dialect = std::string(row.name)});
      });
  });
}

int device(std::string_view bytes) {
  return attempt([&] {
    const DeviceTable table = parse_device(bytes, "fuzz.json");
    for (const DeviceQubit& qubit : table.qubits)
      if (!std::isfinite(qubit.t1) || !std::isfinite(qubit.t2) || !std::isfinite(qubit.gate_error))
        throw std::logic_error("a device with a number that is not finite");
    NoiseModel model{.name = "fuzz", .device = table};
    Circuit circuit(2);
    circuit.add(GateId::kH, {0}).add(GateId::kCNOT, {0, 1});
    with_noise(circuit, model);
  });
}

int noise_rule(std::string_view bytes) {
  return attempt([&] {
    const NoiseModel model = read_noise_rule(DocumentPlace::parse(bytes, "fuzz.toml"), "fuzz");
    Circuit circuit(3);
    circuit.add(GateId::kH, {0}).add(GateId::kCNOT, {0, 1}).add(GateId::kToffoli, {0, 1, 2});
    gaps(circuit, model), with_noise(circuit, model);
  });
}

int noise_file(std::string_view bytes) {
  const MemoryFile file(bytes);
  int accepted = 0;
  for (const NoiseSource source : {NoiseSource::kProgram, NoiseSource::kRule})
    accepted += attempt([&] {
      const NoiseFile read = read_noise_file(file.path(), source);
      if (read.wires <= 3) exact_values(read);
    });
  return accepted;
}

int recording(std::string_view bytes) {
  const auto rows = presets();
  const std::string preset(rows[take_choice(bytes, static_cast<unsigned>(rows.size()))].name);
  const MemoryFile file(bytes);
  return attempt([&] { analysis::read_recording(file.path(), preset); });
}

int design(std::string_view bytes) {
  const MemoryFile file(bytes);
  int accepted = attempt([&] { analysis::parse_wishes(bytes); });
  for (const int wires : {2, 4})
    accepted += attempt([&] {
      for (const Edge& edge : analysis::read_edges(file.path(), wires))
        for (const int wire : edge)
          if (wire < 0 || wire >= wires) throw std::logic_error("an edge of a wire that is not there");
    });
  return accepted;
}

}  // namespace ebit::fuzz
