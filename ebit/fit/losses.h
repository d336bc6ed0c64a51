// The table of losses, on plain arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace ebit::fit {

/// Mean loss over `count` true values and their predictions, one each; of the loss of quantiles [count, Q],
/// one for each of the Q `levels` (none: the median alone). Writes its derivative with respect to the
/// predictions where `d_prediction` is not null. @returns the loss, rounded to T as a tensor's would be.
template <class T>
using FlatLoss = double (*)(std::size_t count, const T* prediction, const T* truth, T* d_prediction,
                            std::span<const double> levels);

/// A row of the table of losses of numbers.
struct LossRow {
  std::string_view name;   ///< as written in options, for example "mse"
  std::string_view help;   ///< one line
  FlatLoss<double> wide;   ///< float64
  FlatLoss<float> narrow;  ///< float32
};

/// The loss whose predictions are quantiles: the mean over levels q and true values y of max(q e, (q - 1) e)
/// with e = y - prediction, least where a share q of true values lies below (Koenker and Bassett 1978,
/// Econometrica 46, 33-50).
inline constexpr std::string_view kQuantileLoss = "quantile";

/// Throws Error for levels of quantiles that are not between 0 and 1, not in ascending order, or without 0.5,
/// which is what a model forecasts where one number is asked.
void check_levels(std::span<const double> levels);

/// All losses: mse, mae, huber, quantile.
std::span<const LossRow> losses();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const LossRow& find_loss(std::string_view name);

/// Mean cross-entropy in nats of logits [rows, classes] against labels [rows], each below `classes`; rows
/// with a label below 0 do not count. @param d_logits [rows, classes], written; may be null.
/// @returns the sum over the rows that count; the derivative is that of sum / `terms`.
template <class T>
double cross_entropy(std::size_t rows, std::size_t classes, const T* logits, const std::int64_t* labels,
                     double terms, T* d_logits);

/// A row of the table of losses of classes: what is lost where a model gives the classes probabilities p.
struct ClassLossRow {
  std::string_view name;    ///< as written in options, for example "cross-entropy"
  std::string_view help;    ///< one line
  std::string_view source;  ///< the paper; may be empty
  /// @param slope [classes] the derivatives with respect to p, written; may be null.
  double (*loss)(std::size_t classes, const double* p, std::size_t label, double* slope);
};

/// All losses of classes: cross-entropy, rvqe.
std::span<const ClassLossRow> class_losses();

/// The row called `name`. Throws Error with the nearest name for one that is not there.
const ClassLossRow& find_class_loss(std::string_view name);

/// As cross_entropy() by that loss, of probabilities or, where `logits`, of their softmax.
/// @param scratch grows to two numbers a class.
template <class T>
double class_loss(const ClassLossRow& row, bool logits, std::size_t rows, std::size_t classes,
                  const T* numbers, const std::int64_t* labels, double terms, T* d_numbers,
                  std::vector<double>& scratch);

}  // namespace ebit::fit
