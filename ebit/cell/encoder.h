// The table of encoders: how an input x_t enters the system register.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A per-sample angle as a function of one input: angle = value(x[feature]).
struct AngleRule {
  int feature;                ///< which input, in [0, F)
  double (*value)(double x);  ///< the angle in radians
  double (*slope)(double x);  ///< d value / d x
};

/// Gates and angle rules of an encoder made of rotations; per-sample parameter k has rule k.
struct EncoderCircuit {
  Circuit circuit;               ///< its per-sample angles are the encoding; it has no shared ones
  std::vector<AngleRule> rules;  ///< one for each per-sample parameter
};

/// A row of the encoder table. There are two kinds: those that write a state vector (`linear_amplitude`), and
/// those made of gates (`build` set), which can also act on a register that already holds a state.
struct Encoder {
  std::string_view name;          ///< as users type it
  std::string_view help;          ///< one sentence: the state or the gates
  std::string_view source;        ///< the paper or code it follows
  std::string_view feature_rule;  ///< how many features fit, for people
  /// Throws nothing; says whether `features` inputs fit on `wires` wires.
  bool (*fits)(int wires, int features);
  /// Gate encoders: the gates on wires 0..wires-1 of a register of `register_wires`; null: linear-amplitude.
  EncoderCircuit (*build)(int wires, int features, int register_wires);
  /// Inputs for which the encoder is defined, and that domain for people.
  bool (*accepts)(double x);
  std::string_view domain;  ///< such as "numbers in [-1, 1]"
};

/// All encoders.
std::span<const Encoder> encoders();

/// The encoder called `name`. Throws Error with the nearest name where there is none.
const Encoder& find_encoder(std::string_view name);

}  // namespace ebit::inline cell
