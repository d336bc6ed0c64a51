// Reading numbers out of JSON files with errors that name the file, the place and the expected shape.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::cmd {

/// A JSON file and the way to a value in it, for messages: "spec.json: inputs.params.U_params".
class JsonPlace {
 public:
  /// Parses a file. Throws Error with line and column where it is not JSON.
  static JsonPlace open(const std::string& path);

  /// The member `key`. Throws Error where this is no object or has no such member.
  JsonPlace at(std::string_view key) const;
  /// The member `key` if there, else a place that is not present().
  JsonPlace find(std::string_view key) const;
  JsonPlace at(std::size_t index) const;  ///< an entry of an array; throws Error where it is not there
  bool present() const { return value_ != nullptr && !value_->is_null(); }  ///< there, and not null
  std::size_t size() const;  ///< entries of an array; throws Error where this is none

  int integer() const;       ///< from -1000000 to 1000000; throws Error for anything else
  double number() const;     ///< finite
  std::string text() const;  ///< throws Error where this is no text
  /// All numbers of an array of the given shape, row by row; -1 stands for any length. `what` explains the
  /// shape, such as "num_layers x qubits".
  std::vector<double> array(const std::vector<int>& shape, std::string_view what) const;

  /// Throws Error "file: path MESSAGE".
  [[noreturn]] void fail_here(std::string_view message) const;
  const nlohmann::json& value() const { return *value_; }  ///< for a place that find() found

 private:
  JsonPlace(std::shared_ptr<const nlohmann::json> root, const nlohmann::json* value, std::string file,
            std::string path)
      : root_(std::move(root)), value_(value), file_(std::move(file)), path_(std::move(path)) {}
  JsonPlace inside(const nlohmann::json* value, std::string path) const {
    return {root_, value, file_, path};
  }

  std::shared_ptr<const nlohmann::json> root_;  // keeps value_ alive
  const nlohmann::json* value_;
  std::string file_, path_;
};

}  // namespace ebit::cmd
