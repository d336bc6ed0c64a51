#include "ebit/corpus/language.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/catalogue.h"
#include "ebit/corpus/files.h"
#include "ebit/corpus/text.h"

namespace ebit::inline corpus {
namespace {

/// The three parts as text.
struct Texts {
  std::string train, validation, test;
};

std::optional<std::string*> part_of(Texts& texts, std::string_view name) {
  const std::string_view file = base_name(name);
  if (file.find("train") != std::string_view::npos) return &texts.train;
  if (file.find("valid") != std::string_view::npos) return &texts.validation;
  if (file.find("test") != std::string_view::npos) return &texts.test;
  return std::nullopt;
}

// The place of the line that begins at or after `at`.
std::size_t line_start(std::string_view text, double at) {
  const auto place =
      static_cast<std::size_t>(std::llround(std::clamp(at, 0.0, static_cast<double>(text.size()))));
  const std::size_t end = text.find('\n', place == 0 ? 0 : place - 1);
  return end == std::string_view::npos ? text.size() : end + 1;
}

Texts divide(const std::string& text, const LanguageOptions& options, const std::string& source) {
  const double held = options.validation + options.test;
  require(options.validation > 0 && options.test > 0 && held < 1,
          "the shares of the validation part ({}) and the test part ({}) must be above 0 and less than 1 "
          "together",
          options.validation, options.test);
  const auto size = static_cast<double>(text.size());
  const std::size_t first = line_start(text, size * (1 - held));
  const std::size_t second = line_start(text, size * (1 - options.test));
  Texts texts{text.substr(0, first), text.substr(first, second - first), text.substr(second)};
  require(!texts.train.empty() && !texts.validation.empty() && !texts.test.empty(),
          "'{}' has too few lines to be cut into a training, a validation and a test part", source);
  return texts;
}

Texts read_texts(const LanguageOptions& options) {
  const CorpusSource source = corpus_source(options.corpus, "language", options.folder);
  std::vector<NamedBytes> files;
  Texts ignored;
  for (const auto& path : source.files) {
    const bool alone = std::filesystem::is_regular_file(path);
    for (NamedBytes& file : read_members(path, [&](std::string_view name) {
           return (alone && name == path.filename().string()) || part_of(ignored, name).has_value();
         }))
      files.push_back(std::move(file));
  }
  const auto decoded = [&](NamedBytes& file) {
    return decode_text(std::move(file.bytes), source.name.empty() ? options.encoding : "utf-8",
                       shown(file.name));
  };
  if (files.size() == 1) return divide(decoded(files[0]), options, shown(files[0].name));
  Texts texts;
  for (NamedBytes& file : files) {
    std::string& part = *part_of(texts, file.name).value();
    require(part.empty(), "'{}' has several files for the part of '{}'; give a folder with one of each",
            options.corpus, shown(file.name));
    part = decoded(file);
  }
  require(!texts.train.empty() && !texts.validation.empty() && !texts.test.empty(),
          "'{}' is no text, and holds no three files with 'train', 'valid' and 'test' in their names",
          options.corpus);
  return texts;
}

/// Calls `use(tokens, characters)` for every line with its end, until it returns false.
template <class Use>
void for_each_line(std::string_view text, const TokenizerOptions& tokenizer, Use&& use) {
  // To characters a line's end is one of them; words have lost it, as they lose the blanks.
  const bool keeps_ends = tokenizer.name == "characters";
  for (const std::string_view line : lines_of(text)) {
    Tokens tokens = tokenize(line, tokenizer);
    tokens.emplace_back(keeps_ends ? "\n" : "<eos>");
    std::size_t characters = 1;
    for_each_code_point(line, [&](char32_t, std::string_view) { ++characters; });
    if (!use(tokens, characters)) return;
  }
}

TextPart number(std::string_view text, const LanguageOptions& options, const Vocabulary& vocabulary,
                std::size_t limit) {
  TextPart part;
  for_each_line(text, options.tokenizer, [&](const Tokens& tokens, std::size_t characters) {
    if (limit > 0 && part.ids.size() + tokens.size() > limit) return false;
    for (const std::string& token : tokens)
      part.ids.push_back(token == "<eos>" ? Vocabulary::kEos : vocabulary.id(token));
    part.characters += characters;
    return true;
  });
  return part;
}

TokenCounts count(std::string_view text, const LanguageOptions& options) {
  TokenCounts counts;
  std::size_t all = 0;
  for_each_line(text, options.tokenizer, [&](const Tokens& tokens, std::size_t) {
    all += tokens.size();
    if (options.limit > 0 && all > options.limit) return false;
    count_tokens(tokens, counts);
    return true;
  });
  return counts;
}

}  // namespace

LanguageData load_language(const LanguageOptions& options) {
  const Texts texts = read_texts(options);
  LanguageData data;
  data.vocabulary = Vocabulary(count(texts.train, options), options.vocabulary);
  data.train = number(texts.train, options, data.vocabulary, options.limit);
  data.validation = number(texts.validation, options, data.vocabulary, 0);
  data.test = number(texts.test, options, data.vocabulary, 0);
  require(!data.train.ids.empty(), "no training text is left of '{}': its first line has more than {} tokens",
          options.corpus, options.limit);
  data.notes.push_back(fmt::format(
      "{}: {} tokens to train on, {} to validate, {} to test; {} entries in the vocabulary", options.corpus,
      data.train.ids.size(), data.validation.ids.size(), data.test.ids.size(), data.vocabulary.size()));
  const auto share = [](const TextPart& part) { return 100 * unknown_share(std::span(&part.ids, 1)); };
  data.notes.push_back(
      fmt::format("tokens outside the vocabulary: {:.2f} % of the training part, {:.2f} % of the test part",
                  share(data.train), share(data.test)));
  return data;
}

TextStreams::TextStreams(std::span<const std::int64_t> ids, std::size_t batch, std::size_t steps)
    : ids_(ids), batch_(batch), steps_(steps), length_(batch == 0 ? 0 : ids.size() / batch) {
  require(batch >= 1 && steps >= 1, "streams have 1 row and 1 step or more, not {} and {}", batch, steps);
  require(length_ >= 2, "{} tokens are too few for {} streams of 2 or more", ids.size(), batch);
}

std::size_t TextStreams::windows() const { return (length_ - 1 + steps_ - 1) / steps_; }

StreamWindow TextStreams::window(std::size_t index) const {
  require(index < windows(), "no window {}; there are {}", index, windows());
  const std::size_t from = index * steps_;
  StreamWindow out{batch_, std::min(steps_, length_ - 1 - from), {}, {}};
  for (std::size_t b = 0; b < batch_; ++b) {
    const auto x = ids_.subspan(b * length_ + from, out.steps);
    const auto y = ids_.subspan(b * length_ + from + 1, out.steps);
    out.x.insert(out.x.end(), x.begin(), x.end());
    out.y.insert(out.y.end(), y.begin(), y.end());
  }
  return out;
}

}  // namespace ebit::inline corpus
