// From a series to what a model trains on: split, scaled, cut into windows.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/data/category.h"
#include "ebit/data/scaler.h"
#include "ebit/data/series.h"
#include "ebit/data/transform.h"

namespace ebit::inline data {

std::span<const Choice> split_table();     ///< "time", "windows", "random"
std::span<const Choice> boundary_table();  ///< "inside", "across"
std::span<const Choice> scale_on_table();  ///< "train", "leak-whole-series", "leak-each-part"

/// Which steps behind a window are predicted.
struct StepsAhead {
  int horizon = 1;     ///< predict the value this many steps after the window's last row
  int first_step = 0;  ///< above 0: predict all steps from this one to `horizon` at once; 0: `horizon` alone

  std::size_t first() const {
    return static_cast<std::size_t>(first_step > 0 ? first_step : horizon);
  }                                                                                      ///< step
  std::size_t steps() const { return static_cast<std::size_t>(horizon) + 1 - first(); }  ///< S, how many
};

/// How a series becomes windows. Every field is an option of `ebit train`.
struct DatasetOptions : StepsAhead {
  std::vector<std::string> targets;   ///< columns to predict; [O], at least one
  std::vector<std::string> features;  ///< columns the model sees; [F]; empty: the targets
  int window = 10;                    ///< time steps of a window, T
  int stride = 1;                     ///< rows between the starts of consecutive windows
  double train = 0.7;                 ///< share of the rows for training
  double validation = 0.1;            ///< share of the rows for validation, may be 0; the rest is for testing
  std::string split = "time";         ///< a row of split_table()
  std::string boundary = "inside";    ///< a row of boundary_table(); "inside" is the paper's code
  std::string scaler = "minmax-sym";  ///< a row of scaler_table()
  std::string scale_on = "train";     ///< a row of scale_on_table(); the others are the sources' leaking ways
  std::uint64_t seed = 0;             ///< of the random split
  std::string test_from;              ///< time of the first test row, split by time; empty: by shares
  std::vector<std::string> calendar;  ///< rows of calendar_table(): features made of the time, known ahead
  std::vector<std::string> future;  ///< columns known ahead: features seen `horizon` rows ahead of the others
  std::vector<std::string>
      categories;                  ///< columns of text: features of 0 and 1, one a text of the training part
  std::vector<std::string> fixed;  ///< columns of one value in all rows, of a panel's series: known ahead
  std::vector<std::string> transform;  ///< rows of transform_table(), of the targets before they are scaled
  int season = 1;                      ///< rows of a season, for the transform
};

/// Windows of one part, scaled. Windows overlap, so that each row is kept once; sample i predicts row
/// target_row[i] of the series, and with several steps ahead the S - 1 rows before it too.
struct Windows {
  std::size_t count = 0;                ///< samples, B
  std::size_t steps = 0;                ///< T
  std::size_t features = 0;             ///< F
  std::size_t outputs = 0;              ///< numbers predicted of a window: S * O, step by step
  std::vector<double> rows;             ///< [R, F] scaled rows that the windows are cut from
  std::vector<std::size_t> first_row;   ///< [B] where in `rows` each window begins
  std::vector<double> y;                ///< [B, S, O] scaled
  std::vector<std::size_t> target_row;  ///< [B] row of the series that the last step of y is
  std::size_t ahead = 1;                ///< S, steps that are predicted

  /// The row of the series that step s of sample i is, s below `ahead`.
  std::size_t row(std::size_t i, std::size_t s) const { return target_row[i] + s + 1 - ahead; }

  /// What the model sees of sample i: [T, F].
  std::span<const double> x(std::size_t i) const {
    return std::span(rows).subspan(first_row[i] * features, steps * features);
  }
  /// Copies x(i) to T * F numbers of any precision.
  template <class T>
  void copy(std::size_t i, T* to) const {
    std::ranges::transform(x(i), to, [](double value) { return static_cast<T>(value); });
  }
  /// Every sample as one flat array [B, T, F]: T times the size of the rows, for windows one row apart.
  /// Throws Error where the machine has not so much memory left.
  std::vector<double> all_x() const;
};

/// Windows that share no row: sample i is x[i], y[i] of the flat arrays [B, T, F] and [B, O]. They predict no
/// row of a series: target_row is empty. Throws Error where the sizes of the arrays do not agree.
Windows separate_windows(std::size_t steps, std::size_t features, std::size_t outputs, std::vector<double> x,
                         std::vector<double> y);

/// What the series of a panel have in common; each finds the rest in its own training rows.
struct Shared {
  std::map<std::string, Scaler> scalers = {};  ///< of some features, by name
  std::vector<Category> categories = {};       ///< of all columns of text; empty: found
};

/// A series split, scaled and cut. The scalers were fitted as `options.scale_on` says, by default on the
/// training rows only; scalers[part][c] belongs to column c of `series` (one part for all unless
/// leak-each-part).
struct Dataset {
  Series series;           ///< the columns used, targets first, unscaled
  DatasetOptions options;  ///< as given, but targets and features by their names in `series`
  Windows train, /**< part 0 */ validation, /**< part 1, count 0 where its share is 0 */ test;  ///< part 2
  std::vector<std::size_t> target_columns;   ///< [O] columns of `series`
  std::vector<std::size_t> feature_columns;  ///< [F] columns of `series`
  /// [F] whether a feature is known ahead: at step t of a window it is that of row t + horizon, so that the
  /// last step has the one beside the target.
  std::vector<bool> ahead;
  /// [1 or 3][C]: one set of scalers for all parts, or one each for train, validation, test (leak-each-part).
  std::vector<std::vector<Scaler>> scalers;
  std::vector<Category> categories = {};  ///< of the columns of text, whose features stand in `series`
  Transform transform = {};               ///< of the targets: what is scaled; `series` is before it
  /// Split by time: part p holds rows [part_begin[p], part_begin[p + 1]) of `series`; else {0, 0, 0, N}.
  std::array<std::size_t, 4> part_begin{};

