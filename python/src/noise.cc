// Circuits with noise: channels, noise models, density matrices, trajectories.
#include <memory>

#include "circuit_calls.h"
#include "ebit/base/document.h"
#include "ebit/base/parallel.h"
#include "ebit/cell/noisy/noisy_readout.h"
#include "ebit/noise/density_program.h"
#include "ebit/noise/noise_model.h"
#include "ebit/noise/simulator.h"

namespace ebit::python {
namespace {

nb::list channel_rows() {
  nb::list list;
  for (const Channel& row : channels()) {
    nb::dict d;
    d["name"] = std::string(row.name), d["help"] = std::string(row.help), d["wires"] = row.most_wires;
    std::vector<std::string> names;
    for (const ChannelParameter& parameter : row.parameters) {
      names.emplace_back(parameter.name);
      if (!parameter.other.empty()) names.emplace_back(parameter.other);
    }
    d["parameters"] = names, d["kraus"] = std::string(row.kraus_text);
    list.append(d);
  }
  return list;
}

void add_channel(Circuit& circuit, const std::string& name, const std::vector<int>& wires,
                 const std::string& parameters) {
  const Channel& row = channel(name);
  const DocumentPlace place = DocumentPlace::parse(parameters, "parameters.json");
  circuit.add_channel(row, wires, channel_parameters(row, static_cast<int>(wires.size()), place.value(), {}));
}

/// A circuit with its noise, and what is read of it.
class NoisyCircuit {
 public:
  NoisyCircuit(const Circuit& circuit, const std::vector<std::string>& observables, const NoiseModel& model)
      : circuit_(with_noise(circuit, model)), readout_(read(circuit, observables), circuit.wires(), model) {}

  // [B, K], exactly or of so many shots.
  Array<double> density(const In<double>& shared, const In<double>& per_sample, int shots,
                        std::uint64_t seed) {
    require(shots >= 0, "shots must be 0 or more, not {}", shots);
    const Angles a = checked(circuit_, shared, per_sample);
    std::vector<double> values(a.batch * readout_.size());
    {
      const nb::gil_scoped_release unlocked;
      DensityProgram<double>& program = bound(a);
      parallel_for(tiles_of<double>(a.batch), [&](std::size_t tile) {
        Work w(program, readout_);
        run(a, tile, w, nullptr);
        std::vector<double> y(readout_.size() * kWide);
        readout_.combine(w.values.data(), shots, seed, tile * kWide, 0, y.data());
        each_lane(a.batch, tile, [&](std::size_t sample, std::size_t lane) {
          for (std::size_t k = 0; k < readout_.size(); ++k)
            values[sample * readout_.size() + k] = y[k * kWide + lane];
        });
      });
    }
    return to_numpy(std::move(values), {a.batch, readout_.size()});
  }

  // The gradients of the mean for cotangents [B, K].
  nb::tuple backward(const In<double>& shared, const In<double>& per_sample, const In<double>& d_y) {
    const Angles a = checked(circuit_, shared, per_sample);
    require(d_y.ndim() == 2 && d_y.shape(0) == a.batch && d_y.shape(1) == readout_.size(),
            "the cotangents must be [{}, {}]", a.batch, readout_.size());
    Gradients gradients(circuit_, a.batch);
    {
      const nb::gil_scoped_release unlocked;
      DensityProgram<double>& program = bound(a);
      parallel_for(tiles_of<double>(a.batch), [&](std::size_t tile) {
        Work w(program, readout_);
        AlignedVector<double> kept(program.kept_numbers());
        run(a, tile, w, kept.data());
        std::vector<double> d(readout_.size() * kWide, 0.0), d_lanes(w.angles.size(), 0.0);
        each_lane(a.batch, tile, [&](std::size_t sample, std::size_t lane) {
          for (std::size_t k = 0; k < readout_.size(); ++k)
            d[k * kWide + lane] = d_y.data()[sample * readout_.size() + k];
        });
        readout_.combine_backward(d.data(), w.values.data());
        StateBatch<double> g(w.rho.wires(), kWide);
        density_expectations_backward<double>(g.tile(0), readout_.terms(), w.values.data());
        program.backward(w.rho.tile(0), g.tile(0), &w.lanes, w.angles.data(), kept.data(),
                         {gradients.of_tile[tile].data(), d_lanes.data()});
        gradients.store(a.batch, tile, d_lanes);
      });
      gradients.sum();
    }
    const std::size_t p = gradients.shared.size(), q = gradients.per_sample.size() / a.batch;
    return nb::make_tuple(to_numpy(std::move(gradients.shared), {p}),
                          to_numpy(std::move(gradients.per_sample), {a.batch, q}));
  }

