#include "ebit/cell/reference_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::inline cell {
namespace {

using Shape = std::vector<std::int64_t>;

// What the files call encoders, ansaetze and orders, where it is called otherwise here.
const std::map<std::string, std::string> kNames = {{"h-ry-atan-rz-atan-square", "arctan-angle"},
                                                   {"ry-atan-rz-atan-square", "arctan-angle-no-h"},
                                                   {"h-rx-atan", "h-rx-arctan"},
                                                   {"h-rx-atan-rz-atan-square", "h-rx-rz-arctan"},
                                                   {"ry-asin-rz-acos", "arcsin-arccos"},
                                                   {"ring1-ring2-rot", "arctan-vqc"},
                                                   {"ring1-ring1-rot", "arctan-vqc-near"},
                                                   {"crz-all-rx-rz", "crz-all"},
                                                   {"x,h", "x-first"},
                                                   {"h,x", "h-first"}};

std::string name_of(const DocumentPlace& theirs) {
  const auto found = kNames.find(theirs.text());
  return found == kNames.end() ? theirs.text() : found->second;
}

void check_keys(const DocumentPlace& options, std::vector<std::string> own) {
  own.insert(own.end(), {"batch", "steps", "features", "outputs", "initial", "head"});
  options.check_keys(own);
}

std::string text_or(const DocumentPlace& options, const char* key, const char* otherwise) {
  return options.find(key).present() ? options.at(key).text() : otherwise;
}

ReferenceModel lstm(CellOptions cell, std::int64_t c, std::int64_t h) {
  return {.cell = std::move(cell), .state = {{"c", {c}}, {"h", {h}}}};
}

ReferenceModel gated(const DocumentPlace& own) {
  check_keys(own, {"qubits", "layers", "hidden", "cell", "measured", "v", "encoder", "ansatz", "circuits",
                   "linear-in", "linear-out", "update"});
  GatedOptions o;
  o.inputs = own.at("features").integer(), o.qubits = own.at("qubits").integer();
  o.hidden = own.at("hidden").integer(), o.layers = own.at("layers").integer();
  const DocumentPlace circuits = own.find("circuits");
  o.architecture = circuits.present() ? fmt::format("lstm-{}", circuits.integer()) : "gru";
  o.order = name_of(own.at("v")), o.encoder = name_of(own.at("encoder"));
  o.ansatz = name_of(own.at("ansatz")), o.measured = own.at("measured").integer();
  o.linear_in = own.at("linear-in").text(), o.linear_out = own.at("linear-out").text();
  o.update = text_or(own, "update", "z-keeps");
  check(o);
  const GatedSizes sizes = sizes_of(o);
  if (o.architecture == "gru") return {.cell = o, .state = {{"h", {sizes.hidden}}}};
  return lstm(o, sizes.cell, sizes.hidden);
}

ReferenceModel released(const DocumentPlace& own) {
  check_keys(own, {"qubits", "hidden", "cell", "v", "inverse-angle"});
  GatedOptions o;
  o.inputs = own.at("features").integer(), o.qubits = own.at("qubits").integer();
  o.hidden = own.at("hidden").integer(), o.order = name_of(own.at("v"));
  const std::string inverse = own.at("inverse-angle").text();
  if (inverse != "raw" && inverse != "cos-square")
    own.at("inverse-angle").fail_here("must be cos-square or raw");
  o.encoder = inverse == "raw" ? "rz-ry-chain-inverse-raw" : "rz-ry-chain-undone";
  o.layers = 0, o.linear_out = "shared";
  check(o);
  ReferenceModel model = lstm(o, o.hidden, o.hidden);
  model.one_circuit = true;
  return model;
}

ReferenceModel kernel(const DocumentPlace& own) {
  check_keys(own, {"qubits", "hidden", "cell", "v", "references", "bias", "angle", "reference-count",
                   "feature-map", "pairs", "repetitions", "linear-in"});
  KernelOptions o;
  o.inputs = own.at("features").integer(), o.qubits = own.at("qubits").integer();
  o.hidden = own.at("hidden").integer(), o.order = name_of(own.at("v"));
  o.owner = own.at("references").text(), o.references = own.at("reference-count").integer();
  o.bias = own.at("bias").flag(), o.linear_in = own.at("linear-in").text();
  o.encoder = own.at("feature-map").text();
  if (o.encoder == "angle-ry") o.encoder = "ry";
  if (o.encoder == "zz" && own.at("pairs").text() == "chain") o.encoder = "zz-chain";
  if (o.encoder == "rz-ry-chain" && own.at("angle").text() == "raw") o.encoder = "rz-ry-chain-raw";
  if (own.find("repetitions").present()) o.repetitions = own.at("repetitions").integer();
  check(o);
  return lstm(o, o.hidden, o.hidden);
}

ReferenceModel fast_weights(const DocumentPlace& own) {
  check_keys(own, {"qubits", "layers", "measured", "gate"});
  FastWeightsOptions o;
  o.inputs = own.at("features").integer(), o.qubits = own.at("qubits").integer();
  o.layers = own.at("layers").integer(), o.measured = own.at("measured").integer();
  o.gate = own.at("gate").flag();
  check(o);
  return {.cell = o, .state = {{"theta", {o.layers, sizes_of(o).angles}}}};
}

// Their encoding is a list of letters, one a feature: the encoder's must be the same.
ReferenceModel recurrent(const DocumentPlace& own) {
  check_keys(own, {"qubits", "data-qubits", "layers", "encoding", "reset"});
  RegisterOptions o;
  const std::int64_t wires = own.at("qubits").integer();
  o.system = own.at("data-qubits").integer(), o.ancilla = wires - o.system;
  o.features = own.at("features").integer();
  o.encoder = "arccos-angle-ry-last", o.ansatz = "zz-ring-by-wire";
  o.layers_en = own.at("layers").integer(), o.layers_dis = 0;
  o.hidden = own.at("reset").flag() ? "density" : "coherent", o.readout.clear(), o.every_step = true;
  for (int q = 0; q < o.system; ++q) o.readout.push_back(fmt::format("Z{}", q));
  constexpr std::string_view kEncodings[] = {"Y", "XY", "YXY"};
  const DocumentPlace encoding = own.at("encoding");
  if (o.features < 1 || o.features > 3 || encoding.text() != kEncodings[o.features - 1])
    encoding.fail_here("must be Y, XY or YXY, a letter a feature");
  const std::int64_t all = std::int64_t{1} << wires, hidden = std::int64_t{1} << o.ancilla;
  const Shape shape = o.hidden == "density" ? Shape{2, hidden, hidden} : Shape{2, all};
  return {.cell = o, .state = {{"state", shape}}, .reads_z = true, .ends_alone = true};
}

ReferenceModel window(const DocumentPlace& own) {
  check_keys(own, {"qubits", "layers", "window"});
  WindowOptions o;
  o.inputs = own.at("features").integer(), o.span = own.at("window").integer();
  o.qubits = own.at("qubits").integer(), o.layers = own.at("layers").integer();
  check(o);
  return {.cell = o, .state = {}, .reads_z = true, .last_alone = true};
}

struct Row {
  std::string name;
  ReferenceModel (*read)(const DocumentPlace& options);
};
const Row kRows[] = {{"qlstm-2020", gated},    {"qlstm-v0", gated},          {"qlstm-disipio", gated},
                     {"qlstm-fellner", gated}, {"le-qlstm-cao", gated},      {"le-qlstm-fellner", gated},
                     {"qgru", gated},          {"qk-lstm", kernel},          {"qk-lstm-released", released},
                     {"qfwp", fast_weights},   {"qfwp-gated", fast_weights}, {"fellner-qrnn", recurrent},
                     {"d-qnn", window}};

}  // namespace

