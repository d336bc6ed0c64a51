#include "ebit/cmd/spec_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"

namespace ebit::cmd {
namespace {

// The shape of a nested array along its first entries, for messages: "2 x 3".
std::string shape_text(const nlohmann::json& value) {
  std::vector<std::string> extents;
  for (const nlohmann::json* v = &value; v->is_array(); v = &v->front()) {
    extents.push_back(std::to_string(v->size()));
    if (v->empty()) break;
  }
  return extents.empty() ? std::string("a single value") : fmt::format("{}", fmt::join(extents, " x "));
}

bool collect(const nlohmann::json& value, const std::vector<int>& shape, std::size_t depth,
             std::vector<double>& out) {
  if (depth == shape.size()) {
    if (!value.is_number() || !std::isfinite(value.get<double>())) return false;
    out.push_back(value.get<double>());
    return true;
  }
  if (!value.is_array() || (shape[depth] >= 0 && value.size() != static_cast<std::size_t>(shape[depth])))
    return false;
  return std::all_of(value.begin(), value.end(),
                     [&](const auto& v) { return collect(v, shape, depth + 1, out); });
}

}  // namespace

JsonPlace JsonPlace::open(const std::string& path) {
  const std::string text = read_file(path);
  try {
    auto root = std::make_shared<const nlohmann::json>(nlohmann::json::parse(text));
    const nlohmann::json* value = root.get();
    return {std::move(root), value, path, ""};
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t end = std::min(error.byte > 0 ? error.byte - 1 : 0, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    fail("{}:{}: not valid JSON{}", path, line, end >= text.size() ? ": the file ends too early" : "");
  }
}

void JsonPlace::fail_here(std::string_view message) const {
  fail("{}: {}{}{}", file_, path_, path_.empty() ? "" : " ", message);
}

JsonPlace JsonPlace::find(std::string_view key) const {
  if (!present() || !value_->is_object()) fail_here("must be an object");
  const auto found = value_->find(std::string(key));
  const std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  return inside(found == value_->end() ? nullptr : &*found, path);
}

JsonPlace JsonPlace::at(std::string_view key) const {
  JsonPlace member = find(key);
  if (!member.present()) member.fail_here("is missing");
  return member;
}

JsonPlace JsonPlace::at(std::size_t index) const {
  if (index >= size()) fail_here(fmt::format("has no entry {}", index));
  return inside(&(*value_)[index], fmt::format("{}[{}]", path_, index));
}

std::size_t JsonPlace::size() const {
  if (!present() || !value_->is_array()) fail_here("must be a list");
  return value_->size();
}

int JsonPlace::integer() const {
  if (!value_->is_number_integer()) fail_here(fmt::format("must be a whole number, not {}", value_->dump()));
  const auto wide = value_->get<std::int64_t>();
  if (wide < -1000000 || wide > 1000000) fail_here(fmt::format("is out of range: {}", wide));
  return static_cast<int>(wide);
}

double JsonPlace::number() const {
  if (!value_->is_number()) fail_here(fmt::format("must be a number, not {}", value_->type_name()));
  return value_->get<double>();
}

std::string JsonPlace::text() const {
  if (!value_->is_string()) fail_here(fmt::format("must be a text, not {}", value_->type_name()));
  return value_->get<std::string>();
}

std::vector<double> JsonPlace::array(const std::vector<int>& shape, std::string_view what) const {
  std::vector<double> numbers;
  if (collect(*value_, shape, 0, numbers)) return numbers;
  std::vector<std::string> wanted;
  for (int extent : shape) wanted.push_back(extent < 0 ? "any" : std::to_string(extent));
  fail_here(fmt::format("must be finite numbers of shape {} ({}), but is {}{}", fmt::join(wanted, " x "),
                        what, shape_text(*value_), numbers.empty() ? "" : " or holds something else"));
}

}  // namespace ebit::cmd
