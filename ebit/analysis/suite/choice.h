// Options of which each model of a suite has its own best value on each data, chosen by the validation part.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ebit/analysis/suite/units.h"
#include "ebit/base/document.h"

namespace ebit::analysis {

/// Throws Error for an option that no score may choose, because it says what is scored, and for one that is
/// set among `settings` as well. @param where of the option, for messages.
void check_free(const std::string& option, const std::string& where, const std::vector<Setting>& settings);

/// The values in a list, as texts. Throws Error where it is empty or has one twice.
std::vector<std::string> listed_values(const DocumentPlace& list);

/// The table [choose] of a suite: lists of values, as `train.lr = [0.003, 0.01]`, and `seeds`. @param
/// settings the suite's own. Throws Error for lists that come to more than 100 trainings, and as check_free()
/// and listed_values() do.
SuiteChoice read_choice(const DocumentPlace& table, const std::vector<Setting>& settings);

/// What is tried for a unit's model on its data: a suite of one data, a model for each choice, without test
/// part. It has no models where there is nothing to choose, since the model has no such option, or the model,
/// the data or `more` set it.
Suite candidates_of(const Suite& suite, const Unit& unit, const std::vector<Setting>& more);

/// Throws Error with the place of [choose] where data on which it has something to choose have no validation
/// part.
void check_choice(const Suite& suite, const std::vector<Unit>& units, const std::vector<Setting>& more);

/// How many trainings a choice for the unit's model and data still takes.
std::size_t candidates_left(const Suite& suite, const Unit& unit, const std::filesystem::path& folder,
                            const std::vector<Setting>& more);

/// Lets what could not be trained of a unit's candidates be tried again.
void forget_failed_candidates(const Suite& suite, const Unit& unit, const std::filesystem::path& folder,
                              const std::vector<Setting>& more);

/// Those of them that could not be trained, a line each: their settings, and why.
std::vector<std::string> failed_candidates(const Suite& suite, const Unit& unit,
                                           const std::filesystem::path& folder,
                                           const std::vector<Setting>& more);

/// The settings whose training came to the least validation loss of all its epochs; of several seeds, the
/// least median. Nothing until all candidates have ended, and where there is nothing to choose.
/// Throws Error where none could be trained.
std::vector<Setting> chosen(const Suite& suite, const Unit& unit, const std::filesystem::path& folder,
                            const std::vector<Setting>& more);

/// Trains what is tried for a unit, below `folder`/chosen, and waits for what other processes train of it.
/// @returns chosen(); nothing where it was interrupted. Throws Error as chosen().
std::optional<std::vector<Setting>> choose(const Suite& suite, const Unit& unit,
                                           const std::filesystem::path& folder,
                                           const std::vector<Setting>& more,
                                           const experiment::RunCallbacks& callbacks);

}  // namespace ebit::analysis
