#include "ebit/base/document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::inline base {
namespace {

using Kind = DocumentValue::Kind;

constexpr std::size_t kWhy = 200;  // bytes of a parser's own words, which quote the text
constexpr int kDeepest = 32;       // values inside values; what follows recurses once for each

DocumentValue parse_toml(std::string_view text, std::string_view source_name);
DocumentValue parse_json(std::string_view text, std::string_view source_name);

}  // namespace

const DocumentValue* DocumentValue::find(std::string_view key) const {
  const auto found = std::ranges::find(table, key, [](const auto& entry) { return entry.first; });
  return found == table.end() ? nullptr : &found->second;
}

std::string_view DocumentValue::kind_text() const {
  constexpr std::string_view kNames[] = {"a number", "text", "true or false", "a list",
                                         "a table",  "null", "a date or time"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::optional<std::string> DocumentValue::scalar_text() const {
  if (kind == Kind::kText) return text;
  if (kind == Kind::kFlag) return flag ? "true" : "false";
  if (kind != Kind::kNumber) return std::nullopt;
  return whole ? std::to_string(*whole) : fmt::format("{}", number);
}

DocumentValue parse_document(std::string_view text, std::string_view source_name) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = source_name.ends_with(".json") || (first != std::string_view::npos && text[first] == '{');
  return json ? parse_json(text, source_name) : parse_toml(text, source_name);
}

std::string toml_quoted(std::string_view text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

namespace {

// TOML: toml++ keeps the place of every value.

DocumentValue from_toml(const toml::node& node, std::string_view source_name, int depth) {
  DocumentValue value;
  value.line = std::max(1, static_cast<int>(node.source().begin.line));  // 0: the whole text
  require(depth <= kDeepest, "{}:{}: values nested deeper than {}", source_name, value.line, kDeepest);
  if (const auto* whole = node.as_integer()) {
    value.kind = Kind::kNumber;
    value.number = static_cast<double>(whole->get()), value.whole = whole->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = Kind::kNumber;
    value.number = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = Kind::kFlag;
    value.flag = flag->get();
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
  } else {
    value.kind = Kind::kOther;
  }
  return value;
}

DocumentValue parse_toml(std::string_view text, std::string_view source_name) {
  try {
    return from_toml(toml::parse(text), source_name, 0);
  } catch (const toml::parse_error& error) {
    fail("{}:{}: broken TOML: {}", source_name, error.source().begin.line, shown(error.description(), kWhy));
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

  bool null() override { return put(Kind::kNull), true; }
  bool boolean(bool flag) override { return put(Kind::kFlag).flag = flag, true; }
  bool number_integer(number_integer_t n) override { return put_whole(n); }
  bool number_unsigned(number_unsigned_t n) override { return put_whole(n); }
  bool number_float(number_float_t n, const string_t&) override {
    return put(Kind::kNumber).number = n, true;
  }
  bool string(string_t& text) override { return put(Kind::kText).text = std::move(text), true; }
  bool binary(binary_t&) override { return put(Kind::kOther), true; }
  bool start_object(std::size_t) override { return open(Kind::kTable); }
  bool start_array(std::size_t) override { return open(Kind::kList); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    DocumentValue& table = *open_.back();
    require(!table.find(name), "{}:{}: '{}' is given twice", source_name_, line(), shown(name));
    table.table.emplace_back(name, DocumentValue{});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 3, column 1: what is wrong", or "[...] what is
    // wrong"
    const std::string what = error.what();
    const std::size_t colon = what.find(": "), begin = colon != std::string::npos ? colon : what.find("] ");
    fail("{}:{}: broken JSON: {}", source_name_, line(),
         shown(begin == std::string::npos ? what : what.substr(begin + 2), kWhy));
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
  DocumentValue& put(Kind kind) {
    DocumentValue& value = place();
    value.kind = kind;
    value.line = line();
    return value;
  }
  template <class Integer>
  bool put_whole(Integer n) {
    DocumentValue& value = put(Kind::kNumber);
    value.number = static_cast<double>(n);
    if (std::in_range<std::int64_t>(n)) value.whole = static_cast<std::int64_t>(n);
    return true;
  }
  bool open(Kind kind) {
    require(open_.size() <= kDeepest, "{}:{}: values nested deeper than {}", source_name_, line(), kDeepest);
    open_.push_back(&put(kind));  // stays where it is: its parent grows only after it is closed
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  DocumentValue& place() {
    if (open_.empty()) return root_;
    DocumentValue& parent = *open_.back();
    return parent.kind == Kind::kList ? parent.list.emplace_back() : parent.table.back().second;
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
}  // namespace ebit::inline base
