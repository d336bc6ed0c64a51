// The work of each study; one file each.
#pragma once

#include "ebit/analysis/study/study.h"

namespace ebit::analysis {

/// How many ancilla qubits a memory needs; see Study::run.
std::optional<StudyReport> run_registers(const StudyPlan& plan, const StudyCallbacks& callbacks);
std::optional<StudyReport> run_depth(const StudyPlan& plan,
                                     const StudyCallbacks& callbacks);  ///< how many layers
std::optional<StudyReport> run_hidden(const StudyPlan& plan,
                                      const StudyCallbacks& callbacks);  ///< what is kept
std::optional<StudyReport> run_plateau(const StudyPlan& plan,
                                       const StudyCallbacks& callbacks);  ///< gradients
std::optional<StudyReport> run_specialise(const StudyPlan& plan,
                                          const StudyCallbacks& callbacks);  ///< roles of U_en and U_dis
std::optional<StudyReport> run_noise(const StudyPlan& plan,
                                     const StudyCallbacks& callbacks);  ///< what noise and shots do to errors
std::optional<StudyReport> run_shots(const StudyPlan& plan,
                                     const StudyCallbacks& callbacks);  ///< what protocols cost in shots

}  // namespace ebit::analysis
