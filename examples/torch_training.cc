// A quantum LSTM as a libtorch module inside a network and a training loop of one's own: Daskin's register
// cell (arXiv:2505.06774) with a linear head, Adam, and a sine to predict.
//
// Needs ebit::torch.
#include <torch/torch.h>

#include <cstdio>
#include <exception>

#include "ebit/torch/cell_module.h"

namespace {

// The network is the user's: the quantum memory is one module in it, beside any others.
struct NetImpl : torch::nn::Module {
  NetImpl() {
    ebit::RegisterOptions cell;
    cell.system = 2;
    cell.ancilla = 2;
    cell.features = 1;
    cell.hidden = "collapse";
    cell.readout = {"Z0", "Z1"};
    memory = register_module("memory", ebit::nn::CellModule(cell));
    head = register_module("head", torch::nn::Linear(memory->features(), 1));
    head->to(torch::kFloat64);  // the cell's parameters are float64 unless told otherwise
  }

  torch::Tensor forward(const torch::Tensor& x) {
    const torch::Tensor y = memory->forward(x).features;  // [B, 1, 2]: once, after the last step
    return head->forward(y.select(1, 0));
  }

  ebit::nn::CellModule memory{nullptr};
  torch::nn::Linear head{nullptr};
};
TORCH_MODULE(Net);

}  // namespace

int main() try {
  constexpr int kWindow = 8, kEpochs = 40;
  torch::manual_seed(1);

  const auto series = 0.8 * torch::sin(0.25 * torch::arange(64, torch::kFloat64));
  const auto windows = series.unfold(0, kWindow + 1, 1);                    // [B, T + 1]
  const auto x = windows.slice(1, 0, kWindow).unsqueeze(-1).contiguous();   // [B, T, 1]
  const auto target = windows.slice(1, kWindow, kWindow + 1).contiguous();  // [B, 1]

  Net net;
  torch::optim::Adam optimizer(net->parameters(), torch::optim::AdamOptions(0.05));
  double first = 0, last = 0;
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    optimizer.zero_grad();
    const auto loss = torch::mse_loss(net->forward(x), target);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (epoch == 1) first = last;
    if (epoch == 1 || epoch % 10 == 0) std::printf("epoch %3d  loss %.6f\n", epoch, last);
  }
  std::printf("loss %.6f -> %.6f\n", first, last);
  return last < 0.5 * first ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "torch_training: %s\n", error.what());
  return 1;
}
