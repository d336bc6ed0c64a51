#include "ebit/cell/reference.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "ebit/base/aligned.h"
#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

// What the files call rows of tables, where they are called otherwise here.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"h-ry-atan-rz-atan-square", "arctan-angle"},
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
  const std::string text = theirs.text();
  for (const auto& [name, own] : kNames)
    if (name == text) return std::string(own);
  return text;
}

CellOptions gated(const DocumentPlace& own, bool gru) {
  GatedOptions o;
  o.inputs = own.at("features").integer(), o.qubits = own.at("qubits").integer();
  o.hidden = own.at("hidden").integer(), o.layers = own.at("layers").integer();
  o.architecture = gru ? "gru" : fmt::format("lstm-{}", own.at("circuits").integer());
  o.order = name_of(own.at("v")), o.encoder = name_of(own.at("encoder"));
  o.ansatz = name_of(own.at("ansatz"));
  o.linear_in = own.at("linear-in").text(), o.linear_out = own.at("linear-out").text();
  o.measured = own.at("measured").integer();
  if (gru) o.update = own.at("update").text();
  return o;
}

// Their encoding is a list of letters, one a feature: the encoder's must be the same.
CellOptions recurrent(const DocumentPlace& own) {
  RegisterOptions o;
  o.system = own.at("data-qubits").integer(), o.ancilla = own.at("qubits").integer() - o.system;
  o.features = own.at("features").integer();
  o.encoder = "arccos-angle-ry-last", o.ansatz = "zz-ring-by-wire";
  o.layers_en = own.at("layers").integer(), o.layers_dis = 0;
  o.hidden = own.at("reset").flag() ? "density" : "coherent", o.readout.clear();
  for (int q = 0; q < o.system; ++q) o.readout.push_back(fmt::format("Z{}", q));
  o.every_step = true;
  constexpr std::string_view kEncodings[] = {"Y", "XY", "YXY"};
  const DocumentPlace encoding = own.at("encoding");
  if (o.features < 1 || o.features > 3 || encoding.text() != kEncodings[o.features - 1])
    encoding.fail_here("must be Y, XY or YXY, a letter a feature");
  return o;
}

CellOptions window(const DocumentPlace& own) {
  WindowOptions o;
  o.inputs = own.at("features").integer(), o.span = own.at("window").integer();
  o.qubits = own.at("qubits").integer(), o.layers = own.at("layers").integer();
  o.every_step = false;
  return o;
}

CellOptions options_of(const DocumentPlace& file) {
  const std::string model = file.at("model").text();
  const DocumentPlace own = file.at("options");
  if (model == "fellner-qrnn") return recurrent(own);
  if (model == "d-qnn") return window(own);
  if (model.starts_with("qgru")) return gated(own, /*gru=*/true);
  if (own.find("circuits").present()) return gated(own, /*gru=*/false);
  file.at("model").fail_here(
      fmt::format("'{}' is unknown: it can be fellner-qrnn, d-qnn, qgru or one of the qlstm", model));
}

std::vector<double> tensor_of(const DocumentPlace& tensor, std::size_t numbers) {
  std::vector<double> data = read_tensor(tensor);
  if (data.size() != numbers)
    tensor.fail_here(fmt::format("has {} numbers, and the model has {}", data.size(), numbers));
  return data;
}

// [c, h] of every sample.
std::vector<double> state_of(const DocumentPlace& inputs, std::size_t samples, std::size_t numbers) {
  std::vector<std::vector<double>> parts;
  for (const char* name : {"c0", "h0"})
    if (inputs.find(name).present()) parts.push_back(read_tensor(inputs.at(name)));
  std::vector<double> state;
  for (std::size_t b = 0; b < samples && !parts.empty(); ++b)
    for (const auto& part : parts) {
      const auto width = static_cast<std::ptrdiff_t>(part.size() / samples);
      state.insert(state.end(), part.begin() + static_cast<std::ptrdiff_t>(b) * width,
                   part.begin() + static_cast<std::ptrdiff_t>(b + 1) * width);
    }
  if (!parts.empty() && state.size() != samples * numbers)
    inputs.fail_here(fmt::format("has states of {} numbers, not {}", state.size(), samples * numbers));
  return state;
}

std::vector<double> answers(const ReferenceCase& given, const std::vector<double>& z, std::size_t readouts) {
  std::vector<double> y;
  for (std::size_t row = 0; row < z.size() / readouts; ++row)
    for (std::size_t o = 0; o < given.outputs; ++o) {
      const auto w = given.weight.begin() + static_cast<std::ptrdiff_t>(o * readouts);
      y.push_back(std::inner_product(w, w + static_cast<std::ptrdiff_t>(readouts),
                                     z.begin() + static_cast<std::ptrdiff_t>(row * readouts), given.bias[o]));
    }
  return y;
}

}  // namespace

