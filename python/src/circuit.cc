// Circuits: built, drawn, run on batches of states, differentiated.
#include <algorithm>
#include <mutex>

#include "bind.h"
#include "circuit_calls.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/ansatz.h"
#include "ebit/grad/adjoint.h"
#include "ebit/grad/expectation_program.h"
#include "ebit/sim/draw.h"

namespace ebit::python {

nb::object circuit_object(const Circuit& circuit) { return nb::cast(circuit); }

namespace {

using AngleTuple = std::tuple<int, int, double, double>;  // kind, index, scale, value

Angle angle_of(const AngleTuple& given) {
  const auto& [kind, index, scale, value] = given;
  require(kind >= 0 && kind <= 2 && index >= 0,
          "an angle is constant, shared or per sample, with an index from 0");
  return {static_cast<Angle::Kind>(kind), index, scale, value};
}

nb::dict operation_row(const Circuit& circuit, const Operation& operation) {
  const Gate& row = gate(operation.gate);
  nb::dict d;
  d["gate"] = std::string(row.name);
  d["wires"] = std::vector<int>(operation.wires.begin(), operation.wires.begin() + row.wires);
  nb::list angles;
  for (int k = 0; k < row.angles; ++k) {
    const Angle& a = operation.angles[static_cast<std::size_t>(k)];
    angles.append(nb::make_tuple(static_cast<int>(a.kind), a.index, a.scale, a.value));
  }
  d["angles"] = angles;
  if (operation.matrix >= 0) {
    const auto& matrix = circuit.matrices()[static_cast<std::size_t>(operation.matrix)];
    const std::size_t side = std::size_t{1} << row.wires;
    d["matrix"] = to_numpy(std::vector<Complex>(matrix), {side, side});
  }
  return d;
}

// Gates and channels in the order they act.
nb::list circuit_items(const Circuit& circuit) {
  nb::list list;
  for_each_item(
      circuit, [&](const Operation& operation) { list.append(operation_row(circuit, operation)); },
      [&](const PlacedChannel& placed) {
        const Channel& row = channel(placed.channel);
        nb::dict d, parameters;
        d["channel"] = std::string(row.name);
        d["wires"] = std::vector<int>(placed.on().begin(), placed.on().end());
        for (std::size_t k = 0; k < row.parameters.size(); ++k)
          parameters[std::string(row.parameters[k].name).c_str()] = placed.parameters[k];
        d["parameters"] = parameters;
        list.append(d);
      });
  return list;
}

nb::list operations_of(const Circuit& circuit) {
  circuit.require_unitary("a list of gates");
  return circuit_items(circuit);
}

void require_state_shape(const In<Complex>& psi, std::size_t batch, std::size_t dimension, const char* what) {
  require(psi.ndim() == 2 && psi.shape(0) == batch && psi.shape(1) == dimension, "{} must be [{}, {}]", what,
          batch, dimension);
}

void read_tile(const In<Complex>& psi, std::size_t batch, std::size_t tile, const Tile<double>& to) {
  const std::size_t dimension = to.dimension();
  each_lane(batch, tile, [&](std::size_t sample, std::size_t lane) {
    for (std::size_t i = 0; i < dimension; ++i) {
      const Complex value = psi.data()[sample * dimension + i];
      to.re[i * kWide + lane] = value.real(), to.im[i * kWide + lane] = value.imag();
    }
  });
}

void write_tile(const Tile<double>& from, std::size_t batch, std::size_t tile, Complex* psi) {
  const std::size_t dimension = from.dimension();
  each_lane(batch, tile, [&](std::size_t sample, std::size_t lane) {
    for (std::size_t i = 0; i < dimension; ++i)
      psi[sample * dimension + i] = {from.re[i * kWide + lane], from.im[i * kWide + lane]};
  });
}

Array<Complex> run_circuit(const Circuit& circuit, const In<double>& shared, const In<double>& per_sample,
                           const std::optional<In<Complex>>& initial) {
  const Angles a = checked(circuit, shared, per_sample);
  const std::size_t dimension = std::size_t{1} << circuit.wires();
  if (initial) require_state_shape(*initial, a.batch, dimension, "the initial states");
  require_memory("the states", 4.0 * static_cast<double>(a.batch) * static_cast<double>(dimension),
                 sizeof(double));
  std::vector<Complex> out(a.batch * dimension);
  {
    const nb::gil_scoped_release unlocked;
    Program<double> program(circuit);
    program.bind(a.shared);
    parallel_for(tiles_of<double>(a.batch), [&](std::size_t tile) {
      StateBatch<double> state(circuit.wires(), kWide);
      if (initial)
        read_tile(*initial, a.batch, tile, state.tile(0));
      else
        state.reset();
      LaneMatrices<double> lanes;
      const std::vector<double> angles = lane_angles(a, tile);
      program.bind_lanes(angles.data(), lanes);
      program.run(state.tile(0), &lanes);
      write_tile(state.tile(0), a.batch, tile, out.data());
    });
  }
  return to_numpy(std::move(out), {a.batch, dimension});
}

nb::tuple run_circuit_backward(const Circuit& circuit, const In<double>& shared, const In<double>& per_sample,
                               const In<Complex>& psi, const In<Complex>& cotangent) {
  const Angles a = checked(circuit, shared, per_sample);
  const std::size_t dimension = std::size_t{1} << circuit.wires();
  require_state_shape(psi, a.batch, dimension, "the states behind the circuit");
  require_state_shape(cotangent, a.batch, dimension, "their cotangents");
  Gradients gradients(circuit, a.batch);
  std::vector<Complex> d_initial(a.batch * dimension);
  {
    const nb::gil_scoped_release unlocked;
    Program<double> program(circuit);
    program.bind(a.shared);
    parallel_for(tiles_of<double>(a.batch), [&](std::size_t tile) {
      StateBatch<double> state(circuit.wires(), kWide), g(circuit.wires(), kWide);
      read_tile(psi, a.batch, tile, state.tile(0)), read_tile(cotangent, a.batch, tile, g.tile(0));
      LaneMatrices<double> lanes;
      const std::vector<double> angles = lane_angles(a, tile);
      program.bind_lanes(angles.data(), lanes);
      std::vector<double> d_lanes(angles.size(), 0.0);
      adjoint_backward<double>(program, &lanes, angles.data(), state.tile(0), g.tile(0),
                               {gradients.of_tile[tile].data(), d_lanes.data()});
      gradients.store(a.batch, tile, d_lanes);
      write_tile(g.tile(0), a.batch, tile, d_initial.data());
    });
    gradients.sum();
  }
  const std::size_t p = gradients.shared.size(), q = gradients.per_sample.size() / a.batch;
  return nb::make_tuple(to_numpy(std::move(gradients.shared), {p}),
                        to_numpy(std::move(gradients.per_sample), {a.batch, q}),
                        to_numpy(std::move(d_initial), {a.batch, dimension}));
}

// <0|C^+ O_k C|0> as a function of the angles, compiled once.
class Expectation {
 public:
  Expectation(const Circuit& circuit, const std::vector<std::string>& observables)
      : circuit_(circuit), program_(circuit_, read(circuit, observables)) {
    require_state(circuit.wires());
  }

