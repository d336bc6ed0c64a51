// Options of kernel, fast-weights and window cells: each says what else must be set for it to have an effect.
#include "ebit/cell/ansatz.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/kernel/kernel.h"
#include "ebit/settings/option_rows.h"

namespace ebit::inline settings {
namespace {

constexpr Users kOfKernel{.families = kKernel};
constexpr Users kOfKernelMap{
    .families = kKernel,
    .effective = [](const Config& c) { return find_kernel(c.model.kernel.kernel).mapped; },
    .when = "with --kernel quantum"};
constexpr Users kOfKernelWidth{
    .families = kKernel,
    .effective = [](const Config& c) { return find_kernel(c.model.kernel.kernel).has_width; },
    .when = "with --kernel rbf"};
constexpr Users kOfRandomReferences{
    .families = kKernel,
    .effective = [](const Config& c) { return c.model.kernel.start == "random"; },
    .when = "with --references-from random"};
constexpr Users kOfFastWeights{.families = kFastWeights};
constexpr Users kOfWindow{.families = kWindow};
constexpr Users kOfDenseWindow{.families = kWindow,
                               .effective = [](const Config& c) { return c.model.window.blocks.empty(); },
                               .when = "without --blocks"};

const OptionRow kOptions[] = {
    // kernel cells
    {"model", "kernel", "--kernel", "how near two vectors are: what the gates are made of",
     EBIT_SLOT(model.kernel.kernel), [] { return names_of(kernels_of_cells()); }, kOfKernel},
    {"model", "encoder", "--encoder", "the feature map: how a number enters its wire",
     EBIT_SLOT(model.kernel.encoder), [] { return names_of(gate_encoders()); }, kOfKernelMap},
    {"model", "repetitions", "--repetitions", "how many times the feature map stands, one behind the other",
     EBIT_SLOT(model.kernel.repetitions), nullptr, kOfKernelMap},
    {"model", "kernel_width", "--kernel-width", "width of the kernel, where it starts",
     EBIT_SLOT(model.kernel.width), nullptr, kOfKernelWidth},
    {"model", "trained_width", "--trained-width", "the kernel's width is trained",
     EBIT_SLOT(model.kernel.trained_width), nullptr, kOfKernelWidth},
    {"model", "references", "--references", "reference vectors of a gate", EBIT_SLOT(model.kernel.references),
     nullptr, kOfKernel},
    {"model", "references_of", "--references-of", "whether all gates share the reference vectors",
     EBIT_SLOT(model.kernel.owner), [] { return names_of(reference_owners()); }, kOfKernel},
    {"model", "references_from", "--references-from", "where reference vectors start",
     EBIT_SLOT(model.kernel.start), [] { return names_of(reference_starts()); }, kOfKernel},
    {"model", "trained_references", "--trained-references",
     "reference vectors are trained; else they stay where they start",
     EBIT_SLOT(model.kernel.trained_references), nullptr, kOfKernel},
    {"model", "init_low", "--init-low", "reference vectors start at random from here",
     EBIT_SLOT(model.kernel.init_low), nullptr, kOfRandomReferences},
    {"model", "init_high", "--init-high", "reference vectors start at random up to here",
     EBIT_SLOT(model.kernel.init_high), nullptr, kOfRandomReferences},
    {"model", "bias", "--bias", "a trained number is added to each gate", EBIT_SLOT(model.kernel.bias),
     nullptr, kOfKernel},
    {"model", "gate_order", "--gate-order",
     "order of the step's numbers x and the hidden state h in what enters the kernel",
     EBIT_SLOT(model.kernel.order), [] { return names_of(gate_orders()); }, kOfKernel},
    {"model", "linear_in", "--linear-in", "a trained linear map from x and h to what enters the kernel",
     EBIT_SLOT(model.kernel.linear_in), [] { return names_of(kernel_linears()); }, kOfKernel},
    {"model", "qubits", "--qubits", "wires of the feature map: numbers that the kernel compares",
     EBIT_SLOT(model.kernel.qubits), nullptr, kOfKernel},
    {"model", "hidden_size", "--hidden-size",
     "numbers of the hidden state; 0: those that x leaves of the qubits, or with --linear-in as many as "
     "qubits",
     EBIT_SLOT(model.kernel.hidden), nullptr, kOfKernel},

    // fast-weights cells
    {"model", "encoder", "--encoder", "how a number enters its wire", EBIT_SLOT(model.fast_weights.encoder),
     [] { return names_of(gate_encoders()); }, kOfFastWeights},
    {"model", "ansatz", "--ansatz", "circuit whose angles are the memory",
     EBIT_SLOT(model.fast_weights.ansatz), [] { return names_of(ansaetze()); }, kOfFastWeights},
    {"model", "qubits", "--qubits", "wires of the circuit", EBIT_SLOT(model.fast_weights.qubits), nullptr,
     kOfFastWeights},
    {"model", "circuit_layers", "--circuit-layers", "layers of the circuit",
     EBIT_SLOT(model.fast_weights.layers), nullptr, kOfFastWeights},
    {"model", "latent", "--latent", "numbers between a step and what it writes; 0: as many as qubits",
     EBIT_SLOT(model.fast_weights.latent), nullptr, kOfFastWeights},
    {"model", "measured_wires", "--measured-wires", "wires that are read, the first ones; 0: all",
     EBIT_SLOT(model.fast_weights.measured), nullptr, kOfFastWeights},
    {"model", "gate", "--gate",
     "a trained gate keeps the angles or replaces them; else what a step writes is added",
     EBIT_SLOT(model.fast_weights.gate), nullptr, kOfFastWeights},
    {"model",
     "gate_bias",
     "--gate-bias",
     "where the bias of --gate starts; above 0 it keeps",
     EBIT_SLOT(model.fast_weights.gate_bias),
     nullptr,
     {.families = kFastWeights,
      .effective = [](const Config& c) { return c.model.fast_weights.gate; },
      .when = "with --gate"}},
    // window cells
    {"model", "span", "--span", "steps that the circuit sees, the last ones; 0: a forecast's window, else 8",
     EBIT_SLOT(model.window.span), nullptr, kOfWindow},
    {"model", "blocks", "--blocks",
     "blocks of each time step joined by _, such as EXY_X_CX: E with a component and a rotation, trained "
     "rotations X Y Z, controlled ones CX CY CZ; empty: a linear map of the window and layers",
     EBIT_SLOT(model.window.blocks), nullptr, kOfWindow},
    {"model", "qubits", "--qubits", "wires of the circuit", EBIT_SLOT(model.window.qubits), nullptr,
     kOfWindow},
    {"model", "ansatz", "--ansatz", "circuit behind the linear map", EBIT_SLOT(model.window.ansatz),
     [] { return names_of(ansaetze()); }, kOfDenseWindow},
    {"model", "circuit_layers", "--circuit-layers", "layers of the circuit", EBIT_SLOT(model.window.layers),
     nullptr, kOfDenseWindow},
    {"model", "init_low", "--init-low", "angles start at random from here, radians",
     EBIT_SLOT(model.window.init_low), nullptr, kOfWindow},
    {"model", "init_high", "--init-high", "angles start at random up to here, radians",
     EBIT_SLOT(model.window.init_high), nullptr, kOfWindow},
};

}  // namespace

std::span<const OptionRow> cell_options() { return kOptions; }

}  // namespace ebit::inline settings
