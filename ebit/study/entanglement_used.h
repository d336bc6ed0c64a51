// How much entanglement trained cells have behind U_en, against what their registers allow.
#pragma once

#include <vector>

#include "ebit/study/table.h"

namespace ebit::study {

/// Over the judged windows and steps of each variant and seed, in ebits (of a mixed memory: the entropy of
/// the system, in bits).
struct EntanglementUsed {
  std::vector<double> available;          ///< [V] min(n_s, n_a)
  std::vector<std::vector<double>> mean;  ///< [V][seeds] mean entropy behind U_en
  std::vector<std::vector<double>> most;  ///< [V][seeds] the greatest
  std::vector<StudyColumn> columns;       ///< for the summary table
  Figure figure;                          ///< means against what is available
};

/// Traces the trained cells of a study.
EntanglementUsed entanglement_used(const std::vector<TrainedVariant>& variants);

/// Puts the numbers into the rows of the variants' trainings, which are rows_of()'s.
void add_entanglement(const EntanglementUsed& used, const std::vector<TrainedVariant>& variants,
                      std::vector<Json>& rows);

}  // namespace ebit::study