  Array<double> forward(const In<double>& shared, const In<double>& per_sample) {
    const Angles a = checked(circuit_, shared, per_sample);
    std::vector<double> values(a.batch * program_.outputs());
    {
      const nb::gil_scoped_release unlocked;
      const std::lock_guard lock(mutex_);
      run(a, nullptr, nullptr, values.data());
    }
    return to_numpy(std::move(values), {a.batch, program_.outputs()});
  }

  nb::tuple backward(const In<double>& shared, const In<double>& per_sample, const In<double>& d_values) {
    const Angles a = checked(circuit_, shared, per_sample);
    require(d_values.ndim() == 2 && d_values.shape(0) == a.batch && d_values.shape(1) == program_.outputs(),
            "the cotangents must be [{}, {}]", a.batch, program_.outputs());
    Gradients gradients(circuit_, a.batch);
    {
      const nb::gil_scoped_release unlocked;
      const std::lock_guard lock(mutex_);
      run(a, d_values.data(), &gradients, nullptr);
      gradients.sum();
    }
    const std::size_t p = gradients.shared.size(), q = gradients.per_sample.size() / a.batch;
    return nb::make_tuple(to_numpy(std::move(gradients.shared), {p}),
                          to_numpy(std::move(gradients.per_sample), {a.batch, q}));
  }

 private:
  static std::vector<Observable> read(const Circuit& circuit, const std::vector<std::string>& texts) {
    require(!texts.empty(), "there must be at least one observable, such as \"Z0\"");
    std::vector<Observable> observables;
    for (const std::string& text : texts) observables.push_back(parse_observable(text, circuit.wires()));
    return observables;
  }

