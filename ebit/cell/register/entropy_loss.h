// Entanglement as a part of what a training minimises.
#pragma once

#include <optional>
#include <span>

#include "ebit/cell/register/register_options.h"

namespace ebit::inline cell {

/// What is added to a loss for the ancilla's entropy S of every sample and step: the mean of W (S -
/// target)^2, or without a target of -W S, so that W > 0 rewards entanglement and W < 0 punishes it.
struct EntropyLoss {
  double weight = 0;             ///< W; 0: nothing is added
  std::optional<double> target;  ///< in units of the entropy, from 0 to its largest value for these registers
};

/// Throws Error unless `loss` is one for that cell: finite numbers, W > 0 with a target, a target that can be
/// reached, and a cell that gives an entropy.
void check_entropy_loss(const EntropyLoss& loss, const RegisterOptions& cell);

/// What is added for entropies [B, T]. @param d_entropy its derivative, [B, T], written.
template <class T>
double entropy_loss(const EntropyLoss& loss, std::span<const T> entropy, T* d_entropy);

}  // namespace ebit::inline cell
