#include "ebit/corpus/bleu.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"

namespace ebit::inline corpus {
namespace {

constexpr std::size_t kOrder = 4;

// How often each n-gram of one order occurs; an n-gram is its tokens joined by spaces, which no token holds.
using Grams = std::map<std::string, std::int64_t>;
using AllGrams = std::array<Grams, kOrder>;

AllGrams grams_of(const Tokens& tokens) {
  AllGrams all;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string gram;
    for (std::size_t n = 0; n < kOrder && i + n < tokens.size(); ++n) {
      if (n > 0) gram += ' ';
      gram += tokens[i + n];
      ++all[n][gram];
    }
  }
  return all;
}

// The length nearest to `length`; of two equally near the shorter.
std::size_t nearest_length(std::size_t length, const std::vector<Tokens>& references) {
  const auto distance = [&](std::size_t other) { return other > length ? other - length : length - other; };
  std::size_t best = references.front().size();
  for (const Tokens& reference : references) {
    const std::size_t other = reference.size();
    if (std::pair(distance(other), other) < std::pair(distance(best), best)) best = other;
  }
  return best;
}

void add_sentence(const std::string& hypothesis, const std::vector<std::string>& references, Bleu& sums) {
  const Tokens tokens = tokenize_13a(hypothesis);
  std::vector<Tokens> others;
  AllGrams most;  // the largest count of each n-gram in any reference
  for (const std::string& reference : references) {
    others.push_back(tokenize_13a(reference));
    const AllGrams grams = grams_of(others.back());
    for (std::size_t n = 0; n < kOrder; ++n) {
      for (const auto& [gram, count] : grams[n]) most[n][gram] = std::max(most[n][gram], count);
    }
  }
  sums.hypothesis_length += tokens.size();
  sums.reference_length += nearest_length(tokens.size(), others);
  const AllGrams grams = grams_of(tokens);
  for (std::size_t n = 0; n < kOrder; ++n) {
    for (const auto& [gram, count] : grams[n]) {
      sums.total[n] += count;
      const auto found = most[n].find(gram);
      if (found != most[n].end()) sums.correct[n] += std::min(count, found->second);
    }
  }
}

// From the counts to the score. Orders without a match count as 1/2, 1/4, ... of a match: method 3 of Chen
// and Cherry (2014). An order without any n-gram leaves the score at 0, to sacreBLEU's rounding.
void finish(Bleu& b) {
  if (b.hypothesis_length < b.reference_length) {
    b.brevity_penalty = b.hypothesis_length == 0
                            ? 0.0
                            : std::exp(1.0 - static_cast<double>(b.reference_length) /
                                                 static_cast<double>(b.hypothesis_length));
  }
  if (std::ranges::all_of(b.correct, [](std::int64_t count) { return count == 0; })) return;
  double smooth = 1, logs = 0;
  for (std::size_t n = 0; n < kOrder; ++n) {
    if (b.total[n] == 0) return;
    if (b.correct[n] == 0) smooth *= 2;
    const double matches = b.correct[n] == 0 ? 1.0 / smooth : static_cast<double>(b.correct[n]);
    b.precisions[n] = 100.0 * matches / static_cast<double>(b.total[n]);
    logs += std::log(b.precisions[n]);
  }
  b.score = b.brevity_penalty * std::exp(logs / static_cast<double>(kOrder));
}

// ---- the tokeniser: four substitutions one after the other, each from left to right without overlaps

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_point(char c) { return c == '.' || c == ','; }

// ASCII signs except ' , - . and, as in the original's ranges, the space among them.
bool is_sign(char c) {
  const auto in = [c](char first, char last) { return c >= first && c <= last; };
  return in('{', '~') || in('[', '`') || in(' ', '&') || in('(', '+') || in(':', '@') || c == '/';
}

std::string spaced_signs(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_sign(c)) out += ' ';
    out += c;
    if (is_sign(c)) out += ' ';
  }
  return out;
}

// Where `matches(text[i], text[i + 1])`, the pair with the given pieces before, between and behind.
template <class Matches>
std::string spaced_pairs(std::string_view text, Matches&& matches, std::string_view before,
                         std::string_view between, std::string_view behind) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && matches(text[i], text[i + 1])) {
      out.append(before).append(1, text[i]).append(between).append(1, text[i + 1]).append(behind);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Bleu bleu(std::span<const std::string> hypotheses, std::span<const std::vector<std::string>> references) {
  require(hypotheses.size() == references.size(), "{} translations, but references for {}", hypotheses.size(),
          references.size());
  Bleu result;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    require(!references[i].empty(), "translation {} has no reference", i + 1);
    add_sentence(hypotheses[i], references[i], result);
  }
  finish(result);
  return result;
}

Tokens tokenize_13a(std::string_view text) {
  // sacreBLEU strips the end first, so a '-' there joins nothing.
  std::string line = " ";
  std::size_t end = 0, size = 0;
  for_each_code_point(text, [&](char32_t point, std::string_view bytes) {
    size += bytes.size();
    if (!is_space(point)) end = size;
  });
  std::string stripped(text.substr(0, end));
  replace_all(stripped, "<skipped>", "");
  replace_all(stripped, "-\n", "");
  replace_all(stripped, "\n", " ");
  replace_all(stripped, "&quot;", "\"");
  replace_all(stripped, "&amp;", "&");
  replace_all(stripped, "&lt;", "<");
  replace_all(stripped, "&gt;", ">");
  line += stripped + " ";
  line = spaced_signs(line);
  line = spaced_pairs(
      line, [](char a, char b) { return !is_digit(a) && is_point(b); }, "", " ", " ");
  line = spaced_pairs(
      line, [](char a, char b) { return is_point(a) && !is_digit(b); }, " ", " ", "");
  line = spaced_pairs(
      line, [](char a, char b) { return is_digit(a) && b == '-'; }, "", " ", " ");
  return tokenize(line, {.name = "whitespace", .lower_case = false});
}

}  // namespace ebit::inline corpus
