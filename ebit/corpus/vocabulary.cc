#include "ebit/corpus/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/text.h"

namespace ebit::inline corpus {
namespace {

constexpr std::array<std::string_view, Vocabulary::kSpecial> kSpecialTokens{"<pad>", "<unk>", "<bos>",
                                                                            "<eos>"};
constexpr std::string_view kHeading = "ebit vocabulary 1";

bool is_special(std::string_view token) {
  return std::ranges::find(kSpecialTokens, token) != kSpecialTokens.end();
}

// A token may be a line end or a tab, which the file's lines are made of.
constexpr std::array<std::pair<char, char>, 4> kEscapes{
    {{'\\', '\\'}, {'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}}};

std::string escaped(std::string_view token) {
  std::string out;
  for (const char c : token) {
    const auto* row = std::ranges::find(kEscapes, c, &std::pair<char, char>::first);
    if (row == kEscapes.end()) {
      out += c;
    } else {
      out += '\\';
      out += row->second;
    }
  }
  return out;
}

// False where a backslash stands before anything else than escaped() puts there.
bool unescape(std::string_view text, std::string& token) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      token += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    const auto* row = std::ranges::find(kEscapes, text[i], &std::pair<char, char>::second);
    if (row == kEscapes.end()) return false;
    token += row->first;
  }
  return true;
}

}  // namespace

Vocabulary::Vocabulary() {
  for (const std::string_view token : kSpecialTokens) add(std::string(token), 0);
}

Vocabulary::Vocabulary(const TokenCounts& counts, const VocabularyOptions& options) : Vocabulary() {
  require(options.min_count >= 1, "a vocabulary's minimum count is 1 or more, not {}", options.min_count);
  require(options.max_size == 0 || options.max_size > static_cast<std::size_t>(kSpecial),
          "a vocabulary's maximum size is more than its {} special tokens, not {}", kSpecial,
          options.max_size);
  std::vector<std::pair<std::string, std::int64_t>> kept;
  for (const auto& [token, count] : counts) {
    if (count >= options.min_count && !is_special(token)) kept.emplace_back(token, count);
  }
  std::ranges::sort(kept, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (options.max_size > 0) kept.resize(std::min(kept.size(), options.max_size - tokens_.size()));
  for (auto& [token, count] : kept) add(std::move(token), count);
}

void Vocabulary::add(std::string token, std::int64_t count) {
  const auto id = static_cast<std::int64_t>(tokens_.size());
  if (id >= kSpecial) ids_.emplace(token, id);
  tokens_.push_back(std::move(token));
  counts_.push_back(count);
}

std::int64_t Vocabulary::id(const std::string& token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? kUnk : found->second;
}

const std::string& Vocabulary::token(std::int64_t id) const {
  require(id >= 0 && static_cast<std::size_t>(id) < size(),
          "no token has the number {}; the vocabulary has {}", id, size());
  return tokens_[static_cast<std::size_t>(id)];
}

std::int64_t Vocabulary::count(std::int64_t id) const {
  token(id);
  return counts_[static_cast<std::size_t>(id)];
}

Ids Vocabulary::ids(const Tokens& tokens) const {
  Ids numbers;
  numbers.reserve(tokens.size());
  for (const std::string& token : tokens) numbers.push_back(id(token));
  return numbers;
}

Tokens Vocabulary::tokens(std::span<const std::int64_t> ids) const {
  Tokens found;
  for (const std::int64_t number : ids) {
    if (number == kEos) break;
    if (number != kPad && number != kBos) found.push_back(token(number));
  }
  return found;
}

void Vocabulary::save(const std::filesystem::path& path) const {
  std::string text = fmt::format("{}\n", kHeading);
  for (auto id = static_cast<std::size_t>(kSpecial); id < size(); ++id)
    text += fmt::format("{}\t{}\n", counts_[id], escaped(tokens_[id]));
  write_file_atomically(path, text);
}

Vocabulary Vocabulary::load(const std::filesystem::path& path) {
  const std::string text = decode_text(read_file(path), "utf-8", path.string());
  const std::vector<std::string_view> lines = lines_of(text);
  require(!lines.empty() && lines[0] == kHeading, "'{}' is no vocabulary: its first line is not '{}'",
          path.string(), kHeading);
  Vocabulary vocabulary;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const std::size_t tab = line.find('\t');
    std::int64_t count = 0;
    std::string token;
    const bool counted = tab != std::string_view::npos &&
                         std::from_chars(line.data(), line.data() + tab, count).ptr == line.data() + tab &&
                         count > 0;
    require(counted && unescape(line.substr(tab + 1), token) && !token.empty(),
            "'{}', line {}: not a count, a tab and a token: '{}'", path.string(), i + 1, shown(line));
    require(!vocabulary.ids_.contains(token) && !is_special(token),
            "'{}', line {}: the token '{}' is there already", path.string(), i + 1, shown(token));
    vocabulary.add(std::move(token), count);
  }
  return vocabulary;
}

void count_tokens(const Tokens& tokens, TokenCounts& counts) {
  for (const std::string& token : tokens) ++counts[token];
}

double unknown_share(std::span<const Ids> sequences) {
  std::size_t all = 0, unknown = 0;
  for (const Ids& ids : sequences) {
    all += ids.size();
    unknown += static_cast<std::size_t>(std::ranges::count(ids, Vocabulary::kUnk));
  }
  return all == 0 ? 0.0 : static_cast<double>(unknown) / static_cast<double>(all);
}

}  // namespace ebit::inline corpus
