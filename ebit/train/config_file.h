// config.toml: read, write, and the order in which settings win.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/train/config.h"

namespace ebit::train {

/// The settings in a TOML text, in its order; each says its line.
/// @param source names the text in messages, for example the path.
/// Throws Error with source and line for broken TOML, an unknown section or key (nearest suggested), a value
/// of the wrong type.
std::vector<Setting> parse_settings(std::string_view text, const std::string& source);

/// Makes the configuration of a run: defaults, then the preset, then the file, then the flags; the last one
/// that speaks wins. The preset is the one of the flags, else of the file.
/// Throws Error as parse_settings(), apply_setting() and find_preset().
Config resolve_config(const std::optional<std::filesystem::path>& file, const std::vector<Setting>& flags);

/// Every option with its value as TOML, with its help as a comment; parse_settings() reads it back exactly.
std::string to_toml(const Config& config);

}  // namespace ebit::train
