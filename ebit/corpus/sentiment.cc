#include "ebit/corpus/sentiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/corpus/files.h"
#include "ebit/corpus/text.h"
#include "ebit/data/number.h"

namespace ebit::inline corpus {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNegative = 0, kPositive = 1;

void add_sentence(RawSentences& out, std::string_view text, std::int64_t label, const std::string& place) {
  const std::string_view sentence = trimmed(text);
  require(!is_blank(sentence), "{}: an empty sentence; remove the line", place);
  out.texts.emplace_back(sentence);
  out.labels.push_back(label);
}

// A corpus whose copies are in UTF-8 or, the older ones, in Windows-1252.
std::string decode_either(const NamedBytes& file, RawSentences& out) {
  if (is_utf8(file.bytes)) return decode_text(file.bytes, "utf-8", shown(file.name));
  out.notes.push_back(fmt::format("'{}' is not UTF-8: read as Windows-1252", shown(file.name)));
  return decode_text(file.bytes, "windows-1252", shown(file.name));
}

void read_labelled_lines(std::string_view text, const std::string& source, RawSentences& out) {
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    const std::string place = fmt::format("'{}', line {}", shown(source, std::string::npos), ++number);
    const std::size_t tab = line.rfind('\t');
    require(tab != std::string_view::npos, "{}: no tab between a sentence and its label: '{}'", place,
            shown(line));
    const std::string_view label = trimmed(line.substr(tab + 1));
    require(label == "0" || label == "1", "{}: the label is '{}', not 0 (negative) or 1 (positive)", place,
            shown(label));
    add_sentence(out, line.substr(0, tab), label == "1" ? kPositive : kNegative, place);
  }
}

// rt-polarity.neg and rt-polarity.pos, a sentence a line.
void read_polarity(const fs::path& path, RawSentences& out) {
  for (const NamedBytes& file : read_members(
           path, [](std::string_view name) { return name.ends_with(".neg") || name.ends_with(".pos"); })) {
    const std::string text = decode_either(file, out);
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
      add_sentence(out, line, file.name.ends_with(".pos") ? kPositive : kNegative,
                   fmt::format("'{}', line {}", shown(file.name), ++number));
    }
  }
}

// neg/*.txt and pos/*.txt, a review a file.
void read_reviews(const fs::path& path, RawSentences& out) {
  const auto in = [](std::string_view name, std::string_view folder) {
    return name.ends_with(".txt") && name.find(folder) != std::string_view::npos;
  };
  for (const NamedBytes& file :
       read_members(path, [&](std::string_view name) { return in(name, "neg/") || in(name, "pos/"); })) {
    add_sentence(out, decode_either(file, out), in(file.name, "pos/") ? kPositive : kNegative,
                 fmt::format("'{}'", shown(file.name)));
  }
}

// Three files of "sentence TAB label".
void read_uci(const fs::path& path, RawSentences& out) {
  for (const NamedBytes& file :
       read_members(path, [](std::string_view name) { return name.ends_with("_labelled.txt"); }))
    read_labelled_lines(decode_either(file, out), file.name, out);
}

/// A known corpus and how it is read.
struct KnownCorpus {
  std::string_view name;  // in the catalogue
  void (*read)(const fs::path& path, RawSentences& out);
};

constexpr std::array<KnownCorpus, 3> kKnown{{
    {"sentence-polarity", read_polarity},
    {"movie-reviews", read_reviews},
    {"uci-sentences", read_uci},
}};

// One spelling for equal sentences: letter case and spacing do not make them differ.
std::string key_of(const Tokens& tokens) { return lower_case(join_tokens(tokens, {.name = "whitespace"})); }

}  // namespace

RawSentences read_sentiment(const std::string& corpus, const std::filesystem::path& path,
                            const std::string& encoding) {
  RawSentences out;
  out.label_names = {"negative", "positive"};
  if (corpus.empty()) {
    read_labelled_lines(decode_text(read_unpacked(path), encoding, path.string()), path.string(), out);
  } else {
    const auto* known = std::ranges::find(kKnown, corpus, &KnownCorpus::name);
    require(known != kKnown.end(), "the corpus '{}' is not one of sentences", corpus);
    known->read(path, out);
  }
  require(!out.texts.empty(), "'{}' holds no sentences{}", path.string(),
          corpus.empty() ? "" : "; is it the corpus that its name says?");
  return out;
}

SentimentData load_sentiment(const SentimentOptions& options) {
  const CorpusSource source = corpus_source(options.corpus, "sentiment", options.folder);
  RawSentences raw = read_sentiment(source.name, source.files.front(), options.encoding);
  std::vector<Tokens> sentences;
  std::vector<std::string> keys;
  std::size_t cut = 0;
  for (const std::string& text : raw.texts) {
    sentences.push_back(tokenize(text, options.tokenizer));
    Tokens& tokens = sentences.back();
    keys.push_back(key_of(tokens));
    if (options.max_length == 0 || tokens.size() <= options.max_length) continue;
    tokens.resize(options.max_length);
    ++cut;
  }
  const Parts parts = split_rows(sentences.size(), options.split, keys, raw.labels);
  TokenCounts counts;
  for (const std::size_t row : parts.train) count_tokens(sentences[row], counts);

  SentimentData data;
  data.vocabulary = Vocabulary(counts, options.vocabulary);
  data.label_names = raw.label_names;
  data.notes = raw.notes;
  const auto part = [&](const std::vector<std::size_t>& rows) {
    LabelledSentences out;
    for (const std::size_t row : rows) out.ids.push_back(data.vocabulary.ids(sentences[row]));
    out.labels = take_rows(raw.labels, rows);
    return out;
  };
  data.train = part(parts.train);
  data.validation = part(parts.validation);
  data.test = part(parts.test);
  data.notes.push_back(
      fmt::format("{}: {} sentences to train on, {} to validate, {} to test; {} entries in the vocabulary",
                  options.corpus, data.train.count(), data.validation.count(), data.test.count(),
                  data.vocabulary.size()));
  data.notes.push_back(
      fmt::format("tokens outside the vocabulary: {:.2f} % of the training part, {:.2f} % of the test part",
                  100 * unknown_share(data.train.ids), 100 * unknown_share(data.test.ids)));
  if (cut > 0)
    data.notes.push_back(fmt::format("{} sentences are cut after {} tokens", cut, options.max_length));
  return data;
}

}  // namespace ebit::inline corpus
