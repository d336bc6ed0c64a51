#include "ebit/corpus/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/corpus/files.h"
#include "ebit/corpus/text.h"
#include "ebit/data/number.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;

/// Pairs as tokens, those that are kept.
struct TokenPairs {
  std::vector<Tokens> source, target;
  std::vector<std::string> source_texts, target_texts;  // the tokens put together again
};

std::string whole(std::string_view text, const fs::path& path, std::size_t line) {
  const std::string_view sentence = trimmed(text);
  require(!is_blank(sentence), "'{}', line {}: an empty sentence; remove the line", path.string(), line);
  return std::string(sentence);
}

RawPairs read_raw(const TranslationOptions& options) {
  const CorpusSource source = corpus_source(options.corpus, "translation", options.folder);
  const std::string encoding = source.name.empty() ? options.encoding : "utf-8";
  if (options.target_file.empty()) return read_pairs(source.files.front(), options.swapped, encoding);
  RawPairs pairs = read_two_files(source.files.front(), options.target_file, encoding);
  if (options.swapped) std::swap(pairs.source, pairs.target);
  return pairs;
}

TokenPairs keep(const RawPairs& raw, const TranslationOptions& options, std::vector<std::string>& notes) {
  TokenPairs kept;
  std::unordered_set<std::string> seen;
  std::size_t equal = 0, longer = 0;
  for (std::size_t i = 0; i < raw.source.size(); ++i) {
    Tokens source = tokenize(raw.source[i], options.tokenizer),
           target = tokenize(raw.target[i], options.tokenizer);
    if (options.max_length > 0 && std::max(source.size(), target.size()) > options.max_length) {
      ++longer;
      continue;
    }
    std::string from = join_tokens(source, options.tokenizer), to = join_tokens(target, options.tokenizer);
    if (!seen.insert(from + '\t' + to).second) {
      ++equal;
      continue;
    }
    kept.source.push_back(std::move(source));
    kept.target.push_back(std::move(target));
    kept.source_texts.push_back(std::move(from));
    kept.target_texts.push_back(std::move(to));
  }
  require(!kept.source.empty(), "no pair of '{}' has at most {} tokens on both sides", options.corpus,
          options.max_length);
  notes.push_back(fmt::format("{}: {} pairs; left out: {} longer than {} tokens, {} that are there already",
                              options.corpus, raw.source.size(), longer, options.max_length, equal));
  return kept;
}

Vocabulary vocabulary_of(const std::vector<Tokens>& sentences, const std::vector<std::size_t>& rows,
                         const VocabularyOptions& options) {
  TokenCounts counts;
  for (const std::size_t row : rows) count_tokens(sentences[row], counts);
  return Vocabulary(counts, options);
}

// With `merge`, rows of one source become one with several references.
SentencePairs number(const TokenPairs& pairs, const std::vector<std::size_t>& rows,
                     const TranslationData& data, bool merge) {
  SentencePairs out;
  std::unordered_map<std::string_view, std::size_t> place;  // of a source sentence in `out`
  for (const std::size_t row : rows) {
    if (merge) {
      const auto [found, fresh] = place.emplace(pairs.source_texts[row], out.count());
      if (!fresh) {
        out.references[found->second].push_back(pairs.target_texts[row]);
        continue;
      }
    }
    out.source.push_back(data.source_vocabulary.ids(pairs.source[row]));
    out.target.push_back(data.target_vocabulary.ids(pairs.target[row]));
    out.references.push_back({pairs.target_texts[row]});
  }
  return out;
}

}  // namespace

RawPairs read_pairs(const std::filesystem::path& path, bool swapped, const std::string& encoding) {
  std::vector<NamedBytes> files = read_members(path, [&](std::string_view name) {
    const std::string_view file = base_name(name);
    const bool text = file.ends_with(".txt") || file.ends_with(".tsv") || file == path.filename().string();
    return text && !file.starts_with('_');
  });
  require(files.size() == 1, "'{}' holds {} texts where one of sentence pairs is expected", path.string(),
          files.size());
  const std::string source = shown(files[0].name, std::string::npos);
  const std::string text = decode_text(std::move(files[0].bytes), encoding, source);
  RawPairs pairs;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const std::size_t tab = line.find('\t');
    require(tab != std::string_view::npos, "'{}', line {}: no tab between two sentences: '{}'", source,
            number, shown(line));
    const std::string_view rest = line.substr(tab + 1);
    pairs.source.push_back(whole(line.substr(0, tab), source, number));
    pairs.target.push_back(whole(rest.substr(0, rest.find('\t')), source, number));
  }
  require(!pairs.source.empty(), "'{}' holds no sentence pairs", path.string());
  if (swapped) std::swap(pairs.source, pairs.target);
  return pairs;
}

RawPairs read_two_files(const std::filesystem::path& source, const std::filesystem::path& target,
                        const std::string& encoding) {
  RawPairs pairs;
  const auto read = [&](const fs::path& path, std::vector<std::string>& sentences) {
    const std::string text = decode_text(read_unpacked(path), encoding, path.string());
    for (const std::string_view line : lines_of(text)) sentences.emplace_back(line);
  };
  read(source, pairs.source);
  read(target, pairs.target);
  require(pairs.source.size() == pairs.target.size() && !pairs.source.empty(),
          "'{}' has {} lines, but '{}' {}; line by line they must be translations of each other",
          source.string(), pairs.source.size(), target.string(), pairs.target.size());
  for (std::size_t i = 0; i < pairs.source.size(); ++i) {
    pairs.source[i] = whole(pairs.source[i], source, i + 1);
    pairs.target[i] = whole(pairs.target[i], target, i + 1);
  }
  return pairs;
}

TranslationData load_translation(const TranslationOptions& options) {
  TranslationData data;
  const RawPairs raw = read_raw(options);
  data.notes = raw.notes;
  const TokenPairs pairs = keep(raw, options, data.notes);
  const Parts parts = split_rows(pairs.source.size(), options.split, pairs.source_texts);
  data.source_vocabulary = vocabulary_of(pairs.source, parts.train, options.source_vocabulary);
  data.target_vocabulary = vocabulary_of(pairs.target, parts.train, options.target_vocabulary);
  data.train = number(pairs, parts.train, data, /*merge=*/false);
  data.validation = number(pairs, parts.validation, data, /*merge=*/true);
  data.test = number(pairs, parts.test, data, /*merge=*/true);
  data.notes.push_back(
      fmt::format("{} pairs to train on, {} source sentences to validate, {} to test; {} and {} entries in "
                  "the vocabularies",
                  data.train.count(), data.validation.count(), data.test.count(),
                  data.source_vocabulary.size(), data.target_vocabulary.size()));
  data.notes.push_back(fmt::format(
      "tokens outside the vocabulary, in the test part: {:.2f} % of the source, {:.2f} % of the target",
      100 * unknown_share(data.test.source), 100 * unknown_share(data.test.target)));
  return data;
}

}  // namespace ebit::inline corpus
