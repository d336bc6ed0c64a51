// Exhibits on a page of a run.
#pragma once

#include <filesystem>

#include "ebit/experiment/problem.h"
#include "ebit/report/page.h"

namespace ebit::experiment {

/// Puts an exhibit on a page: a picture, which is also drawn into plots/NAME.svg and plots/NAME.png of the
/// run `folder`, or a text with its caption above it. Throws Error where gnuplot is missing or a file cannot
/// be written.
void show(const Exhibit& exhibit, const std::filesystem::path& folder, Page& page);

/// A figure as an exhibit.
Exhibit exhibit_of(std::string name, const Figure& figure, std::string caption);

}  // namespace ebit::experiment
