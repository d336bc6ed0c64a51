// Cells by addresses: callers have checked dtypes and shapes; the cell checks all the rest.
#include "bind.h"
#include "bound_cell.h"
#include "ebit/base/error.h"
#include "ebit/cell/controlled/controlled_cell.h"
#include "ebit/cell/echo/echo_cell.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/fast_weights/fast_weights_cell.h"
#include "ebit/cell/feedback_cell.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/kernel/kernel_cell.h"
#include "ebit/cell/measured/measured_cell.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/rvqe/rvqe_cell.h"
#include "ebit/cell/window/window_cell.h"
#include "ebit/settings/models.h"
#include "ebit/settings/resolve.h"

namespace ebit::python {

nb::object circuit_object(const Circuit& circuit);  // circuit.cc

namespace {

Config make_config(const std::string& problem,
                   const std::vector<std::tuple<std::string, std::string, std::string>>& given) {
  std::vector<Setting> settings;
  for (const auto& [name, value, where] : given) settings.push_back({name, value, where});
  return resolve(problem, std::nullopt, settings);
}

CellOptions cell_options(const Config& config, int inputs, bool every_step, const std::string& entropy,
                         const std::string& stage) {
  const fit::ModelSpec spec = outline_of(config);
  const auto* const cell = std::get_if<CellOptions>(&spec.core);
  require(cell != nullptr, "the model {} is no quantum cell: in torch it is torch.nn's own",
          config.model.name);
  require(inputs >= 1, "a step has at least 1 number, not {}", inputs);
  CellOptions options = with_sizes(*cell, inputs, every_step);
  return entropy.empty() ? options : with_entropy(options, entropy, stage);
}

template <class T>
Array<T> initialise(const BoundCell<T>& bound, std::uint64_t seed) {
  std::vector<double> values(bound.cell().parameters());
  MersenneDraws draws(seed);
  bound.cell().initialise(draws, values.data());
  return to_numpy(std::vector<T>(values.begin(), values.end()), {values.size()});
}

// Parameters that lie apart, a block a segment, side by side for the cell. The memory is the thread's own.
template <class T>
std::uintptr_t gathered(const BoundCell<T>& bound, const std::vector<std::uintptr_t>& blocks) {
  const auto segments = bound.cell().segments();
  require(blocks.size() == segments.size(), "the cell has {} blocks of parameters, not {}", segments.size(),
          blocks.size());
  if (blocks.size() == 1) return blocks[0];
  thread_local AlignedVector<T> all;
  all.resize(bound.cell().parameters());
  for (std::size_t i = 0; i < blocks.size(); ++i)
    std::copy_n(pointer<const T>(blocks[i]), segments[i].size, all.data() + segments[i].offset);
  return reinterpret_cast<std::uintptr_t>(all.data());
}

// Calls backward(address of [P]) and hands its numbers out to blocks.
template <class T, class Backward>
void scatter(const BoundCell<T>& bound, const std::vector<std::uintptr_t>& blocks, Backward backward) {
  const auto segments = bound.cell().segments();
  require(blocks.size() == segments.size(), "the cell has {} blocks of parameters, not {}", segments.size(),
          blocks.size());
  if (blocks.size() == 1) return backward(blocks[0]);
  thread_local AlignedVector<T> all;
  all.resize(bound.cell().parameters());
  backward(reinterpret_cast<std::uintptr_t>(all.data()));
  for (std::size_t i = 0; i < blocks.size(); ++i)
    std::copy_n(all.data() + segments[i].offset, segments[i].size, pointer<T>(blocks[i]));
}

nb::list segment_rows(std::span<const Segment> segments) {
  nb::list list;
  for (const Segment& s : segments) {
    nb::dict d;
    d["name"] = s.name, d["shape"] = nb::tuple(nb::cast(s.shape)), d["offset"] = s.offset, d["size"] = s.size;
    d["low"] = s.initial.low, d["high"] = s.initial.high;
    d["kind"] = s.kind == SegmentKind::kQuantum ? "quantum" : "classical", d["frozen"] = s.frozen;
    list.append(d);
  }
  return list;
}

// What a cell is made of, for the oracle in pure torch and for drawings: circuits and the names of its rows.
template <class T>
nb::dict parts(const BoundCell<T>& bound) {
  nb::dict d;
  if (const auto* own = dynamic_cast<const RegisterCell<T>*>(&bound.cell())) {
    const RegisterOptions& o = own->options();
    d["family"] = "register", d["system"] = o.system, d["ancilla"] = o.ancilla, d["encoder"] = o.encoder;
    d["hidden"] = o.hidden, d["epsilon"] = o.epsilon, d["readout"] = o.readout,
    d["layers_dis"] = o.layers_dis;
    d["u_en"] = circuit_object(own->u_en()), d["u_dis"] = circuit_object(own->u_dis());
    const Encoder& encoder = find_encoder(o.encoder);
    if (encoder.build) {
      const EncoderCircuit made = encoder.build(o.system, o.features, o.system);
      d["encoder_circuit"] = circuit_object(made.circuit);
      std::vector<int> features;
      for (const AngleRule& rule : made.rules) features.push_back(rule.feature);
      d["encoder_features"] = features;
    }
    d["initial"] = to_numpy(std::vector<T>(own->initial_hidden()), {own->initial_hidden().size()});
  } else if (const auto* controlled = dynamic_cast<const ControlledCell<T>*>(&bound.cell())) {
    const ControlledOptions& o = controlled->options();
    d["family"] = "qrnn", d["qubits"] = o.qubits, d["circuit"] = circuit_object(controlled->circuit());
    d["angle_scale"] = o.angle_scale, d["activation"] = o.ffn.activation, d["residual"] = o.ffn.residual;
    d["ffn_hidden"] = o.ffn.hidden, d["initial"] = o.initial, d["measurement"] = o.measurement;
    d["dropout"] = o.ffn.dropout;
    d["preparation"] = circuit_object(controlled_circuit(o, AngleSource::kShared));
    std::vector<std::string> readout;
    for (const Observable& observable : controlled->readout()) readout.push_back(observable.text);
    d["readout"] = readout;
  } else if (dynamic_cast<const FeedbackCell<T>*>(&bound.cell())) {
    d["family"] = "register with feedback";
  } else if (const auto* gated = dynamic_cast<const GatedCell<T>*>(&bound.cell())) {
    const GatedOptions& o = gated->options();
    const GatedSizes& sizes = gated->sizes();
    d["family"] = "gated", d["architecture"] = o.architecture, d["coupled"] = o.coupled;
    d["peepholes"] = o.peepholes, d["order"] = o.order, d["update"] = o.update, d["encoder"] = o.encoder;
    d["qubits"] = o.qubits, d["measured"] = sizes.measured, d["hidden_size"] = sizes.hidden;
    d["state_numbers"] = gated->state_numbers(), d["circuit"] = circuit_object(gated->circuit());
    d["mixture_norm"] = o.mixture_norm;
    nb::list mixed;
    for (const MixedCircuit& one : mixed_circuits(o))
      mixed.append(nb::make_tuple(circuit_object(one.circuit), one.angles));
    d["mixed"] = mixed;
    if (o.mixture != "none") d["encoder"] = std::string(encoder_of(o).name);
  } else if (const auto* kernel = dynamic_cast<const KernelCell<T>*>(&bound.cell())) {
    const KernelOptions& o = kernel->options();
    d["family"] = "kernel", d["kernel"] = o.kernel, d["order"] = o.order, d["encoder"] = o.encoder;
    d["qubits"] = o.qubits, d["hidden_size"] = kernel->sizes().hidden, d["width"] = o.width;
    d["trained"] = o.trained_references, d["state_numbers"] = kernel->state_numbers();
    if (find_kernel(o.kernel).mapped)
      d["circuit"] = circuit_object(find_gate_encoder(o.encoder).build(o.qubits, o.qubits, o.repetitions));
  } else if (const auto* fast = dynamic_cast<const FastWeightsCell<T>*>(&bound.cell())) {
    const FastWeightsOptions& o = fast->options();
    d["family"] = "fast-weights", d["qubits"] = o.qubits, d["measured"] = fast->sizes().measured;
    d["encoder"] = o.encoder, d["gate"] = o.gate, d["layers"] = o.layers;
    d["state_numbers"] = fast->state_numbers(), d["circuit"] = circuit_object(fast->circuit());
  } else if (const auto* echo = dynamic_cast<const EchoCell<T>*>(&bound.cell())) {
    d["family"] = "esn", d["leak"] = echo->options().leak, d["read_input"] = echo->options().read_input;
    d["state_numbers"] = echo->state_numbers();
  } else if (const auto* rvqe = dynamic_cast<const RvqeCell<T>*>(&bound.cell())) {
    const RvqeOptions& o = rvqe->options();
    d["family"] = "rvqe", d["bits"] = o.bits(), d["workspace"] = o.workspace, d["stages"] = o.stages;
    d["order"] = o.order, d["degree"] = o.degree, d["state_numbers"] = rvqe->state_numbers();
  } else if (const auto* measured = dynamic_cast<const MeasuredCell<T>*>(&bound.cell())) {
    d["family"] = "measured", d["form"] = measured->options().form,
    d["qubits"] = measured->options().qubits();
    d["state_numbers"] = measured->state_numbers();
  } else if (const auto* window = dynamic_cast<const WindowCell<T>*>(&bound.cell())) {
    d["family"] = "window", d["qubits"] = window->options().qubits;
    d["circuit"] = circuit_object(window->circuit()), d["state_numbers"] = window->state_numbers();
  }
  return d;
}

template <class T>
void bind_cell(nb::module_& m, const char* name) {
  using Bound = BoundCell<T>;
  nb::class_<Bound>(m, name)
      .def(
          "__init__",
          [](Bound* b, const Config& config, int inputs, bool every_step, const std::string& entropy,
             const std::string& stage) {
            new (b) Bound(cell_options(config, inputs, every_step, entropy, stage));
          },
          nb::arg("config"), nb::arg("inputs"), nb::arg("every_step"), nb::arg("entropy") = "",
          nb::arg("entropy_stage") = "disentangled")
      .def_prop_ro("segments", [](const Bound& b) { return segment_rows(b.cell().segments()); })
      .def_prop_ro("inputs", [](const Bound& b) { return b.cell().inputs(); })
      .def_prop_ro("outputs", [](const Bound& b) { return b.cell().outputs(); })
      .def_prop_ro("state_numbers", [](const Bound& b) { return b.cell().state_numbers(); })
      .def_prop_ro("every_step", [](const Bound& b) { return b.cell().every_step(); })
      .def_prop_ro("parameters", [](const Bound& b) { return b.cell().parameters(); })
      .def_prop_ro("counts", [](const Bound& b) { return dict_of(counts_of(b.cell().segments())); })
      .def_prop_ro("summary", [](const Bound& b) { return b.cell().summary(); })
      .def_prop_ro("family", [](const Bound& b) { return std::string(family_of(b.options()).name); })
      .def_prop_ro("capabilities",
                   [](const Bound& b) {
                     const Capabilities c = b.cell().capabilities();
                     nb::dict d;
                     d["entropy"] = c.entropy, d["draws"] = c.draws, d["training"] = c.training;
                     d["parameter_shift"] = c.parameter_shift;
                     return d;
                   })
      .def("parts", parts<T>)
      .def("tape_bytes", &Bound::tape_bytes, nb::arg("samples"), nb::arg("steps"))
      .def("initialise", initialise<T>, nb::arg("seed"))
      .def("start_from_data",
           [](const Bound& b, std::size_t samples, std::size_t steps, std::uintptr_t parameters,
              std::uintptr_t x, std::uintptr_t lengths, std::uint64_t seed) {
             require(b.cell().starts_from_data(),
                     "nothing of this cell starts from data: a kernel cell with references_from='data' does");
             MersenneDraws draws(seed);
             b.cell().start_from_data({.samples = samples,
                                       .steps = steps,
                                       .x = pointer<const T>(x),
                                       .lengths = pointer<const std::int64_t>(lengths)},
                                      draws, {pointer<T>(parameters), b.cell().parameters()});
           })
      .def_prop_ro(
          "handle",
          [](const Bound& b) { return reinterpret_cast<std::uintptr_t>(static_cast<const AnyCell*>(&b)); },
          "Where other modules find the cell, while this object lives.")
      .def("forward_blocks",
           [](const Bound& b, std::size_t samples, std::size_t steps,
              const std::vector<std::uintptr_t>& parameters, std::uintptr_t x, std::uintptr_t lengths,
              std::uintptr_t state, std::uintptr_t y, std::uintptr_t last, std::uintptr_t entropy,
              std::uintptr_t tape, bool training, std::uint64_t seed, std::uint64_t number) {
             const nb::gil_scoped_release unlocked;
             b.forward({samples, steps, gathered(b, parameters), x, lengths, state, training, seed, number},
                       y, last, entropy, tape);
           })
      .def("backward_blocks",
           [](const Bound& b, std::size_t samples, std::size_t steps,
              const std::vector<std::uintptr_t>& parameters, std::uintptr_t x, std::uintptr_t lengths,
              std::uintptr_t state, std::uintptr_t tape, std::uintptr_t d_y, std::uintptr_t d_last,
              std::uintptr_t d_entropy, const std::vector<std::uintptr_t>& d_parameters, std::uintptr_t d_x,
              std::uintptr_t d_state, bool training, std::uint64_t seed, std::uint64_t number) {
             const nb::gil_scoped_release unlocked;
             scatter(b, d_parameters, [&](std::uintptr_t to) {
               b.backward(
                   {samples, steps, gathered(b, parameters), x, lengths, state, training, seed, number}, tape,
                   d_y, d_last, d_entropy, to, d_x, d_state);
             });
           })
      .def("forward",
           [](const Bound& b, std::size_t samples, std::size_t steps, std::uintptr_t parameters,
              std::uintptr_t x, std::uintptr_t lengths, std::uintptr_t state, std::uintptr_t y,
              std::uintptr_t last, std::uintptr_t entropy, std::uintptr_t tape, bool training,
              std::uint64_t seed, std::uint64_t number) {
             const nb::gil_scoped_release unlocked;
             b.forward({samples, steps, parameters, x, lengths, state, training, seed, number}, y, last,
                       entropy, tape);
           })
      .def("backward", [](const Bound& b, std::size_t samples, std::size_t steps, std::uintptr_t parameters,
                          std::uintptr_t x, std::uintptr_t lengths, std::uintptr_t state, std::uintptr_t tape,
                          std::uintptr_t d_y, std::uintptr_t d_last, std::uintptr_t d_entropy,
                          std::uintptr_t d_parameters, std::uintptr_t d_x, std::uintptr_t d_state,
                          bool training, std::uint64_t seed, std::uint64_t number) {
        const nb::gil_scoped_release unlocked;
        b.backward({samples, steps, parameters, x, lengths, state, training, seed, number}, tape, d_y, d_last,
                   d_entropy, d_parameters, d_x, d_state);
      });
}

}  // namespace

void bind_cells(nb::module_& m) {
  nb::class_<Config>(m, "Config")
      .def("to_toml", &to_toml)
      .def_prop_ro("model", [](const Config& c) { return c.model.name; })
      .def("values", [](const Config& c, const std::string& section) {
        nb::dict d;
        for (const OptionRow& row : option_table())
          if (row.section == section && applies(row, c))
            d[nb::str(std::string(row.key).c_str())] = value_text(row, c);
        return d;
      });
  m.def("config", make_config, nb::arg("problem"), nb::arg("settings"),
        "Settings (name, value, where they come from) on the defaults of a problem and its model.");
  m.def(
      "config_from_toml",
      [](const std::string& text, const std::string& source) { return from_toml(text, source); },
      nb::arg("text"), nb::arg("source"));
  bind_cell<double>(m, "CellF64");
  bind_cell<float>(m, "CellF32");
}

}  // namespace ebit::python
