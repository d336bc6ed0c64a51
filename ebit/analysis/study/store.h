// Measurements that are kept as soon as they are made, so that a study can go on where it was stopped.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace ebit::analysis {

/// A JSON object in a file, rewritten whole at each new entry.
class Store {
 public:
  /// Reads `path` where it is there. Throws Error, naming it, where it is damaged.
  explicit Store(std::filesystem::path path);

  /// The entry called `key`, made by `make` and written to the file where it is not there yet. A number that
  /// is not finite comes back as null.
  const nlohmann::ordered_json& get(const std::string& key,
                                    const std::function<nlohmann::ordered_json()>& make);

  bool holds(const std::string& key) const {
    return entries_.contains(key);
  }  ///< whether get() makes nothing

 private:
  std::filesystem::path path_;
  nlohmann::ordered_json entries_ = nlohmann::ordered_json::object();
};

}  // namespace ebit::analysis
