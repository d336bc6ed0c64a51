#include "ebit/analysis/study/store.h"

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"

namespace ebit::analysis {

Store::Store(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return;
  entries_ = nlohmann::ordered_json::parse(read_file(path_), nullptr, false);
  require(entries_.is_object(), "'{}' is damaged: delete it, and the study measures again", path_.string());
}

const nlohmann::ordered_json& Store::get(const std::string& key,
                                         const std::function<nlohmann::ordered_json()>& make) {
  if (!holds(key)) {
    // Through text, so that a first measurement and one that was read again are the same.
    entries_[key] = nlohmann::ordered_json::parse(make().dump());
    write_file_atomically(path_, entries_.dump(1) + "\n");
  }
  return entries_[key];
}

}  // namespace ebit::analysis
