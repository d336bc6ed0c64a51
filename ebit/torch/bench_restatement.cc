#include "ebit/torch/bench_restatement.h"

#include <torch/optim/adam.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <memory>

#include "ebit/base/error.h"
#include "ebit/cell/cells.h"
#include "ebit/fit/batches.h"

namespace ebit::nn {
namespace {

using torch::Tensor;

// Which amplitude each one comes from behind CNOT(control, target), [2^wires].
Tensor cnot(int wires, int control, int target) {
  const Tensor i = torch::arange(std::int64_t{1} << wires);
  const Tensor controlled =
      torch::bitwise_and(torch::floor_divide(i, std::int64_t{1} << (wires - 1 - control)), 1);
  return torch::bitwise_xor(i, controlled * (std::int64_t{1} << (wires - 1 - target)));
}

// CNOT(0, 1), CNOT(1, 2), ... and, of three wires or more, CNOT(n-1, 0): one by one, or as one permutation.
std::vector<Tensor> cnot_ring(int wires, bool as_one) {
  std::vector<Tensor> ring;
  for (int q = 0; q < (wires > 2 ? wires : wires - 1); ++q) ring.push_back(cnot(wires, q, (q + 1) % wires));
  if (!as_one) return ring;
  Tensor all = ring[0];
  for (std::size_t k = 1; k < ring.size(); ++k) all = all.index_select(0, ring[k]);
  return {all};
}

// RY matrices of all angles, [layers, wires, 2, 2].
Tensor ry(const Tensor& theta) {
  const Tensor c = torch::cos(theta / 2), s = torch::sin(theta / 2);
  return torch::stack({torch::stack({c, -s}, -1), torch::stack({s, c}, -1)}, -2);
}

// |a|^2 of every entry.
Tensor squares(const Tensor& a) {
  return a.is_complex() ? torch::view_as_real(a).square().sum(-1) : a.square();
}

Tensor normalised(const Tensor& a, double epsilon) {
  return a / squares(a + epsilon).sum(1, /*keepdim=*/true).sqrt();
}

// Layers of gates one after the other: psi [B, 2^n].
Tensor run_layers(Tensor psi, const Tensor& matrices, const std::vector<Tensor>& entangle) {
  const std::int64_t batch = psi.size(0), size = psi.size(1);
  for (std::int64_t layer = 0; layer < matrices.size(0); ++layer) {
    for (std::int64_t wire = 0; wire < matrices.size(1); ++wire) {
      const Tensor view = psi.reshape({batch << wire, 2, size >> (wire + 1)});
      psi = torch::einsum("ij,bjc->bic", {matrices[layer][wire], view}).reshape({batch, size});
    }
    for (const Tensor& from : entangle) psi = psi.index_select(1, from);
  }
  return psi;
}

// All layers as one matrix that acts on rows, [2^n, 2^n].
Tensor fold_layers(const Tensor& matrices, const std::vector<Tensor>& entangle) {
  Tensor all;
  for (std::int64_t layer = 0; layer < matrices.size(0); ++layer) {
    Tensor u = matrices[layer][0];
    for (std::int64_t wire = 1; wire < matrices.size(1); ++wire) u = torch::kron(u, matrices[layer][wire]);
    u = u.t().contiguous();
    for (const Tensor& from : entangle) u = u.index_select(1, from);
    all = all.defined() ? all.matmul(u) : u;
  }
  return all;
}

class Restatement {
 public:
  Restatement(const RegisterOptions& cell, std::span<const double> parameters,
              const fit::TrainOptions& options, Circuits circuits);

  // One pass over the windows x [N, T, F], y [N, 1]; `epoch` counts from 0. @returns the mean loss over all.
  double epoch(const Tensor& x, const Tensor& y, int epoch);

 private:
  Tensor predict(const Tensor& x);

