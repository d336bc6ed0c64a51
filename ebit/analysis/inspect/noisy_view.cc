#include "ebit/analysis/inspect/noisy_view.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/experiment/runs/show_exhibit.h"

namespace ebit::analysis {
namespace {

constexpr Advice kAdvice = {
    .vanishing = "try a shorter --window, weaker noise or fewer layers",
    .flat = "Try angles nearer to 0 (--init-high 0.1), fewer layers or qubits, weaker noise, or another seed",
    .saturated = "Try a scaler with room at the ends, or --head linear",
    .unused = "a window of 1 would do as well: noise leaves nothing of what was, or train for longer"};

constexpr StepCurve kPurity[] = {{"purity_without_noise", "without noise", PlotColor::kGrey},
                                 {"purity", "with it", PlotColor::kVermillion, true}};
constexpr StepCurve kEntropy[] = {{"entropy_without_noise", "without noise", PlotColor::kGrey},
                                  {"entropy", "with it", PlotColor::kBlue, true}};

// Purity and entropy of every step.
std::pair<std::vector<double>, std::vector<double>> look(Cell<double>& cell, const InspectedCell& inspected) {
  const Sequences& sequences = *inspected.sequences;
  const std::size_t count = sequences.samples * sequences.steps;
  std::vector<double> seen(2 * count), purity(count), entropy(count);
  cell.forward(inspected.parameters, sequences.input(inspected.seed), {.watched = seen.data()});
  for (std::size_t i = 0; i < count; ++i) purity[i] = seen[2 * i], entropy[i] = seen[2 * i + 1];
  return {purity, entropy};
}

}  // namespace

bool has_noisy_memory(const CellOptions& options) {
  const NoiseUse use = noise_use(options);
  return std::holds_alternative<RegisterOptions>(options)     ? use.active()
         : std::holds_alternative<ControlledOptions>(options) ? use.noise || use.trajectories > 0
                                                              : false;
}

double noisy_step_cost(const CellOptions& options) {
  const auto* const reg = std::get_if<RegisterOptions>(&options);
  const int wires = reg ? reg->system + reg->ancilla : std::get<ControlledOptions>(options).qubits;
  return 300 * std::ldexp(1.0, 2 * wires);
}

void check_noisy_options(const CellOptions& options, const InspectOptions& inspect) {
  require(inspect.cut.empty(), "inspect: --cut is for pure memories, and with noise a memory is a mixture");
  require(!inspect.starts && !inspect.powers,
          "inspect: --powers and --starts are about pure states, which noise does not leave: give --noise '' "
          "to look "
          "at them");
  require(
      noise_use(options).trajectories == 0,
      "inspect: trajectories keep no density matrix whose entropy could be shown: leave --trajectories out");
}

std::unique_ptr<MemoryView> look_at_noisy(const InspectedCell& inspected, const InspectOptions&) {
  NoiseUse use = noise_use(inspected.options);
  use.mitigation = {}, use.gradient = "adjoint";  // the memory is what it is
  NoisyFindings found{.noise = use.text().substr(2), .sequences = inspected.sequences};
  const auto cell = make_cell<double>(with_noise_use(inspected.options, use));
  std::tie(found.purity, found.entropy) = look(*cell, inspected);
  found.readouts = readouts_of(*cell, inspected.parameters, *inspected.sequences, inspected.seed);
  const auto own = make_cell<double>(with_noise_use(inspected.options, {.noise = find_noise_model("none")}));
  std::tie(found.own_purity, found.own_entropy) = look(*own, inspected);
  return std::make_unique<NoisyView>(std::move(found));
}

std::vector<StepColumn> NoisyView::columns() const {
  const Sequences& sequences = *found_.sequences;
  return {step_column(sequences, "purity", "purity", found_.purity, "Tr rho^2 of the memory behind the step"),
          step_column(sequences, "purity_without_noise", "without noise", found_.own_purity),
          step_column(sequences, "entropy", "S", found_.entropy, "von Neumann entropy of the memory"),
          step_column(sequences, "entropy_without_noise", "S without noise", found_.own_entropy,
                      "what the model mixes by itself, by tracing the system out")};
}

std::string NoisyView::verdict() const {
  const std::vector<StepColumn> all = columns();
  return fmt::format(
      "the memory's purity is {:.4f} behind the first step and {:.4f} behind the last (without noise "
      "{:.4f} and {:.4f})",
      all[0].mean.front(), all[0].mean.back(), all[1].mean.front(), all[1].mean.back());
}

std::vector<experiment::Exhibit> NoisyView::pictures() const {
  const std::vector<StepColumn> all = columns();
  Sheet sheet;
  const auto panel = [&](const char* title, const char* unit, std::span<const StepCurve> curves) {
    Figure figure{.title = title, .x_label = found_.sequences->step_label(), .y_label = unit};
    figure.height = 330, figure.y_low = 0;
    add_curves(all, curves, figure);
    sheet.panels.push_back(std::move(figure));
  };
  panel("Purity of the memory", "", kPurity);
  panel("Entropy of the memory", "bits", kEntropy);
  return {{.name = "memory",
           .caption = fmt::format(
               "Lines are means over the {}, bands reach from the least to the greatest. Noise: {}.",
               found_.sequences->noun, found_.noise),
           .sheet = std::move(sheet)}};
}

const Advice& NoisyView::advice() const { return kAdvice; }

std::vector<std::string> NoisyView::notes() const {
  return {
      "what unitaries make of pure states (E_up, E_down, entanglement) is left out: a memory with noise is a "
      "mixture; --noise '' shows them"};
}

void NoisyView::add_choices(nlohmann::ordered_json& json) const { json["noise"] = found_.noise; }

}  // namespace ebit::analysis
