// JSON files that ebit wrote, and that anything may have happened to since.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace ebit::analysis {

/// Reads the file and gives it to `use`, which takes members by at(), value() and get(): never by the
/// operator [], which does not look. Throws Error "'file' is damaged: advice" where it is no JSON or `use`
/// does not find in it what it looks for; Errors of `use` pass.
void use_json(const std::filesystem::path& file, std::string_view advice,
              const std::function<void(const nlohmann::ordered_json& json)>& use);

}  // namespace ebit::analysis
