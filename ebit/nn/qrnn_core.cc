#include "ebit/nn/qrnn_core.h"

#include <fmt/format.h>

#include "ebit/nn/controlled_rnn.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

class QrnnCore : public SequenceCore {
 public:
  explicit QrnnCore(const CoreOptions& options)
      : rnn_(register_module("rnn", ControlledRNN(cell_of(options)))) {}

  CoreOutput forward(const Tensor& x, const Tensor& lengths, const CoreState& state) override {
    const auto before = state.empty() ? ControlledState{} : ControlledState{state.at(0), state.at(1)};
    auto [z, after] = rnn_->forward(x, lengths, before);
    // Past a sequence's end the module repeats its last readouts.
    if (lengths.defined()) z = z * step_mask(lengths, x.size(1)).unsqueeze(2);
    return {z, {after.psi, after.z}};
  }

  int inputs() const override { return rnn_->options().inputs; }
  int features() const override { return static_cast<int>(rnn_->outputs()); }
  void seed_draws(std::uint64_t seed, std::uint64_t position) override { rnn_->seed_draws(seed, position); }

  std::string summary() const override {
    const ControlledOptions& o = rnn_->options();
    return fmt::format("qrnn, {} qubits, {} layer{} of {}, {} readouts", o.qubits, o.layers,
                       o.layers == 1 ? "" : "s", o.custom_ansatz ? o.custom_ansatz->name : o.ansatz,
                       features());
  }

 private:
  static ControlledOptions cell_of(const CoreOptions& options) {
    ControlledOptions cell = options.qrnn;
    cell.inputs = options.inputs;
    return cell;
  }

  ControlledRNN rnn_;
};

}  // namespace

std::shared_ptr<SequenceCore> make_qrnn_core(const CoreOptions& options) {
  return std::make_shared<QrnnCore>(options);
}

}  // namespace ebit::nn
