// The memory of a controlled cell: the entanglement of a cut through its qubits, and what is read of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ebit/analysis/inspect/memory_view.h"
#include "ebit/cell/controlled/controlled_trace.h"

namespace ebit::analysis {

/// Multiplications to look at a step of one sequence.
double controlled_step_cost(const CellOptions& options);
/// Throws Error for options of other families, and for a cut that is none of this memory's.
void check_controlled_options(const CellOptions& options, const InspectOptions& inspect);
/// Traces the memory.
std::unique_ptr<MemoryView> look_at_controlled(const InspectedCell& cell, const InspectOptions& inspect);

/// What was found in a controlled cell.
struct ControlledFindings {
  ControlledOptions cell;                      ///< choices and sizes
  std::shared_ptr<const Sequences> sequences;  ///< what was run through it
  ControlledTrace trace;                       ///< what the memory did
  std::vector<std::string> names;              ///< [K] of the readouts
};

/// Shows them.
class ControlledView : public MemoryView {
 public:
  explicit ControlledView(ControlledFindings found);  ///< takes what was found

  std::vector<StepColumn> columns() const override;
  std::string entropy_remark() const override { return " (ebits)"; }
  std::vector<TextTable> tables() const override;
  std::string verdict() const override;
  std::vector<experiment::Exhibit> pictures() const override;
  std::vector<PageSection> sections() const override;
  std::vector<std::pair<std::string, std::string>> facts() const override;
  std::vector<int> outcomes() const override { return {}; }
  std::vector<double> readouts() const override;
  const Advice& advice() const override;
  std::vector<std::string> notes() const override;
  void add_choices(nlohmann::ordered_json& json) const override;
  void add_step(std::size_t, nlohmann::ordered_json&) const override {}
  void add_rest(nlohmann::ordered_json& json) const override;

 private:
  // The step with the most entropy.
  struct Most {
    double entropy = 0;
    std::size_t sequence = 0, step = 0;  // counted from 0
  };

  ControlledFindings found_;
  Most most_;
};

}  // namespace ebit::analysis
