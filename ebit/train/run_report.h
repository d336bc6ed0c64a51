// Plots and the page of a finished run.
#pragma once

#include <filesystem>

#include "ebit/train/config.h"
#include "ebit/train/forecast.h"
#include "ebit/train/run.h"

namespace ebit::train {

/// Draws plots/{loss,predictions,residuals,scatter,comparison}.{png,svg} (one of the three in the middle a
/// target) and writes report.html, one page with all of it and the settings. Throws Error where gnuplot is
/// missing or a file cannot be written.
void write_report(const RunResult& result, const Config& config);

/// Draws plots/forecast.{png,svg} (one a target) of a forecast after the end of `series`.
void plot_forecast(const std::filesystem::path& folder, const Series& series, const Forecast& forecast);

}  // namespace ebit::train
