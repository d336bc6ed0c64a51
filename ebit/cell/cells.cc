#include "ebit/cell/cells.h"

#include <type_traits>

#include "ebit/base/choice.h"
#include "ebit/base/error.h"
#include "ebit/cell/controlled/controlled_cell.h"
#include "ebit/cell/echo/echo_cell.h"
#include "ebit/cell/fast_weights/fast_weights_cell.h"
#include "ebit/cell/feedback_cell.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/kernel/kernel_cell.h"
#include "ebit/cell/measured/measured_cell.h"
#include "ebit/cell/noisy/extrapolated_cell.h"
#include "ebit/cell/noisy/noisy_controlled_cell.h"
#include "ebit/cell/noisy/noisy_register_cell.h"
#include "ebit/cell/noisy/shifted_controlled_cell.h"
#include "ebit/cell/noisy/shifted_register_cell.h"
#include "ebit/cell/noisy/spsa_cell.h"
#include "ebit/cell/noisy/trajectory_cell.h"
#include "ebit/cell/register/register_cell.h"
#include "ebit/cell/rvqe/rvqe_cell.h"
#include "ebit/cell/window/window_cell.h"

namespace ebit::inline cell {
namespace {

constexpr std::string_view kClassicalRecursion = "its circuits are parts of a classical recursion";

constexpr CellFamily kFamilies[] = {
    {"register", "a system register that takes each input and an ancilla register that remembers",
     "Daskin 2025 (arXiv:2505.06774)"},
    {"qrnn", "a classical network that writes the angles of a circuit on a coherent quantum memory",
     "Xu 2025 (arXiv:2510.25557)", "", "its angles come out of a network"},
    {"gated", "circuits as the gates of a classical LSTM or GRU", "Chen, Yoo, Fang 2020 (arXiv:2009.01783)",
     "its memory is numbers, and its circuits start in |0...0> at every step", kClassicalRecursion},
    {"kernel", "an LSTM whose gates are expansions in kernels of reference vectors",
     "Hsu, Li, Chen 2024 (arXiv:2411.13225)",
     "its memory is numbers, and its circuits start in |0...0> at every step", kClassicalRecursion},
    {"fast-weights", "a circuit whose angles are the memory, written by a classical network",
     "Chen 2024 (arXiv:2402.17760)",
     "its memory is the angles of a circuit that starts in |0...0> at every step", kClassicalRecursion},
    {"esn", "a random recurrent network of leaky neurons whose readout alone is learnt",
     "Jaeger 2001 (GMD report 148)", "it is a classical network", "it has no circuits", false,
     "it has no circuits"},
    {.name = "rvqe",
     .help = "quantum neurons on a real state, of which a word is measured at every step",
     .source = "Bausch 2020 (arXiv:2006.14619)",
     .adjoint_only = "its neurons are not unitary",
     .words = true,
     .noiseless =
         "its neurons are post-selected maps of real amplitudes, and no gates that a noise model has rules "
         "for"},
    {"window", "a circuit over the last steps of a sequence", "Fellner et al. 2025 (arXiv:2504.12416)",
     "it remembers the last steps as they were, and its circuit starts in |0...0> for each window",
     kClassicalRecursion},
    {.name = "measured",
     .help = "a quantum memory that each step measures as its setting says, and projects on the outcome",
     .source = "Anschuetz and Gao 2026 (arXiv:2402.08606)",
     .adjoint_only = "its likelihoods are no expectation values",
     .words = true,
     .noiseless =
         "its settings are unitaries given as matrices and its outcomes projections, and no gates that a "
         "noise model has rules for"},
};
static_assert(std::size(kFamilies) == std::variant_size_v<CellOptions>);

}  // namespace

std::span<const CellFamily> cell_families() { return kFamilies; }

const CellFamily& family_of(const CellOptions& options) { return kFamilies[options.index()]; }

CellOptions with_sizes(CellOptions options, int inputs, bool every_step) {
  std::visit(
      [&](auto& own) {
        own.every_step = every_step;
        if constexpr (std::is_same_v<std::decay_t<decltype(own)>, RegisterOptions>)
          own.features = inputs;
        else
          own.inputs = inputs;
      },
      options);
  return options;
}

CellOptions with_entropy(CellOptions options, std::string_view kind, std::string_view stage) {
  const CellFamily& family = family_of(options);
  require(family.classical.empty(), "a cell of the family {} gives no entropy: {}; take a register cell",
          family.name, family.classical);
  auto* const own = std::get_if<RegisterOptions>(&options);
  require(own != nullptr,
          "a {} gives no entropy: its one memory is pure, with no register apart from it that it could be "
          "entangled with; take a register cell",
          family.name);
  own->entropy = kind, own->entropy_stage = stage;
  return options;
}

CellOptions with_gradient(CellOptions options, std::string_view method) {
  const CellFamily& family = family_of(options);
  require(family.adjoint_only.empty() || method == "adjoint",
          "a cell of the family {} has gradients by the adjoint method only, not by '{}': {}", family.name,
          method, family.adjoint_only);
  if (auto* const own = std::get_if<RegisterOptions>(&options)) own->gradient = method;
  return options;
}

CellOptions with_freeze(CellOptions options, std::string_view what) {
  find_row(freezes(), "unknown choice of what is frozen", what);
  std::visit(
      [&](auto& own) {
        if constexpr (requires { own.freeze; })
          own.freeze = what;
        else
          require(what == "none", "nothing of a {} cell can be frozen", family_of(options).name);
      },
      options);
  return options;
}

NoiseUse noise_use(const CellOptions& options) {
  return std::visit(
      [](const auto& own) -> NoiseUse {
        using Options = std::decay_t<decltype(own)>;
        if constexpr (std::is_same_v<Options, RegisterOptions>) {
          return noise_use(own);
        } else if constexpr (std::is_same_v<Options, ControlledOptions>) {
          NoiseUse use = own.noisy;
          use.shots = find_measurement(own.measurement).shots ? own.shots : 0;
          return use;
        } else if constexpr (requires { own.noisy; }) {
          return own.noisy;
        } else {
          return {};
        }
      },
      options);
}

CellOptions with_noise_use(CellOptions options, const NoiseUse& use) {
  const CellFamily& family = family_of(options);
  require(family.noiseless.empty(), "a cell of the family {} does not run with noise or shots: {}",
          family.name, family.noiseless);
  std::visit(
      [&](auto& own) {
        using Options = std::decay_t<decltype(own)>;
        if constexpr (std::is_same_v<Options, RegisterOptions>) {
          own.noise = use.noise, own.shots = use.shots, own.trajectories = use.trajectories;
          own.gradient = use.gradient, own.mitigation = use.mitigation, own.perturbation = use.perturbation;
        } else if constexpr (requires { own.noisy; }) {
          own.noisy = use;
        }
        if constexpr (std::is_same_v<Options, KernelOptions>) check_device(own);
        if constexpr (std::is_same_v<Options, ControlledOptions>) {
          const bool shots = find_measurement(own.measurement).shots;
          if (use.shots > 0)
            own.measurement = "shots", own.shots = use.shots;
          else if (shots)
            own.measurement = "expectation";
          own.noisy.shots = 0;
        }
      },
      options);
  return options;
}

std::vector<std::string> noise_notes(const CellOptions& options) {
  if (const auto* const own = std::get_if<RegisterOptions>(&options)) return noise_notes(*own);
  const NoiseUse use = noise_use(options);
  if (!use.noise) return {};
  std::vector<std::string> notes = use.noise->warnings;
  const auto add = [&](const Circuit& circuit) {
    for (std::string& line : gaps(circuit, *use.noise)) notes.push_back(std::move(line));
  };
  if (const auto* const own = std::get_if<ControlledOptions>(&options))
    add(controlled_circuit(*own, AngleSource::kPerSample));
  if (const auto* const own = std::get_if<GatedOptions>(&options)) add(gate_circuit(*own));
  if (const auto* const own = std::get_if<KernelOptions>(&options)) add(overlap_circuit(*own));
  if (const auto* const own = std::get_if<FastWeightsOptions>(&options)) add(fast_weights_circuit(*own));
  if (const auto* const own = std::get_if<WindowOptions>(&options)) add(window_circuit(*own));
  return notes;
}

namespace {

template <class T>
std::unique_ptr<Cell<T>> make_register_cell(const RegisterOptions& own) {
  if (own.trajectories > 0) return std::make_unique<TrajectoryCell<T>>(own);
  if (is_noisy(own) && own.gradient == "parameter-shift")
    return std::make_unique<ShiftedRegisterCell<T>>(own);
  if (is_noisy(own)) return std::make_unique<NoisyRegisterCell<T>>(own);
  if (own.feedback) return std::make_unique<FeedbackCell<T>>(own);
  return std::make_unique<RegisterCell<T>>(own);
}

template <class T>
std::unique_ptr<Cell<T>> make_controlled_cell(const ControlledOptions& own, const NoiseUse& use) {
  const bool shift = use.gradient == "parameter-shift" && use.trajectories == 0;
  if (shift) check(use);
  if (shift) return std::make_unique<ShiftedControlledCell<T>>(own);
  if (use.noise || use.trajectories > 0 || use.gradient != "adjoint" || use.mitigation.any())
    return std::make_unique<NoisyControlledCell<T>>(own);
  return std::make_unique<ControlledCell<T>>(own);
}

}  // namespace

template <class T>
std::unique_ptr<Cell<T>> make_cell(const CellOptions& options) {
  NoiseUse use = noise_use(options);
  if (use.mitigation.any()) check(use);
  if (!use.mitigation.factors.empty()) return std::make_unique<ExtrapolatedCell<T>>(options);
  if (use.gradient == "spsa") {
    check(use);
    use.gradient = "adjoint";
    return std::make_unique<SpsaCell<T>>(make_cell<T>(with_noise_use(options, use)), use.perturbation);
  }
  return std::visit(
      [&](const auto& own) -> std::unique_ptr<Cell<T>> {
        using Options = std::decay_t<decltype(own)>;
        if constexpr (std::is_same_v<Options, RegisterOptions>)
          return make_register_cell<T>(own);
        else if constexpr (std::is_same_v<Options, ControlledOptions>)
          return make_controlled_cell<T>(own, use);
        else if constexpr (std::is_same_v<Options, KernelOptions>)
          return std::make_unique<KernelCell<T>>(own);
        else if constexpr (std::is_same_v<Options, FastWeightsOptions>)
          return std::make_unique<FastWeightsCell<T>>(own);
        else if constexpr (std::is_same_v<Options, EchoOptions>)
          return std::make_unique<EchoCell<T>>(own);
        else if constexpr (std::is_same_v<Options, WindowOptions>)
          return std::make_unique<WindowCell<T>>(own);
        else if constexpr (std::is_same_v<Options, MeasuredOptions>)
          return std::make_unique<MeasuredCell<T>>(own);
        else if constexpr (std::is_same_v<Options, GatedOptions>)
          return std::make_unique<GatedCell<T>>(own);
        else
          return std::make_unique<RvqeCell<T>>(own);
      },
      options);
}

template std::unique_ptr<Cell<float>> make_cell(const CellOptions&);
template std::unique_ptr<Cell<double>> make_cell(const CellOptions&);

}  // namespace ebit::inline cell