  // [B, K] means and standard errors of so many trajectories; of a readout that is a sum, at most.
  nb::tuple trajectories(const In<double>& shared, const In<double>& per_sample, std::size_t count,
                         std::uint64_t seed) {
    const Angles a = checked(circuit_, shared, per_sample);
    const std::size_t outputs = readout_.size(), terms = readout_.terms().size();
    std::vector<double> value(a.batch * outputs), error(value.size());
    {
      const nb::gil_scoped_release unlocked;
      const std::size_t q = a.per_sample.size() / a.batch;
      std::vector<double> columns(a.per_sample.size());
      for (std::size_t b = 0; b < a.batch; ++b)
        for (std::size_t k = 0; k < q; ++k) columns[k * a.batch + b] = a.per_sample[b * q + k];
      const NoisyValues found = make_noise_simulator("trajectories", {.trajectories = count, .seed = seed})
                                    ->expectations({.circuit = circuit_,
                                                    .shared = a.shared,
                                                    .per_sample = columns,
                                                    .batch = a.batch,
                                                    .readout = readout_.terms()});
      combine(found, a.batch, terms, value, error);
    }
    return nb::make_tuple(to_numpy(std::move(value), {a.batch, outputs}),
                          to_numpy(std::move(error), {a.batch, outputs}));
  }

  // [B, 2^n, 2^n].
  Array<Complex> density_matrix(const In<double>& shared, const In<double>& per_sample) {
    const Angles a = checked(circuit_, shared, per_sample);
    const std::size_t side = std::size_t{1} << circuit_.wires();
    std::vector<Complex> out(a.batch * side * side);
    {
      const nb::gil_scoped_release unlocked;
      DensityProgram<double>& program = bound(a);
      parallel_for(tiles_of<double>(a.batch), [&](std::size_t tile) {
        Work w(program, readout_);
        run(a, tile, w, nullptr);
        const Tile<double> rho = w.rho.tile(0);
        each_lane(a.batch, tile, [&](std::size_t sample, std::size_t lane) {
          for (std::size_t e = 0; e < side * side; ++e)
            out[sample * side * side + e] = {rho.re[e * kWide + lane], rho.im[e * kWide + lane]};
        });
      });
    }
    return to_numpy(std::move(out), {a.batch, side, side});
  }

 private:
  struct Work {
    StateBatch<double> rho;
    LaneMatrices<double> lanes;
    std::vector<double> angles;
    AlignedVector<double> values;

    Work(const DensityProgram<double>& program, const NoisyReadout& readout)
        : rho(2 * program.wires(), kWide), values(std::max<std::size_t>(readout.terms().size(), 1) * kWide) {}
  };

  static std::vector<Observable> read(const Circuit& circuit, const std::vector<std::string>& texts) {
    std::vector<Observable> observables;
    for (const std::string& text : texts) observables.push_back(parse_observable(text, circuit.wires()));
    return observables;
  }

  DensityProgram<double>& bound(const Angles& a) {
    if (!program_) program_ = std::make_unique<DensityProgram<double>>(circuit_);
    program_->bind(a.shared);
    return *program_;
  }

  void run(const Angles& a, std::size_t tile, Work& w, double* kept) const {
    w.angles = lane_angles(a, tile);
    program_->bind_lanes(w.angles.data(), w.lanes);
    clear_to_zero_state(w.rho.tile(0));
    program_->run(w.rho.tile(0), &w.lanes, kept);
    density_expectations<double>(w.rho.tile(0), readout_.terms(), w.values.data());
  }

