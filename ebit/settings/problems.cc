#include "ebit/settings/problems.h"

#include "ebit/base/choice.h"

namespace ebit::inline settings {
namespace {

// What all problems but "forecast" start from.
Pairs with_common(Pairs own) {
  Pairs pairs = {{"model.dtype", "float32"},
                 {"model.hidden_size", "32"},
                 {"train.lr", "0.001"},
                 {"baselines.match", "true"}};
  pairs.insert(pairs.end(), own.begin(), own.end());
  return pairs;
}

// What the problems on words start from: trained and stopped as published (Bausch 2020, arXiv:2006.14619).
Pairs with_words(const Pairs& own) {
  Pairs pairs = with_common({{"problem.epoch_steps", "1"},
                             {"train.batch", "128"},
                             {"train.epochs", "5000"},
                             {"train.optimizer", "adamw"},
                             {"train.lr", "0.01"},
                             {"train.clip", "0.5"},
                             {"train.validate_every", "10"},
                             {"train.stop_below", "0.001"},
                             {"model.dtype", "float64"},
                             {"model.hidden_size", "10"},
                             {"model.angle_scale", "0.3"}});
  pairs.insert(pairs.end(), own.begin(), own.end());
  return pairs;
}

const ProblemRow kProblems[] = {
    {"forecast",
     kForecast,
     "the values that follow a window of a series",
     "register",
     {{"baselines.which", "persistence,seasonal-naive,lstm,gru,rnn"}}},
    {"copying", kCopying,
     "remember ten symbols over a delay (Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016)", "qrnn",
     with_common({{"train.batch", "32"},
                  {"train.epochs", "20"},
                  {"train.lr", "0.01"},
                  {"train.clip", "1"},
                  {"problem.epoch_steps", "100"},
                  {"model.embedding", "10"},
                  {"model.angle_scale", "0.03"}})},
    {"digits", kImages, "8x8 digits, a row of the image a step; they come with ebit", "qrnn",
     with_common({{"corpus.corpus", "digits"},
                  {"corpus.order", "rows"},
                  {"model.angle_scale", "0.3"},
                  {"train.batch", "32"},
                  {"train.epochs", "20"}})},
    {"mnist", kImages, "MNIST or the like, a row of the image a step (--order pixels: a pixel)", "qrnn",
     with_common({{"corpus.corpus", "mnist"},
                  {"corpus.order", "rows"},
                  {"model.angle_scale", "0.3"},
                  {"train.batch", "64"},
                  {"train.epochs", "10"}})},
    {"permuted-mnist", kImages, "MNIST, a pixel a step in one fixed random order (Le et al. 2015)", "qrnn",
     with_common({{"corpus.corpus", "mnist"},
                  {"corpus.order", "permuted-pixels"},
                  {"model.pool", "mean"},
                  {"model.angle_scale", "0.003"},
                  {"train.lr", "0.01"},
                  {"train.clip", "1"},
                  {"train.batch", "64"},
                  {"train.epochs", "10"}})},
    {"sentiment", kSentiment, "whether a sentence is positive", "qrnn",
     with_common({{"corpus.corpus", "sentence-polarity"},
                  {"corpus.tokenizer", "words"},
                  {"corpus.lower_case", "true"},
                  {"corpus.min_count", "2"},
                  {"model.pool", "mean"},
                  {"model.dropout", "0.3"},
                  {"train.batch", "32"},
                  {"train.epochs", "10"}})},
    {"language-model", kLanguage, "the next character or word of a text", "qrnn",
     with_common({{"corpus.corpus", "tinyshakespeare"},
                  {"corpus.tokenizer", "characters"},
                  {"corpus.validation", "0.05"},
                  {"corpus.test", "0.05"},
                  {"train.batch", "32"},
                  {"train.epochs", "10"},
                  {"train.clip", "1"}})},
    {"translate", kTranslate, "sentences from one language to another, with soft attention", "qrnn",
     with_common({{"corpus.corpus", "tatoeba-deu-eng"},
                  {"corpus.tokenizer", "words"},
                  {"corpus.lower_case", "true"},
                  {"corpus.min_count", "2"},
                  {"corpus.max_length", "10"},
                  {"corpus.validation", "0.02"},
                  {"corpus.test", "0.02"},
                  {"train.batch", "64"},
                  {"train.epochs", "10"},
                  {"train.clip", "1"}})},
    {"dna", kWords, "the base that was marked in the first half of a sequence (Bausch 2020)", "rvqe",
     with_words({{"problem.length", "10"}})},
    {"simple-seq", kWords, "two sequences of words by heart (Bausch 2020)", "rvqe",
     with_words({{"problem.length", "20"}, {"train.batch", "2"}})},
    {"elman-xor", kWords, "the exclusive or of two random digits, every third digit (Elman 1990)", "rvqe",
     with_words({{"problem.length", "36"},
                 {"train.batch", "16"},
                 {"train.optimizer", "adam"},
                 {"train.lr", "0.005"},
                 {"model.workspace", "4"}})},
    {"elman-letters", kWords, "the vowels that follow a random consonant (Elman 1990)", "rvqe",
     with_words({{"problem.length", "32"},
                 {"train.batch", "16"},
                 {"train.optimizer", "adam"},
                 {"train.stop_below", "0.01"},
                 {"model.workspace", "6"},
                 {"model.stages", "2"}})},
    {"mnist-01", kWordImages, "zeros and ones of MNIST, 10 x 10 pixels in two orders (Bausch 2020)", "rvqe",
     with_words({{"corpus.corpus", "mnist"},
                 {"train.batch", "100"},
                 {"train.optimizer", "adam"},
                 {"train.lr", "0.003"},
                 {"model.workspace", "8"},
                 {"model.stages", "2"},
                 {"model.degree", "2"}})},
    {"pauli", kPauli,
     "outcomes of Pauli measurements, one after the other, on qubits that are not shown (Anschuetz and Gao "
     "2026)",
     "measured",
     with_common({{"problem.length", "16"},
                  {"problem.epoch_steps", "50"},
                  {"model.dtype", "float64"},
                  {"train.batch", "64"},
                  {"train.epochs", "40"},
                  {"train.lr", "0.05"},
                  {"train.schedule", "cosine"},
                  {"train.clip", "1"}})},
};

}  // namespace

std::span<const ProblemRow> problems() { return kProblems; }

const ProblemRow& find_problem(std::string_view name) {
  return find_row(kProblems, "no problem is called", name);
}

}  // namespace ebit::inline settings
