// The table of ansaetze: the parameterised circuits that U_en and U_dis are made of.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// A circuit of repeated layers. A row of the built-in table, or read from a user's gate list.
struct Ansatz {
  std::string name;    ///< as users type it
  std::string help;    ///< one sentence: the gates of a layer
  std::string source;  ///< the paper or package it follows
  /// Trainable angles of a layer on `wires` wires. Throws Error where the ansatz cannot stand on so many.
  std::function<int(int wires)> angles_per_layer;
  /// Appends layer number `layer` (0, 1, ...) with angles first_angle, first_angle + 1, ...
  std::function<void(Circuit& circuit, int layer, int first_angle)> append_layer;
  /// The ansatz that this one is without its gates of two and more wires; null: it is whole.
  std::shared_ptr<const Ansatz> whole = nullptr;
};

/// The built-in ansaetze.
std::span<const Ansatz> ansaetze();

/// The built-in ansatz called `name`. Throws Error with the nearest name where there is none.
const Ansatz& find_ansatz(std::string_view name);

/// The same ansatz without its gates of two and more wires, a product of one-wire circuits: what is left when
/// entanglement is taken away (Bowles, Ahmed, Schuld 2024, arXiv:2403.07059). Angles that no gate left takes
/// are dropped too. Where an ansatz has no such gates, the functions of the result throw Error.
Ansatz without_entanglement(const Ansatz& ansatz);

/// `custom` where it is there, else the row `name`; with or without its entanglement.
Ansatz chosen_ansatz(std::string_view name, const std::optional<Ansatz>& custom, bool entanglement);

/// Its name, and of one without entanglement how many angles a layer are left on so many wires.
std::string summary_of(const Ansatz& ansatz, int wires);

/// In which order the layers take their rows of the angle array [layers, angles_per_layer].
enum class LayerOrder {
  kForward,  ///< layer l takes row l
  kFlipped,  ///< layer l takes row layers - 1 - l: the U_dis of Daskin's code, which is not an inverse
};

/// `layers` layers of an ansatz on `wires` wires, all angles shared parameters. layers = 0: the empty
/// circuit.
Circuit build_ansatz(const Ansatz& ansatz, int wires, int layers, LayerOrder order = LayerOrder::kForward);

/// Appends `source` (same number of wires) with its shared angles turned into `to`, renumbered from `first`
/// on.
void append_angles_as(Circuit& circuit, const Circuit& source, Angle::Kind to, int first);

/// The shape of those angles as an array: [layers, wires, k] where a layer has k angles a wire, [layers,
/// wires] where k is 1, else [layers, angles_per_layer].
std::vector<std::int64_t> angle_shape(const Ansatz& ansatz, int wires, int layers);

/// Reads an ansatz from the text of a TOML file (or JSON, where `source_name` ends in .json). Examples are in
/// configs/ansatz/. Keys: `gates`, the list of a layer's gates, and if wanted `name`, `help`, `source`.
///
/// An entry of `gates` is {gate, wires, angles}, or {matrix_re, matrix_im, wires} for a unitary of the user's
/// own (2 or 4 rows; one of the two may be left out for zeros).
/// {channel, wires, ...} is a channel with its parameters by name, as {channel = "depolarizing", lambda =
/// 0.01, wires = "ring"}; such an ansatz runs with noise alone. `wires`: a list of wire numbers; or "all", a
/// one-wire gate on every wire; or for two-wire gates "ring" (the pairs q, q+1 round the register; two wires
/// have one pair), "chain", "even-pairs" (0-1, 2-3, ...) and "odd-pairs" (1-2, 3-4, ...). Only lists of wires
/// tie an ansatz to registers that have those wires. `angles`: numbers in radians, or names of trainable
/// angles, or multiples "-a", "0.5*a", "a/2", "3*pi/4" (pi is the number), or such with a number added,
/// "a+0.7". Equal names are one trainable angle; in "all", "ring", ... a name is one angle for each place.
/// Angles are numbered as they are met.
///
/// Throws Error as "source_name:line: what is wrong"; for wires that a register has not, the ansatz does so
/// when it is built.
Ansatz parse_ansatz(std::string_view text, std::string_view source_name);

}  // namespace ebit::inline cell
