// Everything that decides how a model is trained; each field is an option of `ebit train`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ebit::fit {

/// Settings of the optimizers; each row of the table uses the ones it knows.
struct OptimizerOptions {
  double lr = 0.01;           ///< learning rate, above 0
  double momentum = 0.0;      ///< sgd and rmsprop; 0: none
  double weight_decay = 0.0;  ///< L2 penalty (adamw: decoupled), 0 or more
  double beta1 = 0.9;         ///< adam and adamw: decay of the mean of the gradient, in [0, 1)
  double beta2 = 0.999;       ///< adam and adamw: decay of the mean of its square, in [0, 1)
  double alpha = 0.99;        ///< rmsprop: decay of the mean of the squared gradient, in [0, 1)
  double epsilon = 1e-8;      ///< adam, adamw, rmsprop: added to the denominator
};

/// Settings of the learning-rate schedules; each row of the table uses the ones it knows.
struct ScheduleOptions {
  std::string name = "none";  ///< a row of the schedule table
  int step = 30;              ///< step: epochs between two drops
  double gamma = 0.5;         ///< step and plateau: factor of a drop, in (0, 1]
  int patience = 10;          ///< plateau: epochs without improvement before a drop
};

/// How a model is trained.
struct TrainOptions {
  int epochs = 100;                                         ///< passes over the training examples, at least 1
  int batch = 5;                                            ///< examples a step, at least 1
  std::string optimizer = "adam";                           ///< a row of the optimizer table
  OptimizerOptions optimizer_options = OptimizerOptions();  ///< learning rate and the rest
  ScheduleOptions schedule = ScheduleOptions();             ///< of the learning rate
  double clip = 0.0;                                        ///< largest norm of the gradient; 0: no clipping
  std::string loss = "mse";                                 ///< a row of the loss table
  std::vector<double> quantiles = {0.05, 0.5, 0.95};        ///< loss "quantile": the levels
  int patience = 0;  ///< stop after this many epochs without a better validation loss; 0: never
  int plateau = 0;   ///< stop when the validation loss of so many epochs is that of as many before; 0: never
  int min_epochs = 0;        ///< never stop early before this many epochs
  int validate_every = 1;    ///< epochs from a validation to the next; the last epoch has one too
  double stop_below = 0.0;   ///< end when a validation loss lies below; 0: never
  bool restore_best = true;  ///< end with the weights of the best validation epoch, not of the last one
  bool shuffle = true;       ///< examples in a new random order every epoch, a function of (seed, epoch)
  std::uint64_t seed = 1;    ///< order and draws are functions of it
};

}  // namespace ebit::fit
