#include "ebit/train/train_step.h"

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/train/native_step.h"
#include "ebit/train/torch_step.h"

namespace ebit::train {
namespace {

constexpr std::string_view kAuto = "auto";

constexpr StepRow kSteps[] = {
    {"native", "flat arrays and no graph: register cells with or without a linear head", native_obstacle,
     make_native_step},
    {"torch", "libtorch's autograd and optimizers: any model", [](const StepInput&) { return std::string(); },
     make_torch_step},
};

}  // namespace

std::span<const StepRow> step_table() { return kSteps; }

std::vector<std::string> step_names() {
  std::vector<std::string> names = names_of(kSteps);
  names.insert(names.begin(), std::string(kAuto));
  return names;
}

std::unique_ptr<TrainStep> make_step(const StepInput& input) {
  const std::string& name = input.options.step;
  for (const StepRow& row : kSteps) {
    if (name != row.name && name != kAuto) continue;
    const std::string obstacle = row.obstacle(input);
    if (obstacle.empty()) return row.make(input);
    require(name == kAuto, "--step {} cannot train this model: {}; take --step auto", name, obstacle);
  }
  fail("no training step is called '{}'{}", name, suggestion(name, step_names()));
}

}  // namespace ebit::train
