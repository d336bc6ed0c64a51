// Tokens as numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ebit/corpus/tokenizer.h"

namespace ebit::inline corpus {

/// A sequence of token numbers, of the type that torch's embedding and cross-entropy take.
using Ids = std::vector<std::int64_t>;

/// How often each token occurs.
using TokenCounts = std::unordered_map<std::string, std::int64_t>;

/// Which tokens a vocabulary keeps.
struct VocabularyOptions {
  std::int64_t min_count = 1;  ///< tokens that are rarer become `<unk>`; >= 1
  std::size_t max_size = 0;    ///< at most that many entries, the four special ones among them; 0: no limit
};

/// The tokens of a corpus, numbered: first four special ones, then by falling count, equal counts by the
/// bytes of the token, so that the same counts give the same numbers.
class Vocabulary {
 public:
  static constexpr std::int64_t kPad = 0;      ///< `<pad>`, fills short rows of a batch
  static constexpr std::int64_t kUnk = 1;      ///< `<unk>`, every token outside the vocabulary
  static constexpr std::int64_t kBos = 2;      ///< `<bos>`, begin of sentence
  static constexpr std::int64_t kEos = 3;      ///< `<eos>`, end of sentence
  static constexpr std::int64_t kSpecial = 4;  ///< how many special tokens there are

  Vocabulary();  ///< only the special tokens
  /// The tokens of `counts` that `options` keeps. Texts of special tokens in the corpus are not counted as
  /// tokens of their own. Throws Error for options out of range.
  explicit Vocabulary(const TokenCounts& counts, const VocabularyOptions& options = {});

  std::size_t size() const { return tokens_.size(); }  ///< entries, special ones included
  /// The number of a token; kUnk for one that is not there and for the text of another special token.
  std::int64_t id(const std::string& token) const;
  /// The token of a number. Throws Error for a number outside [0, size()).
  const std::string& token(std::int64_t id) const;
  std::int64_t count(std::int64_t id) const;  ///< occurrences when it was made; 0 for special tokens

  Ids ids(const Tokens& tokens) const;  ///< the numbers of tokens
  /// The tokens of `ids` up to the first `<eos>`, without `<pad>`, `<bos>` and `<eos>`.
  Tokens tokens(std::span<const std::int64_t> ids) const;

  /// Writes it as text: a heading, then a line a token, "count TAB token" with tabs, line ends and
  /// backslashes escaped.
  void save(const std::filesystem::path& path) const;
  /// Reads what save() wrote. Throws Error naming file and line for anything else.
  static Vocabulary load(const std::filesystem::path& path);

 private:
  void add(std::string token, std::int64_t count);

  Tokens tokens_;                                      // [size]
  std::vector<std::int64_t> counts_;                   // [size]
  std::unordered_map<std::string, std::int64_t> ids_;  // of the tokens that are not special
};

/// Adds the tokens of a text to `counts`.
void count_tokens(const Tokens& tokens, TokenCounts& counts);

/// The share of kUnk among all tokens of some sequences, in [0, 1]; 0 where there are none.
double unknown_share(std::span<const Ids> sequences);

}  // namespace ebit::inline corpus
