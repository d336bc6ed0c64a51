#include "ebit/cell/echo/echo_options.h"

#include <cmath>

#include "ebit/base/error.h"

namespace ebit::inline cell {

void check(const EchoOptions& o) {
  require(o.inputs >= 1, "an echo state network needs at least 1 input a step, not {}", o.inputs);
  require(o.hidden >= 1, "an echo state network needs at least 1 neuron, not {}", o.hidden);
  require(o.spectral_radius >= 0 && std::isfinite(o.spectral_radius),
          "the spectral radius must be 0 or more, not {}", o.spectral_radius);
  require(o.leak > 0 && o.leak <= 1, "the leak must be in (0, 1], not {}", o.leak);
  require(o.input_scale > 0 && std::isfinite(o.input_scale), "the scale of inputs must be above 0, not {}",
          o.input_scale);
  require(o.bias_scale >= 0 && std::isfinite(o.bias_scale), "the scale of biases must be 0 or more, not {}",
          o.bias_scale);
  require(o.density > 0 && o.density <= 1, "the density of recurrent weights must be in (0, 1], not {}",
          o.density);
}

}  // namespace ebit::inline cell
