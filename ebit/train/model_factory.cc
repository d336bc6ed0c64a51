#include "ebit/train/model_factory.h"

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/nn/baselines.h"
#include "ebit/train/register_kind.h"

namespace ebit::train {
namespace {

// The quantum model, and the libtorch models as kinds of their own.
std::vector<ModelKind> built_in_kinds() {
  std::vector<ModelKind> kinds = {register_kind()};
  for (const nn::BaselineRow& row : nn::baseline_table()) {
    kinds.push_back(
        {std::string(row.name), std::string(row.help), [&row](const Config& c, int features, int outputs) {
           return nn::make_baseline(row.name, {.features = features,
                                               .outputs = outputs,
                                               .window = c.data.dataset.window,
                                               .hidden = c.model.hidden_size,
                                               .layers = c.model.layers,
                                               .stateful = c.train.stateful});
         }});
  }
  return kinds;
}

std::vector<ModelKind>& all_kinds() {
  static std::vector<ModelKind> kinds = built_in_kinds();
  return kinds;
}

}  // namespace

const std::vector<ModelKind>& model_kinds() { return all_kinds(); }

void add_model_kind(ModelKind kind) {
  std::vector<ModelKind>& kinds = all_kinds();
  std::erase_if(kinds, [&](const ModelKind& other) { return other.name == kind.name; });
  kinds.push_back(std::move(kind));
}

std::shared_ptr<nn::SequenceModel> make_model(const Config& config, int features, int outputs,
                                              std::uint64_t seed) {
  for (const ModelKind& kind : all_kinds()) {
    if (kind.name != config.model.kind) continue;
    torch::manual_seed(seed);
    auto model = kind.make(config, features, outputs);
    model->to(dtype_of(config));
    return model;
  }
  fail("no model kind is called '{}'{}", config.model.kind,
       suggestion(config.model.kind, names_of(all_kinds())));
}

torch::Dtype dtype_of(const Config& config) {
  return config.model.dtype == "float32" ? torch::kFloat32 : torch::kFloat64;
}

}  // namespace ebit::train
