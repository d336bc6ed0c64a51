// A TOML or JSON text as one tree of values that know their line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebit {

/// A value in a TOML or JSON text. Only the field of its kind is meant.
struct DocumentValue {
  /// What a value can be.
  enum class Kind { kNumber, kText, kList, kTable, kOther };
  Kind kind = Kind::kOther;                                  ///< kOther: true, false, null, a date or a time
  int line = 1;                                              ///< on which it begins; the first line is 1
  double number = 0;                                         ///< kNumber: whole or not
  std::string text;                                          ///< kText: UTF-8
  std::vector<DocumentValue> list;                           ///< kList: in order
  std::vector<std::pair<std::string, DocumentValue>> table;  ///< every key once

  /// The value of `key` in a table, or null.
  const DocumentValue* find(std::string_view key) const;
  /// The kind for people: "a number", "text", "a list", "a table", "something else".
  std::string_view kind_text() const;
};

/// Reads a TOML text, or JSON where `source_name` ends in .json; the result is a table. Throws Error as
/// "source_name:line: ..." for a text that is broken, nested deeper than 32 values or, in JSON, not an
/// object.
DocumentValue parse_document(std::string_view text, std::string_view source_name);

}  // namespace ebit
