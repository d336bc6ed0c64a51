#include "ebit/cell/document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ebit/base/error.h"

namespace ebit {
namespace {

using Kind = DocumentValue::Kind;

constexpr int kDeepest = 32;  // values inside values; what follows recurses once for each

DocumentValue parse_toml(std::string_view text, std::string_view source_name);
DocumentValue parse_json(std::string_view text, std::string_view source_name);

}  // namespace

const DocumentValue* DocumentValue::find(std::string_view key) const {
  const auto found = std::ranges::find(table, key, [](const auto& entry) { return entry.first; });
  return found == table.end() ? nullptr : &found->second;
}

std::string_view DocumentValue::kind_text() const {
  constexpr std::string_view kNames[] = {"a number", "text", "a list", "a table", "something else"};
  return kNames[static_cast<std::size_t>(kind)];
}

DocumentValue parse_document(std::string_view text, std::string_view source_name) {
  return source_name.ends_with(".json") ? parse_json(text, source_name) : parse_toml(text, source_name);
}

namespace {

// TOML: toml++ keeps the place of every value.

DocumentValue from_toml(const toml::node& node, std::string_view source_name, int depth) {
  DocumentValue value;
  value.line = std::max(1, static_cast<int>(node.source().begin.line));  // 0: the whole text
  require(depth <= kDeepest, "{}:{}: values nested deeper than {}", source_name, value.line, kDeepest);
  if (node.is_number()) {
    value.kind = Kind::kNumber;
    value.number = node.value<double>().value();
  } else if (const auto* text = node.as_string()) {
    value.kind = Kind::kText;
    value.text = text->get();
  } else if (const auto* list = node.as_array()) {
    value.kind = Kind::kList;
    for (const toml::node& entry : *list) value.list.push_back(from_toml(entry, source_name, depth + 1));
  } else if (const auto* table = node.as_table()) {
    value.kind = Kind::kTable;
    for (const auto& [key, entry] : *table)
      value.table.emplace_back(std::string(key.str()), from_toml(entry, source_name, depth + 1));
  }
  return value;
}

DocumentValue parse_toml(std::string_view text, std::string_view source_name) {
  try {
    return from_toml(toml::parse(text), source_name, 0);
  } catch (const toml::parse_error& error) {
    fail("{}:{}: broken TOML: {}", source_name, error.source().begin.line, error.description());
  }
}

// JSON: the parser reports what it reads as it goes, but not where. So it is given characters that note how
// far it has come.

struct NotingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at;
  const char** reached;  // one past the last character read

  reference operator*() const { return *at; }
  NotingIterator& operator++() {
    *reached = ++at;
    return *this;
  }
  bool operator==(const NotingIterator& other) const { return at == other.at; }
};

class JsonReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonReader(std::string_view text, std::string_view source_name)
      : counted_(text.data()), reached_(text.data()), source_name_(source_name) {
    nlohmann::json::sax_parse(NotingIterator{text.data(), &reached_},
                              NotingIterator{text.data() + text.size(), &reached_}, this);
    require(root_.kind == Kind::kTable, "{}:{}: an object {{...}} is needed, not {}", source_name_,
            root_.line, root_.kind_text());
  }
  DocumentValue take() { return std::move(root_); }

  bool null() override { return add(Kind::kOther); }
  bool boolean(bool) override { return add(Kind::kOther); }
  bool number_integer(number_integer_t n) override { return add(Kind::kNumber, static_cast<double>(n)); }
  bool number_unsigned(number_unsigned_t n) override { return add(Kind::kNumber, static_cast<double>(n)); }
  bool number_float(number_float_t n, const string_t&) override { return add(Kind::kNumber, n); }
  bool string(string_t& text) override { return add(Kind::kText, 0, text); }
  bool binary(binary_t&) override { return add(Kind::kOther); }
  bool start_object(std::size_t) override { return open(Kind::kTable); }
  bool start_array(std::size_t) override { return open(Kind::kList); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    DocumentValue& table = *open_.back();
    require(!table.find(name), "{}:{}: '{}' is given twice", source_name_, line(), name);
    table.table.emplace_back(name, DocumentValue{});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 3, column 1: what is wrong"
    const std::string what = error.what();
    const std::size_t colon = what.find(": ");
    fail("{}:{}: broken JSON: {}", source_name_, line(),
         colon == std::string::npos ? what : what.substr(colon + 2));
  }

 private:
  // The line of the token read last. Its last character does not count: behind a number the parser has looked
  // one character ahead, which may be a line's end, and no other token ends in one.
  int line() {
    if (reached_ > counted_) {
      line_ += static_cast<int>(std::count(counted_, reached_ - 1, '\n'));
      counted_ = reached_ - 1;
    }
    return line_;
  }
  bool add(Kind kind, double number = 0, std::string text = {}) {
    *place() = {kind, line(), number, std::move(text), {}, {}};
    return true;
  }
  bool open(Kind kind) {
    require(open_.size() <= kDeepest, "{}:{}: values nested deeper than {}", source_name_, line(), kDeepest);
    DocumentValue* value = place();
    *value = {kind, line(), 0, {}, {}, {}};
    open_.push_back(value);  // stays where it is: its parent grows only after it is closed
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  DocumentValue* place() {
    if (open_.empty()) return &root_;
    DocumentValue& parent = *open_.back();
    return parent.kind == Kind::kList ? &parent.list.emplace_back() : &parent.table.back().second;
  }

  const char* counted_;  // lines before it are in line_
  const char* reached_;
  std::string_view source_name_;
  int line_ = 1;
  DocumentValue root_;
  std::vector<DocumentValue*> open_;
};

DocumentValue parse_json(std::string_view text, std::string_view source_name) {
  return JsonReader(text, source_name).take();
}

}  // namespace
}  // namespace ebit
