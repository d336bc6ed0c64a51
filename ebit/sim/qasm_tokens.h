// The words of an OpenQASM text; for qasm_reader.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline sim {

/// A word, number, text or sign.
struct QasmToken {
  std::string text;  ///< as it stands there; "" at the end
  int line;          ///< from 1
};

/// All of a text without its comments, an empty one last.
std::vector<QasmToken> qasm_tokens(std::string_view text);

}  // namespace ebit::inline sim
