#include "ebit/experiment/problems/text.h"

#include <fmt/format.h>

namespace ebit::experiment {

std::string vocabulary_text(const Vocabulary& vocabulary) {
  std::string text = "number\tcount\ttoken\n";
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<std::int64_t>(i);
    const std::string& token = vocabulary.token(id);
    text += fmt::format("{}\t{}\t{}\n", id, vocabulary.count(id), token == "\n" ? "\\n" : token);
  }
  return text;
}

}  // namespace ebit::experiment
