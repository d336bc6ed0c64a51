// Targets that read series, texts, images, archives.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "ebit/base/error.h"
#include "ebit/base/lines.h"
#include "ebit/base/time.h"
#include "ebit/base/utf8.h"
#include "ebit/corpus/embeddings.h"
#include "ebit/corpus/files.h"
#include "ebit/corpus/idx.h"
#include "ebit/corpus/sentiment.h"
#include "ebit/corpus/text.h"
#include "ebit/corpus/tokenizer.h"
#include "ebit/corpus/translation.h"
#include "ebit/corpus/vocabulary.h"
#include "ebit/data/calendar.h"
#include "ebit/data/continue_times.h"
#include "ebit/data/dataset.h"
#include "ebit/data/load.h"
#include "ebit/data/missing.h"
#include "fuzz/targets.h"

namespace ebit::fuzz {
namespace {

void demand(bool ok, const char* what) {
  if (!ok) throw std::logic_error(what);
}

SeriesOptions series_options(std::string_view& bytes) {
  const char* const kDelimiters[] = {"", ",", ";", "tab", "|"};
  const char* const kMarks[] = {"", ".", ","};
  const char* const kAnswers[] = {"", "yes", "no"};
  const char* const kThousands[] = {"", "none", ".", ",", "'", "space"};
  const char* const kOrders[] = {"", "dmy", "mdy"};
  SeriesOptions o;
  o.missing = "interpolate", o.duplicates = "mean";
  if (take_choice(bytes, 2) == 0) return o;
  o.csv.delimiter = kDelimiters[take_choice(bytes, 5)], o.csv.decimal = kMarks[take_choice(bytes, 3)];
  o.csv.header = kAnswers[take_choice(bytes, 3)], o.csv.thousands = kThousands[take_choice(bytes, 6)];
  o.csv.skip_lines = static_cast<int>(take_choice(bytes, 4)) - 1;
  o.time.date_order = kOrders[take_choice(bytes, 3)];
  const auto policies = missing_table();
  o.missing = policies[take_choice(bytes, static_cast<unsigned>(policies.size()))].name;
  const auto duplicates = duplicates_table();
  o.duplicates = duplicates[take_choice(bytes, static_cast<unsigned>(duplicates.size()))].name;
  o.first_rows = take_choice(bytes, 5);
  return o;
}

}  // namespace

int series(std::string_view bytes) {
  return attempt([&] {
    const SeriesOptions options = series_options(bytes);
    const Series series = series_of(parse_csv(bytes, options.csv, "fuzz.csv"), options, {});
    demand(series.values.size() == series.times.size() * series.names.size() && !series.values.empty(),
           "a series of another size");
    for (const std::string& name : series.names) demand(is_utf8(name), "a name that is no UTF-8");
    for (const std::string& time : series.times)
      demand(is_utf8(time) && time.find('\n') == std::string::npos, "a time that is no line");
    for (const double value : series.values) demand(std::isfinite(value), "a value that is no number");
    for (const std::string& label : continue_times(series.times, 3, series.date_order))
      demand(is_utf8(label), "a label that is no UTF-8");
    DatasetOptions windows;
    windows.targets = {series.names[0]}, windows.window = 1, windows.train = 0.5, windows.validation = 0;
    windows.boundary = "across";
    const Dataset dataset = make_dataset(series, windows);
    for (const double value : dataset.train.rows)
      demand(std::isfinite(value), "a scaled value that is no number");
  });
}

int dates(std::string_view bytes) {
  return attempt([&] {
    std::vector<std::string> labels;
    for (const std::string_view line : lines_of(bytes)) {
      labels.emplace_back(line);
      is_clock(line);
      for (const DateOrder order : {DateOrder::kDayFirst, DateOrder::kMonthFirst}) parse_time(line, order);
    }
    if (labels.empty()) return;
    for (const char* const order : {"", "dmy", "mdy"})
      demand(continue_times(labels, 5, order).size() == 5, "labels are missing");
    std::vector<std::string> features;
    for (const CalendarFeature& row : calendar_table()) features.emplace_back(row.name);
    for (const double value : calendar_values(features, labels, "dmy", "fuzz.csv"))
      demand(std::abs(value) <= 1, "a feature beyond 1");
  });
}

int idx(std::string_view bytes) {
  const std::size_t dimensions = 1 + take_choice(bytes, 3);
  const MemoryFile file(bytes);
  return attempt([&] {
    const IdxArray array = read_idx(file.path(), dimensions);
    demand(array.sizes.size() == dimensions && array.values.size() <= kMostUnpacked, "another shape");
  });
}

int archive(std::string_view bytes) {
  const MemoryFile file(bytes);
  const int unpacked = attempt([&] { read_unpacked(file.path()); });
  return unpacked + attempt([&] {
           for (const NamedBytes& member : read_members(file.path(), [](std::string_view) { return true; }))
             demand(member.bytes.size() <= kMostUnpacked, "more than the limit");
         });
}

int text(std::string_view bytes) {
  const auto encodings = encoding_table();
  const auto tokenizers = tokenizer_table();
  const std::string_view encoding =
      encodings[take_choice(bytes, static_cast<unsigned>(encodings.size()))].name;
  const TokenizerOptions options{
      .name = std::string(tokenizers[take_choice(bytes, static_cast<unsigned>(tokenizers.size()))].name),
      .lower_case = take_choice(bytes, 2) == 1};
  return attempt([&] {
    const std::string decoded = decode_text(std::string(bytes), encoding, "fuzz.txt");
    demand(is_utf8(decoded), "decoded text is no UTF-8");
    const Tokens tokens = tokenize(decoded, options);
    for (const std::string& token : tokens) demand(!token.empty() && is_utf8(token), "a bad token");
    TokenCounts counts;
    count_tokens(tokens, counts);
    const Vocabulary vocabulary(counts, {.min_count = 1, .max_size = 50});
    const Ids ids = vocabulary.ids(tokens);
    demand(ids.size() == tokens.size(), "tokens are lost");
    demand(is_utf8(join_tokens(vocabulary.tokens(ids), options)), "joined tokens are no UTF-8");
  });
}

int vocabulary(std::string_view bytes) {
  const MemoryFile file(bytes);
  return attempt([&] {
    const Vocabulary read = Vocabulary::load(file.path());
    for (std::size_t id = 0; id < read.size(); ++id)
      demand(!read.token(static_cast<std::int64_t>(id)).empty(), "an empty token");
  });
}

int sentences(std::string_view bytes) {
  const unsigned kind = take_choice(bytes, 4);
  const MemoryFile file(bytes), same(bytes);
  return attempt([&] {
    if (kind == 0) {
      const RawSentences read = read_sentiment("", file.path());
      demand(read.texts.size() == read.labels.size(), "labels are lost");
    } else if (kind == 1) {
      read_two_files(file.path(), same.path(), "windows-1252");
    } else {
      const RawPairs read = read_pairs(file.path(), kind == 2);
      demand(read.source.size() == read.target.size() && !read.source.empty(), "pairs are lost");
    }
  });
}

int word_vectors(std::string_view bytes) {
  static const Vocabulary known(TokenCounts{{"the", 5}, {"good", 4}, {"film", 3}, {"is", 2}, {"a", 1}});
  const MemoryFile file(bytes);
  return attempt([&] {
    const Embeddings read = read_embeddings(file.path(), known, 1);
    demand(read.vectors.size() == known.size() * read.dimension, "another size");
  });
}

}  // namespace ebit::fuzz
