// The figures of a training run, from plain vectors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ebit/report/plot.h"

namespace ebit::inline report {

/// The losses of one training, one value an epoch.
struct LossHistory {
  std::vector<double> train;              ///< [epochs]
  std::vector<double> validation;         ///< [epochs], or empty where there was no validation part
  std::optional<std::size_t> best_epoch;  ///< 0-based epoch whose weights were kept
};

/// Losses over epochs (counted from 1). One history: lines, and the best epoch marked. Several (one a seed,
/// the lengths may differ): the mean as a line in a band from the least to the greatest. Logarithmic where
/// the greatest loss is more than ten times the least and all are positive.
Figure loss_figure(const std::vector<LossHistory>& seeds, std::string title, std::string loss_name = "loss");

/// The predictions for one part of a series.
struct PredictedPart {
  std::string name;               ///< "training", "validation", "test"
  std::vector<std::size_t> rows;  ///< [M] rows of the series that were predicted, any order
  std::vector<double> predicted;  ///< [M] in units of the data
  std::vector<double> low;        ///< [M] lower end of a band, or empty
  std::vector<double> high;       ///< [M] upper end of a band, or empty
  std::string band = {};          ///< what the band is, in the legend
};

/// A series and what a model said about it.
struct PredictedSeries {
  std::string name;                  ///< of the variable, with its unit where known: "Temp (°C)"
  std::vector<std::string> times;    ///< [N] time labels as in the source
  std::vector<double> truth;         ///< [N]
  std::vector<PredictedPart> parts;  ///< at least one
  std::string date_order = {};       ///< how `times` are read, see date_order_of()
};

/// Truth and predictions over time. Parts that follow each other are drawn as lines over shaded stretches;
/// parts that are mixed (a random split) as dots. Throws Error for rows outside the series and unequal
/// lengths.
Figure prediction_figure(const PredictedSeries& series, std::string title);

/// Residuals (predicted - truth): over time, and as a histogram of the last part.
Sheet residual_sheet(const PredictedSeries& series, std::string title);

/// Predicted against true values, one dot a row, with the diagonal of perfect prediction.
Figure scatter_figure(const PredictedSeries& series, std::string title);

/// The end of a series and its continuation.
struct ForecastSeries {
  std::string name;                       ///< of the variable, with its unit where known
  std::vector<std::string> times;         ///< [N] labels of the known rows
  std::vector<double> truth;              ///< [N]
  std::vector<std::string> future_times;  ///< [S] labels of the forecast rows
  std::vector<double> forecast;           ///< [S]
  std::vector<double> low;                ///< [S] lower end of the spread, or empty
  std::vector<double> high;               ///< [S] upper end of the spread, or empty
  std::vector<double> actual;             ///< [S] what came to be, where known, or empty
  std::string band = {};                  ///< what the spread is, in the legend
  std::string date_order = {};            ///< how times are read, see date_order_of()
};

/// The last rows (`tail`; 0: five times the forecast, at least 30) and the forecast joined to them.
Figure forecast_figure(const ForecastSeries& series, std::string title, std::size_t tail = 0);

/// One bar of a comparison.
struct ComparedModel {
  std::string name;        ///< with what tells it apart, for example its parameter count
  double value = 0;        ///< the metric; NaN where there is none
  double spread = 0;       ///< standard deviation over seeds, 0 for none
  bool highlight = false;  ///< the model the run is about; the others are its baselines
};

/// One horizontal bar a model, in the order given, with its value written at the end.
Figure comparison_figure(const std::vector<ComparedModel>& models, std::string title, std::string metric);

}  // namespace ebit::inline report
