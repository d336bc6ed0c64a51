#include "ebit/cell/register/register_options.h"

#include "ebit/base/choice.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/readout_list.h"

namespace ebit::inline cell {
namespace {

constexpr DisStructure kDisStructures[] = {
    {"flipped",
     "the same circuit with its layers' angles in reverse order, as in Daskin's code; not an inverse",
     [](const Ansatz& ansatz, int wires, int layers) {
       return build_ansatz(ansatz, wires, layers, LayerOrder::kFlipped);
     }},
    {"adjoint", "the inverse circuit with angles of its own: U_dis = U_en^-1 where the angles are equal",
     [](const Ansatz& ansatz, int wires, int layers) {
       return inverse(build_ansatz(ansatz, wires, layers));
     }},
};

constexpr EntropyStage kEntropyStages[] = {
    {"disentangled", Stage::kDisentangled, "after U_dis: of the state that is read and measured"},
    {"entangled", Stage::kEntangled, "after U_en; the circuits then run gate by gate"},
};

}  // namespace

std::vector<Observable> readouts_of(const RegisterOptions& options) {
  const int wires = options.system + options.ancilla;
  if (options.readout.empty()) return {parse_observable(fmt::format("Z{}", options.system - 1), wires)};
  return parse_readout(options.readout, wires);
}

NoiseUse noise_use(const RegisterOptions& options) {
  return {options.noise,    options.shots,      options.trajectories,
          options.gradient, options.mitigation, options.perturbation};
}

bool is_noisy(const RegisterOptions& options) {
  return options.noise || options.shots > 0 || options.trajectories > 0;
}

std::vector<std::string> noise_notes(const RegisterOptions& options) {
  if (!options.noise) return {};
  const int wires = options.system + options.ancilla;
  Circuit circuit = build_ansatz(ansatz_of(options), wires, options.layers_en);
  circuit.append(find_dis_structure(options.dis).build(ansatz_of(options), wires, options.layers_dis));
  std::vector<std::string> notes = options.noise->warnings;
  for (std::string& line : gaps(circuit, *options.noise)) notes.push_back(std::move(line));
  if (find_encoder(options.encoder).build == nullptr)
    notes.push_back(
        fmt::format("encoder {} writes its amplitudes without noise: a state preparation cannot be trained "
                    "through; ebit export has its gates",
                    options.encoder));
  return notes;
}

std::span<const DisStructure> dis_structures() { return kDisStructures; }
std::span<const EntropyStage> entropy_stages() { return kEntropyStages; }

const DisStructure& find_dis_structure(std::string_view name) {
  return find_row(kDisStructures, "unknown structure of U_dis", name);
}

const EntropyStage& find_entropy_stage(std::string_view name) {
  return find_row(kEntropyStages, "unknown entropy stage", name);
}

Ansatz ansatz_of(const RegisterOptions& options) {
  return chosen_ansatz(options.ansatz, options.custom_ansatz, options.entanglement);
}

}  // namespace ebit::inline cell