  void run(const Angles& a, const double* d_values, Gradients* gradients, double* values) {
    const std::size_t outputs = program_.outputs();
    program_.bind(a.shared);
    parallel_for(tiles_of<double>(a.batch), [&](std::size_t tile) {
      auto workspace = program_.workspace();
      const std::vector<double> angles = lane_angles(a, tile);
      std::vector<double> lanes(outputs * kWide, 0.0);
      program_.forward(angles.data(), workspace, lanes.data());
      if (values != nullptr)
        each_lane(a.batch, tile, [&](std::size_t sample, std::size_t lane) {
          for (std::size_t k = 0; k < outputs; ++k) values[sample * outputs + k] = lanes[k * kWide + lane];
        });
      if (gradients == nullptr) return;
      std::fill(lanes.begin(), lanes.end(), 0.0);
      each_lane(a.batch, tile, [&](std::size_t sample, std::size_t lane) {
        for (std::size_t k = 0; k < outputs; ++k) lanes[k * kWide + lane] = d_values[sample * outputs + k];
      });
      std::vector<double> d_lanes(angles.size(), 0.0);
      program_.backward(angles.data(), lanes.data(), workspace,
                        {gradients->of_tile[tile].data(), d_lanes.data()});
      gradients->store(a.batch, tile, d_lanes);
    });
  }

  Circuit circuit_;
  ExpectationProgram<double> program_;
  std::mutex mutex_;
};

}  // namespace

void bind_circuit(nb::module_& m) {
  nb::class_<Circuit>(m, "Circuit")
      .def(nb::init<int>(), nb::arg("wires"))
      .def("add",
           [](Circuit& c, const std::string& name, const std::vector<int>& wires,
              const std::vector<AngleTuple>& angles) {
             std::vector<Angle> read;
             for (const AngleTuple& a : angles) read.push_back(angle_of(a));
             c.add(gate(name), wires, read);
           })
      .def("add_matrix",
           [](Circuit& c, const std::vector<int>& wires, const In<Complex>& matrix) {
             c.add_matrix(wires, std::vector<Complex>(matrix.data(), matrix.data() + matrix.size()));
           })
      .def("append", [](Circuit& c, const Circuit& other, int first) { c.append(other, first); })
      .def("copy", [](const Circuit& c) { return Circuit(c); })
      .def("inverse", [](const Circuit& c) { return inverse(c); })
      .def_prop_ro("wires", &Circuit::wires)
      .def_prop_ro("shared_parameters", &Circuit::shared_parameters)
      .def_prop_ro("per_sample_parameters", &Circuit::per_sample_parameters)
      .def_prop_ro("operations", operations_of)
      .def_prop_ro("items", circuit_items)
      .def_prop_ro("depth", [](const Circuit& c) { return depth(c); })
      .def("draw",
           [](const Circuit& c, bool ascii, int width, const std::vector<std::string>& shared,
              const std::vector<std::string>& per_sample, const std::vector<std::string>& wires) {
             DrawOptions options{.ascii = ascii, .width = width, .wire_names = wires};
             options.angle = [&](const Angle& angle) {
               const auto& names = angle.kind == Angle::Kind::kShared ? shared : per_sample;
               const auto k = static_cast<std::size_t>(angle.index);
               if (angle.kind == Angle::Kind::kConstant || k >= names.size()) return angle_text(angle);
               std::string text = angle.scale == 1    ? ""
                                  : angle.scale == -1 ? "-"
                                                      : fmt::format("{:.4g}", angle.scale);
               text += names[k];
               return angle.value == 0 ? text : text + fmt::format("{:+.4g}", angle.value);
             };
             return draw(c, options);
           })
      .def("run", run_circuit, nb::arg("shared").noconvert(), nb::arg("per_sample").noconvert(),
           nb::arg("initial").none().noconvert())
      .def("run_backward", run_circuit_backward, nb::arg("shared").noconvert(),
           nb::arg("per_sample").noconvert(), nb::arg("psi").noconvert(), nb::arg("cotangent").noconvert());
  nb::class_<Expectation>(m, "Expectation")
      .def(nb::init<const Circuit&, const std::vector<std::string>&>(), nb::arg("circuit"),
           nb::arg("observables"))
      .def("forward", &Expectation::forward, nb::arg("shared").noconvert(), nb::arg("per_sample").noconvert())
      .def("backward", &Expectation::backward, nb::arg("shared").noconvert(),
           nb::arg("per_sample").noconvert(), nb::arg("d_values").noconvert());
  m.def(
      "ansatz",
      [](const std::string& name, int wires, int layers) {
        return build_ansatz(find_ansatz(name), wires, layers);
      },
      nb::arg("name"), nb::arg("wires"), nb::arg("layers"), "An ansatz as a circuit of shared angles.");
  m.def(
      "ansatz_from_text",
      [](const std::string& text, const std::string& source, int wires, int layers) {
        return build_ansatz(parse_ansatz(text, source), wires, layers);
      },
      nb::arg("text"), nb::arg("source"), nb::arg("wires"), nb::arg("layers"));
}

}  // namespace ebit::python
