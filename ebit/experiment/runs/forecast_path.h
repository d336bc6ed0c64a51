// One training runs on behind the end of a series, in the units that the model sees. Included by forecast.cc
// alone.
#pragma once

#include <cstddef>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/experiment/runs/run.h"

namespace ebit::experiment {

/// A series in the model's units; grows by predictions. What is known ahead reaches as far as it is known.
struct Scaled {
  std::vector<std::vector<double>> features;  ///< [F][rows]
  std::vector<std::ptrdiff_t> target_of;      ///< [F] the target that continues a feature, or -1
  std::vector<std::size_t> shift;             ///< [F] rows that a feature is seen ahead
};

/// `series` as the model sees it, `known` (see known_ahead()) behind it.
Scaled scale_features(const Dataset& fitted, const Series& series, const Series& known);

/// The same where only the first `rows` are known, and what is known ahead for `steps` more.
Scaled first_rows(const Scaled& whole, std::size_t rows, std::size_t steps);

/// The first rows of a series.
Series first_rows(const Series& whole, std::size_t rows);

/// Answers of one training, a row a step. The ends are those of the outer quantiles that it predicts, or else
/// the points themselves.
struct Path {
  std::vector<std::vector<double>> point;  ///< [S][O]
  std::vector<std::vector<double>> low;    ///< [S][O]
  std::vector<std::vector<double>> high;   ///< [S][O]
  bool quantiles = false;                  ///< the ends are others than the points
};

/// So many steps must be computed for `steps` to be had: what is known ahead is seen for a horizon at a time.
std::size_t whole_steps(const Dataset& fitted, std::size_t steps);

/// The next `steps` behind row `rows` - 1, scaled.
Path run_model(const TrainedModel& trained, const Dataset& fitted, Scaled scaled, std::size_t rows,
               std::size_t steps);

/// A path behind `series` in the data's units, [S, O].
struct RestoredPath {
  std::vector<double> point, /**< [S, O] */ low, /**< [S, O] */ high;  ///< [S, O]
};
RestoredPath restored(const Dataset& fitted, const Series& series, const Path& path);  ///< of a scaled path

}  // namespace ebit::experiment