std::string ReferenceModel::parameter_name(std::string_view segment) const {
  return segment == "theta_en" ? "circuit.angles" : std::string(segment);
}

std::vector<std::int64_t> ReferenceModel::parameter_shape(const Segment& segment) const {
  const auto* const own = std::get_if<RegisterOptions>(&cell);
  if (!own || segment.name != "theta_en") return segment.shape;
  const std::int64_t wires = own->system + own->ancilla;
  return {segment.shape[0], wires, segment.shape[1] / wires};
}

std::string ReferenceModel::trace_name(std::string_view watched) const {
  if (!one_circuit || !watched.starts_with("z.")) return std::string(watched);
  return watched == "z.forget" ? "z" : "";
}

ReferenceModel reference_model(const DocumentPlace& spec) {
  const DocumentPlace format = spec.at("format"), model = spec.at("model");
  if (format.text() != "ebit-gated-golden-1")
    format.fail_here(fmt::format("is '{}', and only ebit-gated-golden-1 is known", format.text()));
  std::vector<std::string> known;
  for (const Row& row : kRows) {
    if (row.name == model.text()) return row.read(spec.at("options"));
    known.push_back(row.name);
  }
  model.fail_here(fmt::format("'{}' is unknown{}", model.text(), suggestion(model.text(), known)));
}

}  // namespace ebit::inline cell
