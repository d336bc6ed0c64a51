// How an inspection is shown: tables, JSON, figures, a page.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ebit/report/plot.h"
#include "ebit/report/text_table.h"
#include "ebit/train/inspect.h"

namespace ebit::train {

/// A row for each step of a window, means over the traced windows. Of long windows some steps are left out,
/// and a note says so.
TextTable step_table(const Inspection& in);

/// A row for each unitary and direction: bound, power, what is used of it.
TextTable bound_table(const Inspection& in);

/// "no step breaks its bound", or which one does.
std::string bound_verdict(const Inspection& in);

/// Everything, with a list a step and a list a unitary; undefined numbers are null.
nlohmann::ordered_json to_json(const Inspection& in);

/// The entropies over the steps of a window, and what U_en and U_dis change, beside their bounds.
Sheet memory_sheet(const Inspection& in);

/// What the hidden update keeps: the outcome's probability, what survives, fidelities.
Figure hidden_figure(const Inspection& in);

/// The entropies over the epochs of a training. @param seeds one list of samples for each training; of
/// several the means over those that have the epoch.
Figure training_figure(const std::vector<std::vector<EntropySample>>& seeds, bool mixed);

/// Draws plots/memory*.{svg,png} and writes inspect.html in the run folder. @returns the page's path. Throws
/// Error where gnuplot is missing, and where a file cannot be written.
std::filesystem::path write_inspection(const std::filesystem::path& folder, const Inspection& in);

}  // namespace ebit::train
