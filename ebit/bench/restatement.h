// The paper's model in plain torch operations, as a user without ebit would write it: what workload A is
// raced against.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string_view>
#include <vector>

#include "ebit/nn/register_model.h"
#include "ebit/train/train_options.h"

namespace ebit::bench {

/// How the restatement runs its circuits.
enum class Circuits {
  kComplexGates,  ///< complex [B, 2^n] states; each RY by einsum, each CNOT as a permutation: works for any
                  ///< gate
  kRealGates,     ///< the same on real states, since RY, CNOT and the inputs are real; a CNOT ring as one
                  ///< permutation
  kFolded,  ///< U_dis U_en as one real matrix a training step, of Kronecker products; a product a time step
};

/// The register cell of preset daskin-collapse with its training, batched, in torch operations alone:
/// amplitudes [B, 2^n], autograd through every one of them, torch's Adam.
class Restatement {
 public:
  /// Copies the weights of `model`. Throws Error for a cell other than that preset's kind (linear-amplitude,
  /// basic-entangler-ry, flipped, collapse, Z of the last system wire, no head) and for another optimizer
  /// than adam or loss than mse.
  Restatement(const nn::RegisterModel& model, const train::TrainOptions& options, Circuits circuits);

  /// One pass over the windows in the order that the options' seed gives epoch number `epoch`, from 0.
  /// @param x [N, T, F] scaled, of the model's dtype. @param y [N, 1]. @returns the mean loss over all
  /// windows.
  double epoch(const torch::Tensor& x, const torch::Tensor& y, int epoch);

 private:
  torch::Tensor predict(const torch::Tensor& x);

  int system_, ancilla_;
  double epsilon_;
  Circuits circuits_;
  train::TrainOptions options_;
  torch::Tensor theta_en_, theta_dis_, weight_, bias_;
  std::vector<torch::Tensor> entangle_;  // behind each layer: amplitude i comes from entry i, [2^n] each
  torch::Tensor sign_;                   // [2^n] eigenvalues of Z on the last system wire
  std::unique_ptr<torch::optim::Adam> adam_;
};

}  // namespace ebit::bench