  int system_, ancilla_;
  double epsilon_;
  Circuits circuits_;
  fit::TrainOptions options_;
  Tensor theta_en_, theta_dis_, weight_, bias_;
  std::vector<Tensor> entangle_;  // behind each layer: amplitude i comes from entry i, [2^n] each
  Tensor sign_;                   // [2^n] eigenvalues of Z on the last system wire
  std::unique_ptr<torch::optim::Adam> adam_;
};

void require_papers_model(const RegisterOptions& cell, const fit::TrainOptions& options) {
  const std::string last = fmt::format("Z{}", cell.system - 1);
  require(cell.encoder == "linear-amplitude" && cell.ansatz == "basic-entangler-ry" && !cell.custom_ansatz &&
              cell.dis == "flipped" && cell.hidden == "collapse" && cell.readout == std::vector{last} &&
              cell.layers_en >= 1 && cell.layers_dis >= 1,
          "the torch restatement is of daskin-collapse's kind of model, not of encoder {}, ansatz {}, hidden "
          "update {}",
          cell.encoder, cell.ansatz, cell.hidden);
  require(options.optimizer == "adam" && options.loss == "mse" && options.clip == 0,
          "the torch restatement trains with adam on mse without clipping, not with {} on {}",
          options.optimizer, options.loss);
}

Restatement::Restatement(const RegisterOptions& cell, std::span<const double> parameters,
                         const fit::TrainOptions& options, Circuits circuits)
    : system_(cell.system),
      ancilla_(cell.ancilla),
      epsilon_(cell.epsilon),
      circuits_(circuits),
      options_(options) {
  const auto made = make_cell<double>(cell);
  require(parameters.size() == made->parameters(), "the cell has {} parameters, not {}", made->parameters(),
          parameters.size());
  for (const Segment& segment : made->segments()) {
    const Tensor numbers = torch::tensor(
        std::vector<double>(parameters.begin() + static_cast<std::ptrdiff_t>(segment.offset),
                            parameters.begin() + static_cast<std::ptrdiff_t>(segment.offset + segment.size)),
        torch::kFloat64);
    for (const auto& [name, own] : {std::pair{"theta_en", &theta_en_},
                                    {"theta_dis", &theta_dis_},
                                    {"encoder_weight", &weight_},
                                    {"encoder_bias", &bias_}})
      if (segment.name == name) *own = numbers.reshape(segment.shape).set_requires_grad(true);
  }
  const int wires = system_ + ancilla_;
  entangle_ = cnot_ring(wires, /*as_one=*/circuits != Circuits::kComplexGates);
  const Tensor index = torch::arange(std::int64_t{1} << wires);
  sign_ = 1 - 2 * torch::bitwise_and(torch::floor_divide(index, std::int64_t{1} << ancilla_), 1)
                      .to(weight_.scalar_type());
  const fit::OptimizerOptions& o = options.optimizer_options;
  adam_ = std::make_unique<torch::optim::Adam>(
      std::vector<Tensor>{theta_en_, theta_dis_, weight_, bias_},
      torch::optim::AdamOptions(o.lr).betas({o.beta1, o.beta2}).eps(o.epsilon).weight_decay(o.weight_decay));
}

double Restatement::epoch(const Tensor& x, const Tensor& y, int epoch) {
  const auto count = static_cast<std::size_t>(x.size(0));
  double sum = 0;
  for (const fit::Batch& batch :
       fit::epoch_batches(count, options_.batch, options_.shuffle, options_.seed, epoch)) {
    const Tensor rows = torch::tensor(batch, torch::kInt64);
    adam_->zero_grad();
    const Tensor loss = torch::mse_loss(predict(x.index_select(0, rows)), y.index_select(0, rows));
    loss.backward();
    adam_->step();
    sum += loss.item<double>() * static_cast<double>(batch.size());
  }
  return sum / static_cast<double>(count);
}

// x [B, T, F] -> Z of the last system wire after the last step, [B, 1].
Tensor Restatement::predict(const Tensor& x) {
  const std::int64_t batch = x.size(0), steps = x.size(1), systems = std::int64_t{1} << system_,
                     ancillas = std::int64_t{1} << ancilla_;
  const bool folded = circuits_ == Circuits::kFolded;
  // U_dis takes its layers' angles in reverse order.
  Tensor matrices = torch::cat({ry(theta_en_), ry(theta_dis_.flip(0))});
  if (circuits_ == Circuits::kComplexGates) matrices = torch::complex(matrices, torch::zeros_like(matrices));
  const Tensor circuit = folded ? fold_layers(matrices, entangle_) : matrices;
  const Tensor amplitudes = x.matmul(weight_.t()) + bias_;  // all steps at once, [B, T, 2^n_s]
  Tensor hidden = torch::zeros({batch, ancillas}, circuit.options());
  hidden.select(1, 0).fill_(1);
  for (std::int64_t t = 0;; ++t) {
    const Tensor system = normalised(amplitudes.select(1, t), epsilon_);
    Tensor psi = (system.unsqueeze(2) * hidden.unsqueeze(1)).reshape({batch, -1});
    psi = folded ? psi.matmul(circuit) : run_layers(psi, circuit, entangle_);
    if (t + 1 == steps) return squares(psi).matmul(sign_).unsqueeze(1);
    const Tensor branches = psi.reshape({batch, systems, ancillas});
    const Tensor outcome = squares(branches.detach()).sum(2).argmax(1);
    const Tensor kept =
        branches.gather(1, outcome.reshape({batch, 1, 1}).expand({batch, 1, ancillas})).squeeze(1);
    hidden = normalised(kept, epsilon_);
  }
}

}  // namespace

template <Circuits circuits>
std::vector<double> restated_losses(const RegisterOptions& cell, std::span<const double> parameters,
                                    const Windows& windows, const fit::TrainOptions& options, int epochs) {
  require_papers_model(cell, options);
  Restatement restatement(cell, parameters, options, circuits);
  const auto size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  const Tensor x = torch::tensor(windows.all_x(), torch::kFloat64)
                       .reshape({size(windows.count), size(windows.steps), size(windows.features)});
  const Tensor y =
      torch::tensor(windows.y, torch::kFloat64).reshape({size(windows.count), size(windows.outputs)});
  std::vector<double> losses;
  for (int e = 0; e < epochs; ++e) losses.push_back(restatement.epoch(x, y, e));
  return losses;
}

void set_torch_threads(int count) { torch::set_num_threads(count); }

#define EBIT_RESTATED(circuits)                                                                           \
  template std::vector<double> restated_losses<circuits>(const RegisterOptions&, std::span<const double>, \
                                                         const Windows&, const fit::TrainOptions&, int)
EBIT_RESTATED(Circuits::kComplexGates);
EBIT_RESTATED(Circuits::kRealGates);
EBIT_RESTATED(Circuits::kFolded);
#undef EBIT_RESTATED

}  // namespace ebit::nn
