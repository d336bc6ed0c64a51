// What the benchmark races against in libtorch. The benchmark itself knows no libtorch: a program that
// carries it says so here, and in any other these races are left out.
#pragma once

#include <span>
#include <vector>

#include "ebit/cell/register/register_options.h"
#include "ebit/data/dataset.h"
#include "ebit/fit/options.h"

namespace ebit::bench {

/// The losses of the first `epochs` epochs of a training of `cell`, read after the last step without a head,
/// from these parameters (as its segments have them) on these windows.
using RestatedLosses = std::vector<double> (*)(const RegisterOptions& cell,
                                               std::span<const double> parameters, const Windows& windows,
                                               const fit::TrainOptions& options, int epochs);

/// The paper's training in plain torch operations, as a user without ebit would write it.
struct TorchPeers {
  void (*set_threads)(int count) = nullptr;  ///< of torch
  RestatedLosses complex_gates = nullptr;    ///< gate by gate on complex states
  RestatedLosses real_gates = nullptr;       ///< the same on real states, CNOT rings as permutations
  RestatedLosses folded = nullptr;           ///< one real matrix a training step
};

/// Says that this program carries libtorch.
void set_torch_peers(const TorchPeers& peers);

/// What was set; null: this program has no libtorch.
const TorchPeers* torch_peers();

}  // namespace ebit::bench
