// A TOML or JSON text as one tree of values that know where they stand, and reading from it with errors of
// one line.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebit::inline base {

/// A value in a TOML or JSON text. Only the fields of its kind are meant.
struct DocumentValue {
  /// What a value can be; kOther is a date or a time.
  enum class Kind { kNumber, kText, kFlag, kList, kTable, kNull, kOther };
  Kind kind = Kind::kNull;                                   ///< what it is
  int line = 1;                                              ///< on which it begins; the first line is 1
  double number = 0;                                         ///< kNumber: whole or not
  std::optional<std::int64_t> whole;                         ///< kNumber: where it is written without . and e
  bool flag = false;                                         ///< kFlag: true or false
  std::string text;                                          ///< kText: UTF-8
  std::vector<DocumentValue> list;                           ///< kList: in order
  std::vector<std::pair<std::string, DocumentValue>> table;  ///< kTable: every key once

  /// The value of `key` in a table, or null.
  const DocumentValue* find(std::string_view key) const;
  /// The kind for people: "a number", "text", "true or false", "a list", "a table", "null", "a date or time".
  std::string_view kind_text() const;
  /// A number, a text or a flag as a user would type it: "0.5", "abc", "true"; nothing for another kind.
  std::optional<std::string> scalar_text() const;
};

/// Reads a TOML text, or JSON where `source_name` ends in .json or the text begins with {; the result is a
/// table. Throws Error as "source_name:line: ..." for a text that is broken, nested deeper than 32 values or,
/// in JSON, not an object.
DocumentValue parse_document(std::string_view text, std::string_view source_name);

/// A text as TOML writes it, in quotes.
std::string toml_quoted(std::string_view text);

/// A value of a document and the way to it, for messages: "spec.json:12: inputs.params.U_params must be ...".
/// Cheap to copy; it keeps the document alive.
class DocumentPlace {
 public:
  /// The whole document in `text`; see parse_document().
  static DocumentPlace parse(std::string_view text, std::string source_name);
  /// The whole document in a file. Throws Error where it cannot be read or parsed.
  static DocumentPlace open(const std::string& path);

  /// The member `key` of a table. Throws Error where this is no table, or has no such member, or it is null.
  DocumentPlace at(std::string_view key) const;
  /// The member `key` of a table if it is there, else a place that is not present().
  DocumentPlace find(std::string_view key) const;
  DocumentPlace at(std::size_t index) const;  ///< an entry of a list; throws Error where it is not there
  std::vector<std::string> keys() const;      ///< of a table; throws Error where this is none
  std::size_t size() const;                   ///< entries of a list; throws Error where this is none
  bool present() const { return value_->kind != DocumentValue::Kind::kNull; }  ///< there, and not null
  bool is_list() const { return value_->kind == DocumentValue::Kind::kList; }  ///< has entries
  const DocumentValue& value() const { return *value_; }  ///< kNull where it is not present()

  int integer() const;       ///< from -1000000 to 1000000; throws Error for anything else
  double number() const;     ///< finite; throws Error for anything else
  std::string text() const;  ///< throws Error where this is no text
  bool flag() const;         ///< throws Error where this is not true or false
  /// All numbers of a list of the given shape, row by row; -1 stands for any length. `what` explains the
  /// shape, such as "num_layers x qubits". Throws Error where it is not such a list of finite numbers.
  std::vector<double> array(const std::vector<int>& shape, std::string_view what) const;
  /// Throws Error with the nearest of `known` for a key of this table that is not among them.
  void check_keys(const std::vector<std::string>& known) const;

  std::string where() const;  ///< "spec.json:12"
  /// Throws Error "spec.json:12: PATH MESSAGE", such as "spec.json:12: inputs.x must be a number".
  [[noreturn]] void fail_here(std::string_view message) const;

 private:
  struct Document;
  DocumentPlace(std::shared_ptr<const Document> document, const DocumentValue* value, std::string path)
      : document_(std::move(document)), value_(value), path_(std::move(path)) {}
  void need(DocumentValue::Kind kind, std::string_view wanted) const;

  std::shared_ptr<const Document> document_;
  const DocumentValue* value_;
  std::string path_;
};

}  // namespace ebit::inline base
