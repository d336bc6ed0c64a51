// config.toml: read, write, and the order in which settings win.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/settings/option.h"

namespace ebit::inline settings {

/// The settings in a TOML text, in its order; each says its line.
/// @param source names the text in messages, for example the path.
/// Throws Error with source and line for broken TOML, an unknown section or key (nearest suggested), a value
/// of the wrong type.
std::vector<Setting> parse_settings(std::string_view text, const std::string& source);

/// Makes the configuration of a run: defaults, then the problem's, then the model's, then the file, then the
/// flags; the last one that speaks wins.
/// @param problem a row of problems(); empty: the file's, else "forecast".
/// Throws Error as parse_settings() and apply_setting() do, and for flags without effect.
Config resolve(std::string_view problem, const std::optional<std::filesystem::path>& file,
               const std::vector<Setting>& flags);

/// The configuration of a baseline of that run: the same but for the model. Throws Error for an unknown one.
Config with_model(const Config& run, const std::string& model);

/// The configuration of a trained run with some of its settings replaced, such as noise in use. Throws Error
/// as apply_setting() and require_effect() do.
Config with_settings(Config run, const std::vector<Setting>& settings);

/// Every option that applies, with its value as TOML and its help as a comment; parse_settings() reads it
/// back exactly.
std::string to_toml(const Config& config);

/// The configuration in such a text, which is all of it: nothing is looked up or checked for effect.
Config from_toml(std::string_view text, const std::string& source);

/// The same of settings that have been read; `problem.name` and `model.name` must be among them.
/// @param source names their origin in messages.
Config from_settings(const std::vector<Setting>& settings, const std::string& source);

/// The options of a published model that are not as published, as "encoder cubic-angle (arccos-angle)"; empty
/// where all are, and for a model that nobody published.
std::vector<std::string> changes_of_model(const Config& config);

}  // namespace ebit::inline settings
