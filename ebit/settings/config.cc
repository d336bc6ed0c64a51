#include "ebit/settings/config.h"

namespace ebit::inline settings {

ModelConfig::ModelConfig() {
  reg.epsilon = 1e-12;  // as Daskin's code
  qrnn.qubits = 8;
  window.span = 0;
}

}  // namespace ebit::inline settings
