#include "ebit/analysis/inspect/register_view.h"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"
#include "ebit/experiment/runs/json.h"
#include "ebit/experiment/runs/run_folder.h"

namespace ebit::analysis {
namespace {

using Json = nlohmann::ordered_json;

// Largest ancilla whose density matrix is kept for every step.
constexpr int kMostFidelityQubits = 4;

constexpr Advice kWindows = {
    .vanishing = "try a shorter --window, --hidden density or coherent, or fewer layers",
    .flat = "Try angles nearer to 0 (--init-high 0.1), fewer layers or qubits, or another seed",
    .saturated = "Try a scaler with room at the ends, or --head linear",
    .unused = "a window of 1 would do as well, or train for longer with another --seed or --hidden"};
constexpr Advice kSequences = {
    .vanishing = "try shorter sequences, --hidden density or coherent, or fewer layers",
    .flat = kWindows.flat,
    .saturated = "Try --input-map tanh, or other angles (--init-low, --init-high)",
    .unused = "one step would do as well, or train for longer with another --seed or --hidden"};

void add_fidelity(RegisterFindings& found, const InspectedCell& inspected) {
  const Memory kind = find_hidden_update<double>(found.cell.hidden).memory;
  if (kind == Memory::kWholeState) return;
  if (found.cell.ancilla > kMostFidelityQubits) {
    found.notes.push_back(
        fmt::format("the fidelity with the exact density matrix is left out above {} ancilla qubits",
                    kMostFidelityQubits));
    return;
  }
  const auto trace = [&](const std::string& hidden) {
    RegisterOptions options = found.cell;
    options.hidden = hidden;
    RegisterCell<double> cell(options);
    return trace_memory(cell, inspected.parameters, found.sequences->input(inspected.seed),
                        {.negativity = false, .hidden = true});
  };
  const std::string pure = kind == Memory::kMixture ? "collapse" : found.cell.hidden;
  found.fidelity = hidden_fidelity(trace(pure), trace("density"));
  found.fidelity_of = pure + " against density";
}

Json power_json(const PowerResult& power, const RealisedChange& change, const MemoryBound& bound) {
  return {{"power", bound.searched ? Json(power.value) : Json()},
          {"upper_bound", bound.searched ? power.upper_bound : bound.upper_bound},
          {"product_value", bound.searched ? Json(power.product_value) : Json()},
          {"starts", power.starts},
          {"starts_agreed", power.agreed},
          {"most", change.most},
          {"most_window", change.sample},
          {"most_step", change.step + 1},
          {"mean", change.mean},
          {"share_most", experiment::number(change.share_most)},
          {"share_mean", experiment::number(change.share_mean)}};
}

}  // namespace

double register_step_cost(const CellOptions& options) {
  // A mixture's negativity takes the eigenvalues of a matrix as large as the register; a pure state's entropy
  // is about linear in the state.
  const auto& cell = std::get<RegisterOptions>(options);
  const double d = std::ldexp(1.0, cell.system + cell.ancilla);
  const bool mixed = find_hidden_update<double>(cell.hidden).memory == Memory::kMixture;
  return mixed ? d * d * d : d * std::ldexp(1.0, std::min(cell.system, cell.ancilla));
}

void check_register_options(const CellOptions&, const InspectOptions& inspect) {
  require(inspect.cut.empty(),
          "inspect: --cut divides the qubits of a qrnn; a register cell is cut between system and ancilla");
  require(inspect.starts.value_or(1) >= 1, "inspect: --starts must be 1 or more, not {}", *inspect.starts);
}

std::unique_ptr<MemoryView> look_at_register(const InspectedCell& inspected, const InspectOptions& inspect) {
  constexpr int kStarts = 16;
  const PowerEffort effort = inspect.powers.value_or(PowerEffort::kAuto);
  RegisterFindings found{.cell = std::get<RegisterOptions>(inspected.options),
                         .sequences = inspected.sequences};
  RegisterCell<double> cell(found.cell);
  const SequenceInput<double> input = found.sequences->input(inspected.seed);
  found.trace = trace_memory(cell, inspected.parameters, input);
  found.bounds =
      memory_bounds(cell, inspected.parameters, input, found.trace, effort, inspect.starts.value_or(kStarts));
  add_fidelity(found, inspected);
  found.readouts = readouts_of(cell, inspected.parameters, *found.sequences, inspected.seed);
  found.training = experiment::read_entropy_csv(inspected.folder / experiment::files::kEntropy);
  if (effort != PowerEffort::kNone && !found.bounds[0].searched)
    found.notes.push_back(
        fmt::format("E_up and E_down of {}+{} qubits would take long and are left out: --powers full "
                    "searches for them",
                    found.cell.system, found.cell.ancilla));
  return std::make_unique<RegisterView>(std::move(found));
}

std::vector<StepColumn> RegisterView::columns() const {
  std::vector<StepColumn> columns;
  const auto add = [&](const char* key, const char* heading, const std::vector<double>& values,
                       const std::string& note = "") {
    if (!values.empty()) columns.push_back(step_column(*found_.sequences, key, heading, values, note));
  };
  const MemoryTrace& trace = found_.trace;
  using enum TracePoint;
  const bool dis = found_.cell.layers_dis > 0;
  add("ancilla_before", "S before", trace[kEntered].ancilla, "entropy of the ancilla before U_en");
  add("ancilla_after_en", "after U_en", trace[kEntangled].ancilla);
  if (dis) add("ancilla_after_dis", "after U_dis", trace[kDisentangled].ancilla);
  if (trace.mixed) {
    add("system_before", "S(sys) before", trace[kEntered].system);
    add("system_after_en", "S(sys) U_en", trace[kEntangled].system,
        "entropy of the system, which the powers bound");
    if (dis) add("system_after_dis", "S(sys) U_dis", trace[kDisentangled].system);
    add("mutual_information_after_en", "I U_en", trace[kEntangled].mutual_information, "mutual information");
    if (dis) add("mutual_information_after_dis", "I U_dis", trace[kDisentangled].mutual_information);
    add("negativity_after_en", "N U_en", trace[kEntangled].negativity, "negativity: entanglement alone");
    if (dis) add("negativity_after_dis", "N U_dis", trace[kDisentangled].negativity);
  }
  add("outcome_probability", "p(outcome)", trace.probability, "of the outcome of the system that is kept");
  add("survived", "survives", trace.survived,
      "<h|rho|h>, how much of the ancilla's state lives on in the next hidden state");
  add("fidelity", "F(density)", found_.fidelity, found_.fidelity_of + ", <h|rho|h> of the two hidden states");
  return columns;
}

std::vector<int> RegisterView::outcomes() const {
  if (found_.trace.outcome.empty() || found_.sequences->lengths.empty()) return found_.trace.outcome;
  std::vector<int> kept;
  for (std::size_t b = 0; b < found_.trace.samples; ++b)
    for (std::size_t t = 0; t < found_.sequences->length(b); ++t)
      kept.push_back(found_.trace.outcome[b * found_.trace.steps + t]);
  return kept;
}

const Advice& RegisterView::advice() const {
  return found_.sequences->noun == "windows" ? kWindows : kSequences;
}

std::vector<std::pair<std::string, std::string>> RegisterView::facts() const {
  return {{"hidden update", found_.cell.hidden}};
}

void RegisterView::add_choices(Json& json) const {
  json["hidden"] = found_.cell.hidden;
  json["mixed"] = found_.trace.mixed;
}

void RegisterView::add_step(std::size_t step, Json& json) const {
  if (found_.trace.outcome.empty()) return;
  std::map<int, int> counts;
  int all = 0;
  const Sequences& sequences = *found_.sequences;
  for (std::size_t b = 0; b < sequences.samples; ++b)
    for (std::size_t s = step; s < sequences.length(b); s += sequences.window, ++all)
      ++counts[found_.trace.outcome[b * sequences.steps + s]];
  for (const auto& [outcome, count] : counts)
    json["outcomes"][std::to_string(outcome)] = count / static_cast<double>(all);
}

void RegisterView::add_rest(Json& json) const {
  json["unitaries"] = Json::array();
  for (const MemoryBound& bound : found_.bounds)
    json["unitaries"].push_back(
        {{"name", bound.unitary.name},
         {"searched", bound.searched},
         {"ancilla", bound.ancilla},
         {"operator_schmidt_entropy", bound.searched ? Json(bound.schmidt_entropy) : Json()},
         {"e_up", power_json(bound.up, bound.made, bound)},
         {"e_down", power_json(bound.down, bound.destroyed, bound)},
         {"started_from_a_step", bound.learned},
         {"broken", bound.broken}});
  json["training"] = Json::array();
  for (const experiment::EntropySample& s : found_.training)
    json["training"].push_back({{"epoch", s.epoch},
                                {"ancilla", s.ancilla},
                                {"system", s.system},
                                {"en_most_made", s.en_made},
                                {"en_most_destroyed", s.en_destroyed},
                                {"dis_most_made", s.dis_made},
                                {"dis_most_destroyed", s.dis_destroyed}});
}

}  // namespace ebit::analysis
