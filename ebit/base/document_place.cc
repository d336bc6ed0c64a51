// DocumentPlace: reading from a document with errors that say where.
#include <algorithm>
#include <cmath>

#include "ebit/base/atomic_file.h"
#include "ebit/base/document.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"

namespace ebit::inline base {
namespace {

using Kind = DocumentValue::Kind;

constexpr std::size_t kPath = 120;  // bytes of the way to a value, whose keys are foreign
constexpr int kLargest = 1000000;   // whole numbers beyond it are typing errors

// What stands there, for messages.
std::string written(const DocumentValue& value) {
  if (value.kind == Kind::kText) return fmt::format("'{}'", shown(value.text));
  return value.scalar_text().value_or(std::string(value.kind_text()));
}

std::string joined(const std::vector<std::string>& extents) {
  std::string text;
  for (const std::string& extent : extents) text += (text.empty() ? "" : " x ") + extent;
  return text;
}

// The shape of nested lists along their first entries, for messages: "2 x 3".
std::string shape_text(const DocumentValue& value) {
  std::vector<std::string> extents;
  for (const DocumentValue* v = &value; v->kind == Kind::kList; v = &v->list.front()) {
    extents.push_back(std::to_string(v->list.size()));
    if (v->list.empty()) break;
  }
  return extents.empty() ? "a single value" : joined(extents);
}

bool collect(const DocumentValue& value, const std::vector<int>& shape, std::size_t depth,
             std::vector<double>& out) {
  if (depth == shape.size()) {
    if (value.kind != Kind::kNumber || !std::isfinite(value.number)) return false;
    out.push_back(value.number);
    return true;
  }
  if (value.kind != Kind::kList ||
      (shape[depth] >= 0 && value.list.size() != static_cast<std::size_t>(shape[depth])))
    return false;
  return std::ranges::all_of(value.list,
                             [&](const DocumentValue& v) { return collect(v, shape, depth + 1, out); });
}

}  // namespace

struct DocumentPlace::Document {
  std::string source_name;
  DocumentValue root;
  DocumentValue absent;  // what find() finds where nothing is
};

DocumentPlace DocumentPlace::parse(std::string_view text, std::string source_name) {
  auto document = std::make_shared<Document>();
  document->root = parse_document(text, source_name);
  document->source_name = std::move(source_name);
  const DocumentValue* root = &document->root;
  return {std::move(document), root, ""};
}

DocumentPlace DocumentPlace::open(const std::string& path) { return parse(read_input(path), path); }

std::string DocumentPlace::where() const {
  return fmt::format("{}:{}", document_->source_name, value_->line);
}

void DocumentPlace::fail_here(std::string_view message) const {
  // A value that is not there has no line.
  const std::string place = value_ == &document_->absent ? document_->source_name : where();
  fail("{}: {}{}{}", place, shown(path_, kPath), path_.empty() ? "" : " ", message);
}

void DocumentPlace::need(Kind kind, std::string_view wanted) const {
  if (value_->kind != kind) fail_here(fmt::format("must be {}, not {}", wanted, written(*value_)));
}

DocumentPlace DocumentPlace::find(std::string_view key) const {
  need(Kind::kTable, "a table");
  const DocumentValue* found = value_->find(key);
  return {document_, found ? found : &document_->absent,
          path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)};
}

DocumentPlace DocumentPlace::at(std::string_view key) const {
  DocumentPlace member = find(key);
  if (!member.present()) member.fail_here("is missing");
  return member;
}

DocumentPlace DocumentPlace::at(std::size_t index) const {
  if (index >= size()) fail_here(fmt::format("has no entry {}", index));
  return {document_, &value_->list[index], fmt::format("{}[{}]", path_, index)};
}

std::vector<std::string> DocumentPlace::keys() const {
  need(Kind::kTable, "a table");
  std::vector<std::string> keys;
  for (const auto& [key, value] : value_->table) keys.push_back(key);
  return keys;
}

std::size_t DocumentPlace::size() const {
  need(Kind::kList, "a list");
  return value_->list.size();
}

int DocumentPlace::integer() const {
  if (!value_->whole) fail_here(fmt::format("must be a whole number, not {}", written(*value_)));
  if (*value_->whole < -kLargest || *value_->whole > kLargest)
    fail_here(fmt::format("is out of range: {}", *value_->whole));
  return static_cast<int>(*value_->whole);
}

double DocumentPlace::number() const {
  need(Kind::kNumber, "a number");
  if (!std::isfinite(value_->number)) fail_here(fmt::format("must be finite, not {}", value_->number));
  return value_->number;
}

std::string DocumentPlace::text() const {
  need(Kind::kText, "a text");
  return value_->text;
}

bool DocumentPlace::flag() const {
  need(Kind::kFlag, "true or false");
  return value_->flag;
}

std::vector<double> DocumentPlace::array(const std::vector<int>& shape, std::string_view what) const {
  std::vector<double> numbers;
  if (collect(*value_, shape, 0, numbers)) return numbers;
  std::vector<std::string> wanted;
  for (int extent : shape) wanted.push_back(extent < 0 ? "any" : std::to_string(extent));
  fail_here(fmt::format("must be finite numbers of shape {} ({}), but is {}{}", joined(wanted), what,
                        shape_text(*value_),
                        numbers.empty() ? "" : " at most: some rows are shorter, or hold something else"));
}

void DocumentPlace::check_keys(const std::vector<std::string>& known) const {
  for (const std::string& key : keys())
    if (std::ranges::find(known, key) == known.end()) {
      const DocumentPlace unknown = find(key);
      fail("{}: unknown key '{}'{}", unknown.where(), shown(unknown.path_, kPath), suggestion(key, known));
    }
}

}  // namespace ebit::inline base
