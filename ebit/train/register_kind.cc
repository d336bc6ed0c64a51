#include "ebit/train/register_kind.h"

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/nn/register_model.h"

namespace ebit::train {

RegisterOptions register_options(const ModelConfig& model, int features) {
  RegisterOptions cell;
  cell.system = model.n_system;
  cell.ancilla = model.n_ancilla;
  cell.features = features;
  cell.encoder = model.encoder;
  cell.ansatz = model.ansatz;
  if (!model.ansatz_file.empty())
    cell.custom_ansatz = parse_ansatz(read_file(model.ansatz_file), model.ansatz_file);
  cell.layers_en = model.layers_en;
  cell.layers_dis = model.layers_dis;
  cell.dis = model.dis;
  cell.hidden = model.hidden;
  cell.readout = model.readout;
  cell.epsilon = model.epsilon;
  cell.gradient = model.gradient;
  cell.engine = model.engine;
  cell.gradient_memory = model.gradient_memory;
  return cell;
}

ModelKind register_kind() {
  return {"register", "quantum register cell: encoder, U_en, U_dis, readout and hidden update",
          [](const Config& config, int features, int outputs) -> std::shared_ptr<nn::SequenceModel> {
            const ModelConfig& model = config.model;
            require(model.init_low <= model.init_high, "--init-low {} is above --init-high {}",
                    model.init_low, model.init_high);
            RegisterOptions cell = register_options(model, features);
            if (config.train.entropy_weight != 0) {
              cell.entropy = config.train.entropy_kind;
              cell.entropy_stage = config.train.entropy_stage;
            }
            const auto rnn =
                nn::RegisterRNNOptions(std::move(cell)).init_low(model.init_low).init_high(model.init_high);
            return nn::RegisterModel(
                       nn::RegisterModelOptions(rnn, outputs)
                           .linear_head(model.head == "linear")
                           .stateful(config.train.stateful)
                           .entropy_loss({config.train.entropy_weight, config.train.entropy_target}))
                .ptr();
          }};
}

}  // namespace ebit::train
