// Does a circuit's entangling power say how well a model with it learns? Read off the runs of suites.
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/report/plot.h"
#include "ebit/report/text_table.h"

namespace ebit::analysis {

/// The numbers of a circuit that are compared with errors: its powers, and beside them how many of its angles
/// are trained, which may explain more.
inline constexpr std::array<std::string_view, 7> kStudiedPowers = {
    "e_p at the start", "E_up at the start", "E_down at the start", "e_p as trained",
    "E_up as trained",  "E_down as trained", "trained angles"};

/// One training of a circuit on one task.
struct StudiedRun {
  std::array<double, kStudiedPowers.size()> powers{};  ///< of U_en, in the order of kStudiedPowers
  double error = 0;                                    ///< judged metric of the judged part; less is better
};

/// A circuit on one task.
struct StudiedCell {
  std::vector<StudiedRun> runs;  ///< one a seed
};

/// A circuit, which is a model of the suites.
struct StudiedCircuit {
  std::string name;                ///< of the model
  int two_qubit = 0;               ///< two-wire gates in U_en
  int angles = 0;                  ///< trainable ones in U_en
  std::vector<StudiedCell> tasks;  ///< [tasks]
};

/// A rank correlation with its interval.
struct Correlation {
  double value = 0;  ///< Spearman's, of medians over seeds
  double low = 0;    ///< 2.5 % of the bootstrap lie below
  double high = 0;   ///< 2.5 % lie above
};

/// What the runs say.
struct PowerStudy {
  std::vector<std::string> tasks;                                    ///< "SUITE/DATA"
  std::vector<std::string> metrics;                                  ///< [tasks] what is judged
  std::vector<StudiedCircuit> circuits;                              ///< in every task
  std::vector<std::array<Correlation, kStudiedPowers.size()>> rank;  ///< [tasks + 1]; the last: their mean
  std::vector<std::string> notes;                                    ///< what was left out
};

/// Reads the runs of suites whose models are register cells with different circuits, computes the powers of
/// each run's U_en at its start and as trained (E_up and E_down over states without ancillas, lower bounds),
/// and ranks them against the errors. The bootstrap draws circuits, and of each circuit seeds, `samples`
/// times. @param only circuits with this text in their names; empty: all. Throws Error for a folder without a
/// suite, for fewer than four circuits that are in every task.
PowerStudy study_power(const std::vector<std::filesystem::path>& folders, const std::string& only,
                       int samples, std::uint64_t seed);

/// Correlations of each task and power from circuits with their runs: what study_power() does once it has
/// read them. @param circuits all with the same tasks.
std::vector<std::array<Correlation, kStudiedPowers.size()>> rank_correlations(
    const std::vector<StudiedCircuit>& circuits, int samples, std::uint64_t seed);

/// One line a circuit: its gates, the medians of its powers, its median error on each task.
TextTable circuits_table(const PowerStudy& study);
/// One line a task and power.
TextTable correlations_table(const PowerStudy& study);
/// Errors over powers, a panel a task: of all circuits the median, power `power` of kStudiedPowers.
Sheet power_figure(const PowerStudy& study, std::size_t power);
/// All of it.
nlohmann::ordered_json study_json(const PowerStudy& study);

}  // namespace ebit::analysis
