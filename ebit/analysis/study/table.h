// What the studies' tables and figures share.
#pragma once

#include <string>
#include <vector>

#include "ebit/analysis/study/trainings.h"

namespace ebit::analysis {

/// Rows of flat objects as CSV; the columns are the keys in the order in which they first appear, null is an
/// empty cell.
std::string rows_csv(const std::vector<Json>& rows);

/// A column of a study's own in the summary table.
struct StudyColumn {
  std::string heading;             ///< with its unit
  std::vector<std::string> cells;  ///< one a variant
};

/// The summary of a trained study: one line a variant (parameters, RMSE on the training and the judged part,
/// seconds a training, the study's own columns), then the baselines. The least mean RMSE of all is marked.
TextTable summary_table(const std::vector<TrainedVariant>& variants, const std::string& title,
                        const std::string& heading, const std::vector<StudyColumn>& columns);

/// The data of a study in one line: source, rows, windows of the parts, window length.
std::string data_text(const Dataset& dataset);

/// Values over what is varied: a dot for each seed, the mean on top, and horizontal lines.
struct SeedsFigure {
  std::string title, /**< above */ x_label, /**< below */ y_label;  ///< with unit
  std::vector<std::string> names;                                   ///< [V] along the x axis
  std::vector<std::vector<double>> values;                          ///< [V][seeds]
  bool joined = false;  ///< the x axis has an order: the means are joined by a line
  std::vector<std::pair<std::string, double>> levels;  ///< baselines: name and value
};

/// Drawn.
Figure seeds_figure(const SeedsFigure& wanted);

/// The judged RMSE of every variant and seed over what is varied, with the mean RMSE of each baseline.
Figure error_figure(const std::vector<TrainedVariant>& variants, const std::string& x_label, bool joined);

/// A sentence on the judged RMSE of the best variant (by mean over seeds) against another one and against
/// each baseline; whether their seeds overlap is said, too.
std::vector<std::string> error_findings(const std::vector<TrainedVariant>& variants);

}  // namespace ebit::analysis