  // The readouts are linear in the terms: their weights are found by readouts of unit vectors.
  void combine(const NoisyValues& found, std::size_t batch, std::size_t terms, std::vector<double>& value,
               std::vector<double>& error) const {
    const std::size_t outputs = readout_.size();
    std::vector<double> in(terms * kWide, 0.0), y(outputs * kWide), constant(outputs),
        weight(outputs * terms);
    const auto read_all = [&] { readout_.combine<double>(in.data(), 0, 0, 0, 0, y.data()); };
    read_all();
    for (std::size_t k = 0; k < outputs; ++k) constant[k] = y[k * kWide];
    for (std::size_t m = 0; m < terms; ++m) {
      in[m * kWide] = 1;
      read_all();
      in[m * kWide] = 0;
      for (std::size_t k = 0; k < outputs; ++k) weight[k * terms + m] = y[k * kWide] - constant[k];
    }
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t k = 0; k < outputs; ++k) {
        double sum = constant[k], off = 0;
        for (std::size_t m = 0; m < terms; ++m) {
          sum += weight[k * terms + m] * found.value[m * batch + b];
          off += std::abs(weight[k * terms + m]) * found.error[m * batch + b];
        }
        value[b * outputs + k] = sum, error[b * outputs + k] = off;
      }
  }

  Circuit circuit_;
  NoisyReadout readout_;
  std::unique_ptr<DensityProgram<double>> program_;  // made by the first call that needs it
};

}  // namespace

void bind_noise(nb::module_& m) {
  m.def("channels", channel_rows, "Rows of the channel table: name, help, wires, parameters, kraus.");
  m.def(
      "noise_models",
      [] {
        nb::list list;
        for (const Choice& row : noise_models()) {
          nb::dict d;
          d["name"] = std::string(row.name), d["help"] = std::string(row.help);
          list.append(d);
        }
        return list;
      },
      "Noise models that are built in.");
  m.def("add_channel", add_channel, nb::arg("circuit"), nb::arg("name"), nb::arg("wires"),
        nb::arg("parameters"), "Appends a channel; parameters are a JSON object.");
  nb::class_<NoiseModel>(m, "NoiseModel")
      .def_ro("name", &NoiseModel::name)
      .def_ro("warnings", &NoiseModel::warnings)
      .def("gaps", [](const NoiseModel& model, const Circuit& circuit) { return gaps(circuit, model); })
      .def("place",
           [](const NoiseModel& model, const Circuit& circuit) { return with_noise(circuit, model); });
  m.def("find_noise_model", &find_noise_model, nb::arg("file_or_name"),
        "The noise model of a name or file, as --noise takes it.");
  m.def(
      "noise_rule",
      [](const std::string& text) {
        const DocumentPlace root = DocumentPlace::parse(text, "noise.json");
        const DocumentPlace name = root.find("name");
        return read_noise_rule(root, name.present() ? name.text() : "a dict");
      },
      nb::arg("text"), "A noise model from a rule as JSON text.");
  nb::class_<NoisyCircuit>(m, "NoisyCircuit")
      .def(nb::init<const Circuit&, const std::vector<std::string>&, const NoiseModel&>(), nb::arg("circuit"),
           nb::arg("observables"), nb::arg("model"))
      .def("density", &NoisyCircuit::density, nb::arg("shared").noconvert(),
           nb::arg("per_sample").noconvert(), nb::arg("shots"), nb::arg("seed"))
      .def("backward", &NoisyCircuit::backward, nb::arg("shared").noconvert(),
           nb::arg("per_sample").noconvert(), nb::arg("d_values").noconvert())
      .def("trajectories", &NoisyCircuit::trajectories, nb::arg("shared").noconvert(),
           nb::arg("per_sample").noconvert(), nb::arg("count"), nb::arg("seed"))
      .def("density_matrix", &NoisyCircuit::density_matrix, nb::arg("shared").noconvert(),
           nb::arg("per_sample").noconvert());
}

}  // namespace ebit::python
