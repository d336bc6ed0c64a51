// Options of problems and their data. One row makes the flag, the key of config.toml, its help and its
// checks.
#include "ebit/settings/option_rows.h"
#include "ebit/settings/problems.h"

namespace ebit::inline settings {
namespace {

// Names that may also be empty: nothing is chosen.
Names or_none(Names names) {
  names.emplace_back();
  return names;
}

bool with_file(const Config& c) { return c.data.generator.empty(); }

constexpr Users kOfSeries{.problems = kForecast};
constexpr Users kOfFiles{.problems = kForecast, .effective = with_file, .when = "for data from a file"};
constexpr Users kOfCorpora{.problems = kCorpora};
constexpr Users kOfText{.problems = kText};
constexpr Users kOfTranslation{.problems = kTranslate};
constexpr Users kOfLanguage{.problems = kLanguage};

const OptionRow kOptions[] = {
    // problem
    {"problem", "name", "", "the problem", EBIT_SLOT(problem.name), [] { return names_of(problems()); }},
    {"problem",
     "epoch_steps",
     "--epoch-steps",
     "optimizer steps of an epoch, after which validation and checkpoint follow; 0: the whole training part",
     EBIT_SLOT(problem.epoch_steps),
     nullptr,
     {.problems = kTasks}},
    {"problem",
     "delay",
     "--delay",
     "blanks between the symbols and the marker",
     EBIT_SLOT(problem.delay),
     nullptr,
     {.problems = kCopying}},
    {"problem", "bptt", "--bptt", "tokens of a window, which is as far as gradients reach back",
     EBIT_SLOT(problem.bptt), nullptr, kOfLanguage},
    {"problem", "carry", "--carry", "a window begins in the state that the one before ended in",
     EBIT_SLOT(problem.carry), nullptr, kOfLanguage},
    {"problem", "beam", "--beam", "hypotheses kept by the search; 1: greedy", EBIT_SLOT(problem.beam),
     nullptr, kOfTranslation, false},
    {"problem", "length_power", "--length-power", "log-likelihoods are divided by length to this power",
     EBIT_SLOT(problem.length_power), nullptr, kOfTranslation, false},
    {"problem", "sample", "--sample", "tokens of text to draw from the trained model",
     EBIT_SLOT(problem.sample), nullptr, kOfLanguage, false},
    {"problem",
     "temperature",
     "--temperature",
     "logits are divided by this before drawing",
     EBIT_SLOT(problem.temperature),
     nullptr,
     {.problems = kLanguage,
      .effective = [](const Config& c) { return c.problem.sample > 0; },
      .when = "with --sample above 0"},
     false},
    {"problem",
     "length",
     "--length",
     "words, or measurements, of a sequence",
     EBIT_SLOT(problem.length),
     nullptr,
     {.problems = kWords | kPauli}},
    {"problem",
     "words",
     "--words",
     "how a word enters: its bits, or one number for each word",
     EBIT_SLOT(problem.words),
     [] {
       return Names{"bits", "one-hot"};
     },
     {.families = kAnyModel & ~kRvqe, .problems = kWordTasks}},
    {"problem",
     "ignored_words",
     "--ignored-words",
     "what the memory is projected on where a word does not count: its target, which may hold the answer; "
     "the "
     "word 0; a word that is drawn",
     EBIT_SLOT(problem.ignored_words),
     [] {
       return Names{"targets", "zeros", "drawn"};
     },
     {.families = kRvqe, .problems = kWordTasks}},

    // data: where a series comes from
    {"data", "file", "", "CSV file, or the name of an included data set", EBIT_SLOT(data.file), nullptr,
     kOfSeries},
    {"data", "generator", "--generator", "computed series instead of a file", EBIT_SLOT(data.generator),
     [] { return or_none(names_of(generator_table())); }, kOfSeries},
    {"data",
     "set",
     "--set",
     "parameter of the generator, KEY=VALUE; may be repeated",
     EBIT_SLOT(data.set),
     nullptr,
     {.problems = kForecast,
      .effective = [](const Config& c) { return !c.data.generator.empty(); },
      .when = "with --generator, and the data are a file"}},
    {"data",
     "generator_seed",
     "--generator-seed",
     "seed of the generator's noise",
     EBIT_SLOT(data.generator_seed),
     nullptr,
     {.problems = kForecast,
      .effective = [](const Config& c) { return !c.data.generator.empty(); },
      .when = "with --generator, and the data are a file"}},

    // data: how a file is read
    {"data", "delimiter", "--delimiter", "between cells: , ; | or tab; empty: found",
     EBIT_SLOT(data.series.csv.delimiter), nullptr, kOfFiles},
    {"data", "decimal", "--decimal", "decimal mark, . or a comma; empty: found",
     EBIT_SLOT(data.series.csv.decimal),
     [] {
       return Names{"", ".", ","};
     },
     kOfFiles},
    {"data", "header", "--header", "whether the first line holds column names; empty: found",
     EBIT_SLOT(data.series.csv.header),
     [] {
       return Names{"", "yes", "no"};
     },
     kOfFiles},
    {"data", "time", "--time", "time column, or date and time columns; none: rows are in order; empty: found",
     EBIT_SLOT(data.series.time.columns), nullptr, kOfFiles},
    {"data", "date_order", "--date-order", "meaning of dates like 01/02/2024; empty: found",
     EBIT_SLOT(data.series.time.date_order),
     [] {
       return Names{"", "dmy", "mdy"};
     },
     kOfFiles},
    {"data", "missing", "--missing", "what is done about missing values", EBIT_SLOT(data.series.missing),
     [] { return names_of(missing_table()); }, kOfFiles},
    {"data", "missing_tokens", "--missing-tokens",
     "texts that stand for a missing value, letter case ignored", EBIT_SLOT(data.series.missing_tokens),
     nullptr, kOfFiles},
    {"data", "duplicates", "--duplicates", "what is done where two rows have the same time and differ",
     EBIT_SLOT(data.series.duplicates), [] { return names_of(duplicates_table()); }, kOfFiles},
    {"data", "first_rows", "--first-rows",
     "keep that many rows from the start, as if the file ended there; 0: all",
     EBIT_SLOT(data.series.first_rows), nullptr, kOfFiles},

    // data: windows
    {"data", "targets", "--target", "columns to predict, by name or number", EBIT_SLOT(data.dataset.targets),
     nullptr, kOfSeries},
    {"data", "features", "--features", "columns that the model sees; empty: the targets",
     EBIT_SLOT(data.dataset.features), nullptr, kOfSeries},
    {"data", "window", "--window", "time steps that the model sees", EBIT_SLOT(data.dataset.window), nullptr,
     kOfSeries},
    {"data", "horizon", "--horizon", "steps ahead that it predicts", EBIT_SLOT(data.dataset.horizon), nullptr,
     kOfSeries},
    {"data", "stride", "--stride", "rows between the starts of consecutive windows",
     EBIT_SLOT(data.dataset.stride), nullptr, kOfSeries},
    {"data", "train", "--train", "share of the rows for training", EBIT_SLOT(data.dataset.train), nullptr,
     kOfSeries},
    {"data", "validation", "--validation",
     "share of the rows for validation, the rest is for testing; a default that cannot hold a window becomes "
     "0",
     EBIT_SLOT(data.dataset.validation), nullptr, kOfSeries},
    {"data", "split", "--split", "how the parts are taken", EBIT_SLOT(data.dataset.split),
     [] { return names_of(split_table()); }, kOfSeries},
    {"data",
     "split_seed",
     "--split-seed",
     "seed of a random split",
     EBIT_SLOT(data.dataset.seed),
     nullptr,
     {.problems = kForecast,
      .effective = [](const Config& c) { return c.data.dataset.split == "random"; },
      .when = "with --split random"}},
    {"data",
     "boundary",
     "--boundary",
     "whether windows may reach over the boundary of a part",
     EBIT_SLOT(data.dataset.boundary),
     [] { return names_of(boundary_table()); },
     {.problems = kForecast,
      .effective = [](const Config& c) { return c.data.dataset.split == "time"; },
      .when = "with --split time"}},
    {"data", "scaler", "--scaler", "how values are scaled", EBIT_SLOT(data.dataset.scaler),
     [] { return names_of(scaler_table()); }, kOfSeries},
    {"data", "scale_on", "--scale-on", "rows that the scaler is fitted on", EBIT_SLOT(data.dataset.scale_on),
     [] { return names_of(scale_on_table()); }, kOfSeries},

    // corpus
    {"corpus", "corpus", "--corpus",
     "a name that `ebit data list` shows, or a file; empty: the problem's own", EBIT_SLOT(corpus.corpus),
     nullptr, kOfCorpora},
    {"corpus", "target_file", "--target-file",
     "--corpus is the file of source lines and this of target lines", EBIT_SLOT(corpus.target_file), nullptr,
     kOfTranslation},
    {"corpus", "folder", "--data-folder", "where downloads are; empty: where `ebit data get` puts them",
     EBIT_SLOT(corpus.folder), nullptr, kOfCorpora, false},
    {"corpus", "encoding", "--encoding", "of text files of your own: utf-8 | latin-1",
     EBIT_SLOT(corpus.encoding), nullptr, kOfText},
    {"corpus", "tokenizer", "--tokenizer",
     "what a token is: words | characters | whitespace; empty: the problem's own",
     EBIT_SLOT(corpus.tokenizer), nullptr, kOfText},
    {"corpus", "lower_case", "--lower-case", "letters in lower case first", EBIT_SLOT(corpus.lower_case),
     nullptr, kOfText},
    {"corpus", "swapped", "--swapped", "from the second language to the first", EBIT_SLOT(corpus.swapped),
     nullptr, kOfTranslation},
    {"corpus", "min_count", "--min-count", "tokens that are rarer in the training part become <unk>",
     EBIT_SLOT(corpus.min_count), nullptr, kOfText},
    {"corpus", "max_vocabulary", "--max-vocabulary", "entries of a vocabulary at most; 0: no limit",
     EBIT_SLOT(corpus.max_vocabulary), nullptr, kOfText},
    {"corpus",
     "max_length",
     "--max-length",
     "tokens of a sentence at most: sentiment cuts, translate leaves out; 0: no limit",
     EBIT_SLOT(corpus.max_length),
     nullptr,
     {.problems = kSentiment | kTranslate}},
    {"corpus",
     "order",
     "--order",
     "how an image becomes steps: rows | pixels | permuted-pixels; empty: the problem's own",
     EBIT_SLOT(corpus.order),
     nullptr,
     {.problems = kImages}},
    {"corpus",
     "permutation_seed",
     "--permutation-seed",
     "of permuted pixels",
     EBIT_SLOT(corpus.permutation_seed),
     nullptr,
     {.problems = kImages,
      .effective = [](const Config& c) { return c.corpus.order == "permuted-pixels"; },
      .when = "with --order permuted-pixels"}},
    {"corpus", "validation", "--validation-share", "share of the rows to choose the best epoch by",
     EBIT_SLOT(corpus.validation), nullptr, kOfCorpora},
    {"corpus", "test", "--test-share",
     "share of the rows to report, where the corpus has no test part of its own", EBIT_SLOT(corpus.test),
     nullptr, kOfCorpora},
    {"corpus",
     "split_seed",
     "--data-seed",
     "of the parts; copying, pauli: of the sequences",
     EBIT_SLOT(corpus.split_seed),
     nullptr,
     {.problems = kTasks & ~kLanguage}},
    {"corpus", "limit", "--limit", "training rows, or tokens of a language model, at most; 0: all",
     EBIT_SLOT(corpus.limit), nullptr, kOfCorpora},
    {"corpus",
     "test_limit",
     "--test-limit",
     "test rows at most; 0: all",
     EBIT_SLOT(corpus.test_limit),
     nullptr,
     {.problems = kImages | kTranslate},
     false},
    {"corpus",
     "vectors",
     "--vectors",
     "file of word vectors (GloVe format) to start from",
     EBIT_SLOT(corpus.vectors),
     nullptr,
     {.problems = kSentiment}},
};

}  // namespace

std::span<const OptionRow> data_options() { return kOptions; }

}  // namespace ebit::inline settings
