#include "ebit/task/task.h"

#include "ebit/base/error.h"
#include "ebit/base/nearest.h"

namespace ebit::task {
namespace {

const TaskRow kTasks[] = {
    {"copying",
     "remember ten symbols over a delay (Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016)",
     {{"train.batch", "32"},
      {"train.epochs", "20"},
      {"train.lr", "0.01"},
      {"train.clip", "1"},
      {"task.epoch_steps", "100"},
      {"task.embedding", "10"},
      {"task.angle_scale", "0.03"}},
     make_copying},
    {"digits",
     "8x8 digits, a row of the image a step; they come with ebit",
     {{"task.corpus", "digits"},
      {"task.order", "rows"},
      {"task.angle_scale", "0.3"},
      {"train.batch", "32"},
      {"train.epochs", "20"}},
     make_images},
    {"mnist",
     "MNIST or the like, a row of the image a step (--order pixels: a pixel)",
     {{"task.corpus", "mnist"},
      {"task.order", "rows"},
      {"task.angle_scale", "0.3"},
      {"train.batch", "64"},
      {"train.epochs", "10"}},
     make_images},
    {"permuted-mnist",
     "MNIST, a pixel a step in one fixed random order (Le et al. 2015)",
     {{"task.corpus", "mnist"},
      {"task.order", "permuted-pixels"},
      {"task.pool", "mean"},
      {"task.angle_scale", "0.003"},
      {"train.lr", "0.01"},
      {"train.clip", "1"},
      {"train.batch", "64"},
      {"train.epochs", "10"}},
     make_images},
    {"sentiment",
     "whether a sentence is positive",
     {{"task.corpus", "sentence-polarity"},
      {"task.tokenizer", "words"},
      {"task.lower_case", "true"},
      {"task.min_count", "2"},
      {"task.pool", "mean"},
      {"task.dropout", "0.3"},
      {"train.batch", "32"},
      {"train.epochs", "10"}},
     make_sentiment},
    {"language-model",
     "the next character or word of a text",
     {{"task.corpus", "tinyshakespeare"},
      {"task.tokenizer", "characters"},
      {"task.validation", "0.05"},
      {"task.test", "0.05"},
      {"train.batch", "32"},
      {"train.epochs", "10"},
      {"train.clip", "1"}},
     make_language_model},
    {"translate",
     "sentences from one language to another, with soft attention",
     {{"task.corpus", "tatoeba-deu-eng"},
      {"task.tokenizer", "words"},
      {"task.lower_case", "true"},
      {"task.min_count", "2"},
      {"task.max_length", "10"},
      {"task.validation", "0.02"},
      {"task.test", "0.02"},
      {"train.batch", "64"},
      {"train.epochs", "10"},
      {"train.clip", "1"}},
     make_translate},
    {"forecast",
     "the next value of a series: the data of `ebit train`",
     {{"train.batch", "16"}, {"train.epochs", "50"}, {"train.lr", "0.01"}},
     make_forecast},
};

}  // namespace

std::span<const TaskRow> task_table() { return kTasks; }

const TaskRow& find_task(std::string_view name) {
  for (const TaskRow& row : kTasks) {
    if (row.name == name) return row;
  }
  fail("no task is called '{}'{}", name, suggestion(name, names_of(kTasks)));
}

torch::Dtype dtype_of(const train::TaskOptions& options) {
  return options.dtype == "float32" ? torch::kFloat32 : torch::kFloat64;
}

}  // namespace ebit::task
