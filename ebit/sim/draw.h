// A circuit as a drawing made of text.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline sim {

/// How draw() draws.
struct DrawOptions {
  bool ascii = false;  ///< plain ASCII instead of Unicode's lines and signs
  int width = 0;       ///< columns of text after which the drawing is wrapped; 0: never
  /// The text of an angle in a gate's box; empty: angle_text().
  std::function<std::string(const Angle&)> angle = {};
  std::vector<std::string> wire_names = {};  ///< [wires]; empty: the wires' numbers
};

/// An angle in a few letters: "0.785" for a constant, "θ0" for shared parameter 0, "x1" for per-sample
/// parameter 1, "-θ0", "0.5θ0", "θ0+0.1". @param letters stands before the number of a shared parameter.
std::string angle_text(const Angle& angle, std::string_view letters = "θ");

/// Draws a circuit: wires from left to right, wire 0 on top; gates as boxes, controls as ●, the target of
/// CNOT and Toffoli as ⊕, SWAP as two ×; channels as boxes with a short name and their strength; gates that
/// share no wire stand in one column. Each gate stands as far left as it can. Lines end in a newline and have
/// no trailing spaces. Where a line would be wider than `width`, the drawing goes on below, » at its end and
/// « at its beginning; a single gate wider than that is not cut. Throws Error for a number of wire names that
/// is not the circuit's number of wires.
std::string draw(const Circuit& circuit, const DrawOptions& options = {});

/// The number of layers of gates that could run one after the other: the longest path along the wires.
/// Channels do not count.
int depth(const Circuit& circuit);

}  // namespace ebit::inline sim
