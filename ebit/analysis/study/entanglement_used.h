// How much entanglement trained memories have, against what their qubits allow.
#pragma once

#include <vector>

#include "ebit/analysis/study/table.h"

namespace ebit::analysis {

/// Over the judged windows and steps of each variant and seed, in ebits: of a register cell across system and
/// ancilla behind U_en (of a mixed memory the entropy of the system, in bits), of a qrnn across the two
/// halves of its qubits behind each step.
struct EntanglementUsed {
  std::vector<double> available;          ///< [V] qubits of the smaller side
  std::vector<std::vector<double>> mean;  ///< [V][seeds] mean entropy
  std::vector<std::vector<double>> most;  ///< [V][seeds] the greatest
  std::vector<StudyColumn> columns;       ///< for the summary table
  Figure figure;                          ///< means against what is available
};

/// Traces the trained cells of a study.
EntanglementUsed entanglement_used(const std::vector<TrainedVariant>& variants);

/// Puts the numbers into the rows of the variants' trainings, which are rows_of()'s.
void add_entanglement(const EntanglementUsed& used, const std::vector<TrainedVariant>& variants,
                      std::vector<Json>& rows);

}  // namespace ebit::analysis
