#include "ebit/experiment/settings/config.h"

namespace ebit::experiment {

ModelConfig::ModelConfig() {
  reg.epsilon = 1e-12;  // as Daskin's code
  qrnn.qubits = 8;
}

}  // namespace ebit::experiment
