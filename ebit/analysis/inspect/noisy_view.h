// The memory of a cell with noise: purity and entropy of its density matrix, beside those without noise.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ebit/analysis/inspect/memory_view.h"

namespace ebit::analysis {

/// Whether the memory of such a cell is a density matrix because it runs with noise or shots.
bool has_noisy_memory(const CellOptions& options);
/// Multiplications to look at a step of one sequence.
double noisy_step_cost(const CellOptions& options);
/// Throws Error for options that are about pure memories, and for trajectories, which keep no density matrix.
void check_noisy_options(const CellOptions& options, const InspectOptions& inspect);
/// Runs the sequences with the cell's noise and without.
std::unique_ptr<MemoryView> look_at_noisy(const InspectedCell& cell, const InspectOptions& inspect);

/// What was found in a cell with noise. Values are [samples, steps].
struct NoisyFindings {
  std::string noise;                           ///< the model and how outcomes are counted
  std::shared_ptr<const Sequences> sequences;  ///< what was run through it
  std::vector<double> purity;                  ///< Tr rho^2 of the memory behind each step
  std::vector<double> entropy;                 ///< its entropy S, bits
  std::vector<double> own_purity;              ///< Tr rho^2 without noise
  std::vector<double> own_entropy;             ///< S without noise
  std::vector<double> readouts;                ///< all that were read
};

/// Shows them.
class NoisyView : public MemoryView {
 public:
  explicit NoisyView(NoisyFindings found) : found_(std::move(found)) {}  ///< takes what was found

  std::vector<StepColumn> columns() const override;
  std::string entropy_remark() const override {
    return " (of mixtures: ignorance, and not entanglement alone)";
  }
  std::vector<TextTable> tables() const override { return {}; }
  std::string verdict() const override;
  std::vector<experiment::Exhibit> pictures() const override;
  std::vector<PageSection> sections() const override { return {}; }
  std::vector<std::pair<std::string, std::string>> facts() const override {
    return {{"noise", found_.noise}};
  }
  std::vector<int> outcomes() const override { return {}; }
  std::vector<double> readouts() const override { return found_.readouts; }
  const Advice& advice() const override;
  std::vector<std::string> notes() const override;
  void add_choices(nlohmann::ordered_json& json) const override;
  void add_step(std::size_t, nlohmann::ordered_json&) const override {}
  void add_rest(nlohmann::ordered_json&) const override {}

 private:
  NoisyFindings found_;
};

}  // namespace ebit::analysis
