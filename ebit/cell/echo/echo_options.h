// What an echo state network is made of.
#pragma once

#include <string>

namespace ebit::inline cell {

/// The sizes of an EchoCell, and how its weights are drawn.
struct EchoOptions {
  int inputs = 1;                ///< numbers a time step, F
  int hidden = 100;              ///< neurons, N
  double spectral_radius = 0.9;  ///< largest absolute eigenvalue of the recurrent matrix, 0 or more
  double leak = 1.0;             ///< a, share of the state that is new after a step, in (0, 1]
  double input_scale = 1.0;      ///< input weights start uniform in [-this, this), above 0
  double bias_scale = 0.2;       ///< biases likewise, 0 or more
  double density = 0.1;          ///< share of recurrent weights that are not 0, in (0, 1]
  bool read_input = true;        ///< the step's numbers are read beside the state
  bool every_step = true;        ///< outputs after every step, or after the last only
  std::string freeze = "none";   ///< a row of freezes() but "circuit": there is none
};

/// Throws Error for options that are out of range.
void check(const EchoOptions& options);

}  // namespace ebit::inline cell
