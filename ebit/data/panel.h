// The series of a panel split, scaled and cut, each by itself.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/data/dataset.h"
#include "ebit/data/load.h"

namespace ebit::inline data {

std::span<const Choice> unusable_table();  ///< "error", "drop"

/// A panel as a model sees it.
struct PanelDatasets {
  std::vector<Dataset> series;        ///< of each series that can be used
  std::vector<std::string> left_out;  ///< why others cannot, a line each
};

/// Makes a dataset of each series with its own parts, scalers and windows, as make_dataset(); `options` has
/// one entry a series, equal but for the shares. In common are
/// - the texts of `categories`: those of all training parts;
/// - the scaler of a feature that is constant on the training rows of a series (no spread to scale by): it is
///   fitted on the training rows of all;
/// - what is known ahead: features with one value in all rows of each series are, see DatasetOptions::fixed.
///
/// Throws Error where a series cannot be used (too short for a window in each part, no row in one, a constant
/// target), naming it and how many others, unless `unusable` is "drop"; where none is left; and for a split
/// other than by time.
PanelDatasets make_panel(const Panel& panel, std::span<const DatasetOptions> options,
                         const std::string& unusable);

}  // namespace ebit::inline data