std::vector<double> read_tensor(const DocumentPlace& tensor) {
  std::size_t numbers = 1;
  const DocumentPlace shape = tensor.at("shape");
  for (std::size_t i = 0; i < shape.size(); ++i)
    numbers *= static_cast<std::size_t>(std::max(shape.at(i).integer(), 0));
  return tensor.at("data").array({static_cast<int>(numbers)}, "the product of shape");
}

std::string reference_name(const Segment& segment) {
  return segment.name == "theta_en" ? "circuit.angles" : segment.name;
}

ReferenceCase read_reference(const DocumentPlace& file) {
  const DocumentPlace own = file.at("options"), params = file.at("params"), inputs = file.at("inputs");
  ReferenceCase given;
  given.model = file.at("model").text(), given.options = options_of(file);
  const auto size = [&](const char* name) {
    const int value = own.at(name).integer();
    if (value < 1) own.at(name).fail_here("must be 1 or more");
    return static_cast<std::size_t>(value);
  };
  given.samples = size("batch"), given.steps = size("steps"), given.outputs = size("outputs");
  const auto cell = make_cell<double>(given.options);
  for (const Segment& segment : cell->segments()) {
    const std::vector<double> numbers = tensor_of(params.at(reference_name(segment)), segment.size);
    given.parameters.insert(given.parameters.end(), numbers.begin(), numbers.end());
  }
  given.x = tensor_of(inputs.at("x"), given.samples * given.steps * cell->inputs());
  given.state = state_of(inputs, given.samples, cell->state_numbers());
  given.target = tensor_of(inputs.at("target"), given.samples * given.outputs);
  given.head = params.find("head.weight").present();
  if (given.head) {
    given.weight = tensor_of(params.at("head.weight"), given.outputs * cell->outputs());
    given.bias = tensor_of(params.at("head.bias"), given.outputs);
  } else {
    if (given.outputs > cell->outputs()) own.at("outputs").fail_here("is more than the readouts");
    given.weight.assign(given.outputs * cell->outputs(), 0.0), given.bias.assign(given.outputs, 0.0);
    for (std::size_t i = 0; i < given.outputs; ++i) given.weight[i * cell->outputs() + i] = 1;
  }
  return given;
}

ReferenceResult run_reference(const ReferenceCase& given) {
  ReferenceResult result;
  const auto cell = make_cell<double>(given.options);
  const std::size_t width = cell->outputs(), numbers = cell->state_numbers();
  SequenceInput<double> input{.samples = given.samples,
                              .steps = given.steps,
                              .x = given.x.data(),
                              .state = given.state.empty() ? nullptr : given.state.data()};
  std::vector<double> z(given.samples * (cell->every_step() ? given.steps : 1) * width);
  for (std::size_t t = 1; t <= given.steps; ++t) {
    const std::vector<std::int64_t> lengths(given.samples, static_cast<std::int64_t>(t));
    input.lengths = lengths.data();
    result.states.emplace_back(given.samples * numbers);
    cell->forward(given.parameters, input, {z.data(), result.states.back().data(), nullptr});
  }
  result.y = answers(given, z, width);

  const int inputs = static_cast<int>(cell->inputs());
  const auto last = make_cell<double>(with_sizes(given.options, inputs, /*every_step=*/false));
  input.lengths = nullptr;
  AlignedVector<std::byte> tape(last->tape_bytes(given.samples, given.steps));
  z.resize(given.samples * width);
  last->forward(given.parameters, input, {z.data(), nullptr, nullptr}, tape);
  const std::vector<double> y = answers(given, z, width);
  std::vector<double> d_z(z.size(), 0.0);
  result.d_weight.assign(given.weight.size(), 0.0), result.d_bias.assign(given.outputs, 0.0);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t b = i / given.outputs, o = i % given.outputs;
    const double error = y[i] - given.target[i], d = 2 * error / static_cast<double>(given.samples);
    result.loss += error * error / static_cast<double>(given.samples), result.d_bias[o] += d;
    for (std::size_t k = 0; k < width; ++k) {
      d_z[b * width + k] += d * given.weight[o * width + k];
      result.d_weight[o * width + k] += d * z[b * width + k];
    }
  }
  result.d_parameters.assign(given.parameters.size(), 0.0);
  result.d_x.resize(given.x.size()), result.d_state.resize(given.samples * numbers);
  last->backward(given.parameters, input, tape, {d_z.data(), nullptr, nullptr},
                 {result.d_parameters.data(), result.d_x.data(), result.d_state.data()});
  return result;
}

}  // namespace ebit::inline cell
