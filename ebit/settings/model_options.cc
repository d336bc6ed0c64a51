// Options of models: each says which families and problems use it.
#include "ebit/cell/ansatz.h"
#include "ebit/cell/controlled/activation.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/gradient_memory.h"
#include "ebit/cell/gradient_method.h"
#include "ebit/cell/register/engine_choice.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/info/entropy.h"
#include "ebit/settings/option_rows.h"

namespace ebit::inline settings {
namespace {

Names trainable_names() {
  Names names;
  for (const ModelRow& row : models())
    if (row.family != kUntrained) names.push_back(row.name);
  return names;
}

bool with_hidden_layers(const Config& c) { return !c.model.qrnn.ffn.hidden.empty(); }

constexpr Users kOfRegister{.families = kRegister};
constexpr Users kOfQrnn{.families = kQrnn};
constexpr Users kOfTranslation{.problems = kTranslate};
constexpr Users kOfEntropy{.families = kRegister,
                           .effective = [](const Config& c) { return c.model.has_entropy(); },
                           .when = "with --entropy-weight or --entropy-target"};
constexpr Users kOfTrained{.families = kAnyModel & ~kUntrained};

const OptionRow kOptions[] = {
    // model
    {"model", "name", "--model,--core,--preset",
     "the model: a published one, or a family whose options say the rest", EBIT_SLOT(model.name),
     trainable_names},
    {"model", "n_system", "--n-system", "qubits of the system register", EBIT_SLOT(model.reg.system), nullptr,
     kOfRegister},
    {"model", "n_ancilla", "--n-ancilla", "qubits of the ancilla register, the memory",
     EBIT_SLOT(model.reg.ancilla), nullptr, kOfRegister},
    {"model", "encoder", "--encoder", "how an input enters the system register", EBIT_SLOT(model.reg.encoder),
     [] { return names_of(encoders()); }, kOfRegister},
    {"model", "ansatz", "--ansatz", "circuit of U_en and of U_dis", EBIT_SLOT(model.reg.ansatz),
     [] { return names_of(ansaetze()); }, kOfRegister},
    {"model", "ansatz", "--ansatz", "circuit of a step", EBIT_SLOT(model.qrnn.ansatz),
     [] { return names_of(ansaetze()); }, kOfQrnn},
    {"model",
     "ansatz_file",
     "--ansatz-file",
     "gate list of your own (TOML or JSON) instead",
     EBIT_SLOT(model.ansatz_file),
     nullptr,
     {.families = kCells}},
    {"model", "layers_en", "--layers-en", "layers of U_en", EBIT_SLOT(model.reg.layers_en), nullptr,
     kOfRegister},
    {"model", "layers_dis", "--layers-dis", "layers of U_dis", EBIT_SLOT(model.reg.layers_dis), nullptr,
     kOfRegister},
    {"model",
     "dis",
     "--dis",
     "U_dis: the same circuit with its layers' angles flipped, or the true adjoint",
     EBIT_SLOT(model.reg.dis),
     [] { return names_of(dis_structures()); },
     {.families = kRegister,
      .effective = [](const Config& c) { return c.model.reg.layers_dis > 0; },
      .when = "with --layers-dis above 0"}},
    {"model", "hidden", "--hidden", "what of the ancilla register survives a step",
     EBIT_SLOT(model.reg.hidden), [] { return names_of(hidden_updates<double>()); }, kOfRegister},
    {"model", "readout", "--readout",
     "Pauli strings that are read, such as Z1 or X0Z1; empty: Z of the last system wire",
     EBIT_SLOT(model.reg.readout), nullptr, kOfRegister},
    {"model", "readout", "--readout",
     "Pauli strings that are read, or letters for each of them on every qubit", EBIT_SLOT(model.qrnn.readout),
     nullptr, kOfQrnn},
    {"model", "epsilon", "--epsilon", "added to amplitudes before their norm is taken",
     EBIT_SLOT(model.reg.epsilon), nullptr, kOfRegister},
    {"model", "init_low", "--init-low", "angles start at random from here, radians",
     EBIT_SLOT(model.reg.init_low), nullptr, kOfRegister},
    {"model", "init_high", "--init-high", "to here, radians", EBIT_SLOT(model.reg.init_high), nullptr,
     kOfRegister},
    {"model", "gradient", "--gradient", "how gradients of circuits are computed",
     EBIT_SLOT(model.reg.gradient), [] { return names_of(gradient_methods()); }, kOfRegister},
    {"model", "engine", "--engine",
     "how circuits are run: as one matrix made once a batch, gate by gate, or what is expected to be faster",
     EBIT_SLOT(model.reg.engine), [] { return names_of(engines()); }, kOfRegister},
    {"model", "gradient_memory", "--gradient-memory",
     "for gradients, states are stored or computed again (uncompute: memory hardly grows with the steps)",
     EBIT_SLOT(model.reg.gradient_memory), [] { return names_of(gradient_memories()); }, kOfRegister},
    {"model", "gradient_memory", "--gradient-memory", "for gradients, states are stored or computed again",
     EBIT_SLOT(model.qrnn.gradient_memory), [] { return names_of(gradient_memories()); }, kOfQrnn},
    {"model", "qubits", "--qubits", "qubits of the memory", EBIT_SLOT(model.qrnn.qubits), nullptr, kOfQrnn},
    {"model", "circuit_layers", "--circuit-layers", "layers of the circuit of a step",
     EBIT_SLOT(model.qrnn.layers), nullptr, kOfQrnn},
    {"model", "first_ry", "--first-ry", "RY on every qubit in front of the circuit's layers",
     EBIT_SLOT(model.qrnn.first_ry), nullptr, kOfQrnn},
    {"model", "ffn_hidden", "--ffn-hidden", "widths of the network's hidden layers; empty: one linear map",
     EBIT_SLOT(model.qrnn.ffn.hidden), nullptr, kOfQrnn},
    {"model",
     "activation",
     "--activation",
     "activation of the network's hidden layers",
     EBIT_SLOT(model.qrnn.ffn.activation),
     [] { return names_of(activations<double>()); },
     {.families = kQrnn, .effective = with_hidden_layers, .when = "with --ffn-hidden"}},
    {"model", "residual", "--residual", "the network's hidden layers add their input to their output",
     EBIT_SLOT(model.qrnn.ffn.residual), nullptr, kOfQrnn},
    {"model", "angle_scale", "--angle-scale", "the network's outputs times this are angles, radians",
     EBIT_SLOT(model.qrnn.angle_scale), nullptr, kOfQrnn},
    {"model", "initial", "--initial", "how the memory starts", EBIT_SLOT(model.qrnn.initial),
     [] { return names_of(initial_states()); }, kOfQrnn},
    {"model", "measurement", "--measurement", "how the memory is read", EBIT_SLOT(model.qrnn.measurement),
     [] { return names_of(measurements()); }, kOfQrnn},
    {"model",
     "shots",
     "--shots",
     "of measurement shots, for each readout",
     EBIT_SLOT(model.qrnn.shots),
     nullptr,
     {.families = kQrnn,
      .effective = [](const Config& c) { return c.model.qrnn.measurement == "shots"; },
      .when = "with --measurement shots"}},
    {"model", "measured", "--measured", "qubits of measurement sampled, from 0; empty: all",
     EBIT_SLOT(model.qrnn.measured), nullptr, kOfQrnn},
    {"model", "reset", "--reset", "measurement sampled leaves measured qubits in |0>",
     EBIT_SLOT(model.qrnn.reset), nullptr, kOfQrnn},
    {"model",
     "hidden_size",
     "--hidden-size",
     "width of the hidden state",
     EBIT_SLOT(model.classical.hidden),
     nullptr,
     {.families = kWithHidden}},
    {"model",
     "layers",
     "--layers",
     "layers on top of each other",
     EBIT_SLOT(model.classical.layers),
     nullptr,
     {.families = kRecurrent | kMlp}},
    {"model",
     "head",
     "--head",
     "behind the readouts: nothing, or a trained linear map",
     EBIT_SLOT(model.head),
     [] {
       return Names{"none", "linear"};
     },
     {.families = kCells, .problems = kForecast}},
    {"model",
     "input_map",
     "--input-map",
     "what brings a step to the numbers that a cell takes",
     EBIT_SLOT(model.input_map),
     [] { return names_of(input_maps()); },
     {.families = kCells}},
    {"model",
     "embedding",
     "--embedding",
     "width of token embeddings",
     EBIT_SLOT(model.embedding),
     nullptr,
     {.problems = kTokens}},
    {"model", "dropout", "--dropout", "share of embeddings and of the head's inputs left out in training",
     EBIT_SLOT(model.dropout), nullptr, kOfTrained},
    {"model",
     "pool",
     "--pool",
     "which features answer for a sequence",
     EBIT_SLOT(model.pool),
     [] { return names_of(fit::pools()); },
     {.families = kCells | kRecurrent | kOrthogonal, .problems = kOneAnswer}},
    {"model", "attention", "--attention", "how the decoder scores the source's steps",
     EBIT_SLOT(model.attention), [] { return names_of(fit::attentions()); }, kOfTranslation},
    {"model", "dtype", "--dtype", "precision of all numbers", EBIT_SLOT(model.dtype),
     [] {
       return Names{"float64", "float32"};
     },
     kOfTrained},
    {"model",
     "stateful",
     "--stateful",
     "hidden states carry on from window to window; needs windows in order of time",
     EBIT_SLOT(model.stateful),
     nullptr,
     {.families = kCells | kRecurrent | kOrthogonal, .problems = kForecast}},
    {"model", "entropy_weight", "--entropy-weight",
     "weight of the ancilla's entropy in what is minimised: with a target W (S - target)^2, else -W S, so "
     "that W above 0 rewards entanglement; 0: not there",
     EBIT_SLOT(model.entropy.weight), nullptr, kOfRegister},
    {"model", "entropy_target", "--entropy-target", "entropy S that is aimed at, in bits",
     EBIT_SLOT(model.entropy.target), nullptr, kOfRegister},
    {"model", "entropy_kind", "--entropy-kind", "entropy S of the ancilla", EBIT_SLOT(model.entropy_kind),
     [] { return names_of(entropies()); }, kOfEntropy},
    {"model", "entropy_stage", "--entropy-stage", "where in a step S is taken: behind U_dis, or behind U_en",
     EBIT_SLOT(model.entropy_stage), [] { return names_of(entropy_stages()); }, kOfEntropy},
};

}  // namespace

std::span<const OptionRow> model_options() { return kOptions; }

}  // namespace ebit::inline settings
