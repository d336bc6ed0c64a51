// The table of ansaetze: the parameterised circuits that U_en and U_dis are made of.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "ebit/sim/circuit.h"

namespace ebit {

/// A circuit of repeated layers. A row of the built-in table, or read from a user's gate list.
struct Ansatz {
  std::string name;
  std::string help;    ///< one sentence: the gates of a layer
  std::string source;  ///< the paper or package it follows
  /// Trainable angles of a layer on `wires` wires. Throws Error where the ansatz cannot stand on so many.
  std::function<int(int wires)> angles_per_layer;
  /// Appends layer number `layer` (0, 1, ...) with angles first_angle, first_angle + 1, ...
  std::function<void(Circuit& circuit, int layer, int first_angle)> append_layer;
};

/// The built-in ansaetze.
std::span<const Ansatz> ansaetze();

/// The built-in ansatz called `name`. Throws Error with the nearest name where there is none.
const Ansatz& find_ansatz(std::string_view name);

/// In which order the layers take their rows of the angle array [layers, angles_per_layer].
enum class LayerOrder {
  kForward,  ///< layer l takes row l
  kFlipped,  ///< layer l takes row layers - 1 - l: the U_dis of Daskin's code, which is not an inverse
};

/// `layers` layers of an ansatz on `wires` wires, all angles shared parameters. layers = 0: the empty
/// circuit.
Circuit build_ansatz(const Ansatz& ansatz, int wires, int layers, LayerOrder order = LayerOrder::kForward);

/// Reads an ansatz from the text of a TOML file (or JSON, where `source_name` ends in .json): `gates`, a list
/// of {gate, wires, angles}. `wires` is a list of wire numbers, "all" (a one-wire gate on each wire) or
/// "ring" (a two-wire gate on each pair q, q+1 round the register; two wires: one pair). An angle is a number
/// (radians) or a name; equal names are one trainable angle, except that "all" and "ring" give each place its
/// own. Throws Error naming the file, the line and what is wrong.
Ansatz parse_ansatz(std::string_view text, std::string_view source_name);

}  // namespace ebit
