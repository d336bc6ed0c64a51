// The memory of a register cell: entropies, bounds, fidelity with the exact density matrix.
#pragma once

#include <string>
#include <vector>

#include "ebit/analysis/inspect/memory_view.h"
#include "ebit/cell/register/memory_trace.h"
#include "ebit/experiment/runs/entropy_track.h"

namespace ebit::analysis {

/// Multiplications to look at a step of one sequence.
double register_step_cost(const CellOptions& options);
/// Throws Error for options of other families, and for starts below 1.
void check_register_options(const CellOptions& options, const InspectOptions& inspect);
/// Traces the memory and searches for the powers of its unitaries.
std::unique_ptr<MemoryView> look_at_register(const InspectedCell& cell, const InspectOptions& inspect);

/// What was found in a register cell.
struct RegisterFindings {
  RegisterOptions cell;                        ///< choices and sizes
  std::shared_ptr<const Sequences> sequences;  ///< what was run through it
  MemoryTrace trace;                           ///< what the memory did
  std::vector<MemoryBound> bounds;             ///< powers, and what is used of them
  /// [samples, steps] <h|rho|h> of the measured and the exact hidden state; empty for a memory without
  /// either.
  std::vector<double> fidelity;
  std::string fidelity_of;                          ///< which two: "collapse against density"
  std::vector<double> readouts;                     ///< all that were read
  std::vector<experiment::EntropySample> training;  ///< of --track-entropy; may be empty
  std::vector<std::string> notes;                   ///< what was left out, and how to ask for it
};

/// Shows them.
class RegisterView : public MemoryView {
 public:
  explicit RegisterView(RegisterFindings found) : found_(std::move(found)) {}  ///< takes what was found

  std::vector<StepColumn> columns() const override;
  std::string entropy_remark() const override;
  std::vector<TextTable> tables() const override;
  std::string verdict() const override;
  std::vector<experiment::Exhibit> pictures() const override;
  std::vector<PageSection> sections() const override;
  std::vector<std::pair<std::string, std::string>> facts() const override;
  std::vector<int> outcomes() const override;
  std::vector<double> readouts() const override { return found_.readouts; }
  const Advice& advice() const override;
  std::vector<std::string> notes() const override { return found_.notes; }
  void add_choices(nlohmann::ordered_json& json) const override;
  void add_step(std::size_t step, nlohmann::ordered_json& json) const override;
  void add_rest(nlohmann::ordered_json& json) const override;

 private:
  TextTable bound_table() const;
  Sheet memory_sheet() const;
  Figure change_figure(const MemoryBound& bound) const;

  RegisterFindings found_;
};

}  // namespace ebit::analysis
