// The paper's model in plain torch operations, as a user without ebit would write it: what `ebit bench` races
// against.
#pragma once

#include <span>
#include <vector>

#include "ebit/cell/register/register_options.h"
#include "ebit/data/dataset.h"
#include "ebit/fit/options.h"

namespace ebit::nn {

/// How the restatement runs its circuits.
enum class Circuits {
  kComplexGates,  ///< complex [B, 2^n] states; each RY by einsum, each CNOT as a permutation: works for any
                  ///< gate
  kRealGates,     ///< the same on real states, since RY, CNOT and the inputs are real; a CNOT ring as one
                  ///< permutation
  kFolded,  ///< U_dis U_en as one real matrix a training step, of Kronecker products; a product a time step
};

/// Trains the register cell of preset daskin-collapse, batched, in torch operations alone: amplitudes
/// [B, 2^n], autograd through every one of them, torch's Adam.
/// @param parameters as the segments of the cell have them. @param windows the training part.
/// @returns the mean loss of each epoch, batches in the order of fit::epoch_batches().
/// Throws Error for a cell other than that preset's kind (linear-amplitude, basic-entangler-ry, flipped,
/// collapse, Z of the last system wire) and for another optimizer than adam or loss than mse.
template <Circuits circuits>
std::vector<double> restated_losses(const RegisterOptions& cell, std::span<const double> parameters,
                                    const Windows& windows, const fit::TrainOptions& options, int epochs);

/// The threads of torch's own operations.
void set_torch_threads(int count);

}  // namespace ebit::nn
