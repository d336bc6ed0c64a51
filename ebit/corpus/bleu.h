// BLEU of translations.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/corpus/tokenizer.h"

namespace ebit::inline corpus {

/// A corpus' BLEU and what it is made of.
struct Bleu {
  double score = 0;                       ///< 0 to 100
  std::array<double, 4> precisions{};     ///< of 1- to 4-grams, in percent, smoothed
  double brevity_penalty = 1;             ///< in [0, 1]
  std::size_t hypothesis_length = 0;      ///< tokens of all hypotheses
  std::size_t reference_length = 0;       ///< tokens of the references nearest in length
  std::array<std::int64_t, 4> correct{};  ///< n-grams that a reference has, clipped
  std::array<std::int64_t, 4> total{};    ///< n-grams of the hypotheses
};

/// BLEU of N hypotheses against N lists of one or more references (Papineni et al. 2002) as sacreBLEU 2
/// computes it by default (Post 2018, signature "case:mixed|eff:no|tok:13a|smooth:exp"): tokeniser 13a,
/// counts summed over the corpus, exponential smoothing of orders without a match. Throws Error for lists of
/// different sizes and for a hypothesis without reference.
Bleu bleu(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references);

/// The tokens of mteval-v13a.pl as sacreBLEU 2 computes them.
Tokens tokenize_13a(std::string_view text);

}  // namespace ebit::inline corpus
