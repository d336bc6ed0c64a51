#include "ebit/analysis/written_json.h"

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"

namespace ebit::analysis {

void use_json(const std::filesystem::path& file, std::string_view advice,
              const std::function<void(const nlohmann::ordered_json& json)>& use) {
  const std::string text = read_file(file);
  try {
    use(nlohmann::ordered_json::parse(text));
  } catch (const nlohmann::ordered_json::exception&) {
    fail("'{}' is damaged: {}", file.string(), advice);
  }
}

}  // namespace ebit::analysis