  /// The scaler of target `output` in `part` (0 train, 1 validation, 2 test).
  const Scaler& target_scaler(std::size_t part, std::size_t output) const {
    return scalers[scalers.size() == 1 ? 0 : part][target_columns[output]];
  }
};

/// Splits, scales and cuts a series.
///
/// Split by time: of N rows the first floor(N * train) are for training, validation ends at row
/// floor(N * (train + validation)), and the rest is for testing; a part of share 0 has no windows. A window
/// starts at row s, its last row is s + window - 1 and its target s + window - 1 + horizon (with `first_step`
/// it has all targets from s + window - 1 + first_step on). "inside": all of
/// these lie in one part, so that a part of n rows has n - window - horizon + 1 windows (stride 1). "across":
/// the target lies in the part, the window may reach back before it, so that every row of a later part is
/// predicted.
///
/// With `test_from`, testing begins at the first row whose time is not before it (a number as the file writes
/// numbers or with a point; a date such as 03/04/2024 in the order of the file's dates); of the rows before
/// it the share validation / (train + validation), the last ones, is for validation.
///
/// Columns known ahead (`future`, and those of `calendar`, which are left unscaled) are features, in addition
/// to `features`, or to the targets where that is empty; so are the columns that are made of texts.
///
/// `transform` is that of the targets before they are scaled, see Transform; its first rows are in no window.
///
/// Split at random: the windows of the whole series are drawn by seed, floor(count * train) for training, and
/// so on; each part keeps them in the order of time. Windows of different parts then share rows: the sources
/// do this, and it flatters every model. `boundary` has no meaning here.
///
/// Split by windows: all windows but the last in the order of time, floor(count * train) for training, and so
/// on (Chen 2024 and Fellner et al. 2025 divide so, and leave the last one out). A window and its target may
/// hold rows of the part before. `boundary` has no meaning here either.
///
/// Scalers are fitted on the rows [0, train rows), or else on every row that a training window or its
/// target touches. "leak-whole-series" fits on all rows; "leak-each-part" fits one set a part, on the rows of
/// that part.
///
/// Throws Error for a column that is not there (nearest name suggested), a target that is constant on the
/// training rows, a part too short for one window, shares outside (0, 1] (validation: [0, 1)) or above 1
/// together, sizes below 1, a `test_from` that leaves a part without rows, is no time, or could be two dates
/// where those of the file are written year first, an unknown choice (nearest suggested), and values that are
/// not finite.
Dataset make_dataset(const Series& series, const DatasetOptions& options, const Shared& shared = {});

/// The columns that `fitted` used, of another series: its own by name, those of texts, and those of the
/// calendar. Throws Error for one that is not there, and for a text that was not in the training part.
Series as_fitted(const Series& series, const Dataset& fitted);

/// A series of as_fitted() with its targets behind the transform; the rows that this takes are left out.
Series as_seen(const Series& series, const Dataset& fitted);

/// All windows of a series under scalers fitted before, for evaluating and forecasting on other data: the
/// columns that `fitted` used, found by name in `series`, its window, horizon and stride, the scalers of its
/// training part. target_row counts in `series`. Throws Error for a column that is not there and a series too
/// short for one window.
Windows windows_of(const Series& series, const Dataset& fitted);

/// Targets or predictions [B, O] or [B, S, O] of some windows, back on the scale of the series. @param part
/// whose scalers are taken: 0 train, 1 validation, 2 test.
std::vector<double> unscaled(const Dataset& dataset, std::size_t part, const Windows& windows,
                             std::span<const double> scaled);

/// A value of target `output` in a row of the series as the model sees it: transformed and scaled.
double seen_value(const Dataset& dataset, std::size_t part, std::size_t output, std::size_t row,
                  double value);

}  // namespace ebit::inline data
