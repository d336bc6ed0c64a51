// The table of published models: each is a choice of rows from the other tables, never code of its own.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ebit/cell/register/register_options.h"

namespace ebit::inline cell {

/// A published model: its cell, and how its authors trained it.
struct Preset {
  std::string name;      ///< as users type it
  std::string help;      ///< one line: the kind of model and its memory
  std::string source;    ///< the paper or code it follows
  RegisterOptions cell;  ///< choices and sizes of the cell, and how its angles start
  /// Training and data settings as (option, value), such as {"train.lr", "0.01"}.
  std::vector<std::pair<std::string, std::string>> training;
  /// Settings around the cell likewise, such as {"model.head", "linear"}.
  std::vector<std::pair<std::string, std::string>> more = {};
};

/// All presets.
std::span<const Preset> presets();

/// The preset called `name`. Throws Error with the nearest name where there is none.
const Preset& find_preset(std::string_view name);

/// Everything that a preset sets as (option, value): first its "model." options, then its training.
std::vector<std::pair<std::string, std::string>> settings_of(const Preset& preset);

}  // namespace ebit::inline cell
