// The entry of ebit-torch: the same commands as `ebit`, and what libtorch computes.
#include "ebit/bench/torch_peers.h"
#include "ebit/cmd/command.h"
#include "ebit/torch/backend.h"
#include "ebit/torch/bench_restatement.h"

int main(int argc, char** argv) {
  using ebit::nn::Circuits;
  ebit::nn::add_torch_backend();
  // torch splits sums by thread, so that its results would depend on their number.
  ebit::nn::set_single_threaded();
  ebit::bench::set_torch_peers({.set_threads = ebit::nn::set_torch_threads,
                                .complex_gates = ebit::nn::restated_losses<Circuits::kComplexGates>,
                                .real_gates = ebit::nn::restated_losses<Circuits::kRealGates>,
                                .folded = ebit::nn::restated_losses<Circuits::kFolded>});
  return ebit::cmd::run_program(ebit::cmd::commands(), {argv + 1, argv + argc});
}
