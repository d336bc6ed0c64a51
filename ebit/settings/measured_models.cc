#include "ebit/settings/measured_models.h"

#include "ebit/base/error.h"

namespace ebit::inline settings {

std::vector<ModelRow> measured_models() {
  const char* const source = "Anschuetz and Gao 2026 (arXiv:2402.08606)";
  return {{.name = "measured",
           .family = kMeasured,
           .help = "quantum memory that is measured letter by letter: 20 numbers for any number of qubits",
           .source = source,
           .settings = {{"model.form", "shared"}, {"train.lr", "0.1"}}},
          {.name = "measured-free",
           .family = kMeasured,
           .help = "quantum memory that is measured behind a unitary for each setting",
           .source = source,
           .settings = {{"model.form", "free"},
                        {"problem.setting", "number"},
                        {"train.lr", "0.1"},
                        {"model.init_low", "-1"},
                        {"model.init_high", "1"}}}};
}

void leave_out_last_outcome(const Config& config, fit::InputSpec& input) {
  const bool shared = config.model.measured.form == "shared", letters = config.problem.setting == "letters";
  require(shared == letters,
          "a measured cell of form {} takes settings by {}: give --setting {}, or the model {}",
          config.model.measured.form, shared ? "letters" : "number", shared ? "letters" : "number",
          shared ? "measured-free" : "measured");
  input.width -= 1, input.left_out = 1;
}

}  // namespace ebit::inline settings
