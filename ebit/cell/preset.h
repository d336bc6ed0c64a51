// The table of published models: each is a choice of rows from the other tables, never code of its own.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ebit/cell/register_cell.h"

namespace ebit {

/// A published model: its cell, how its angles start, and how its authors trained it.
struct Preset {
  std::string name;      ///< as users type it
  std::string help;      ///< one line: the kind of model and its memory
  std::string source;    ///< the paper or code it follows
  RegisterOptions cell;  ///< choices and sizes of the cell
  double init_low = 0;   ///< angles start uniform in [init_low, init_high), radians
  double init_high = 1;  ///< radians, see init_low
  /// Training and data settings as (option, value), such as {"train.lr", "0.01"}.
  std::vector<std::pair<std::string, std::string>> training;
};

/// All presets.
std::span<const Preset> presets();

/// The preset called `name`. Throws Error with the nearest name where there is none.
const Preset& find_preset(std::string_view name);

/// Everything that a preset sets as (option, value): first its "model." options, then its training.
std::vector<std::pair<std::string, std::string>> settings_of(const Preset& preset);

}  // namespace ebit
