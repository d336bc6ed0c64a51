// DNA, the task on long memories of Bausch 2020.
#include "ebit/analysis/suite/suite_texts.h"

namespace ebit::analysis {

std::string_view bausch_suite() {
  return R"toml(name = "bausch"
help = "DNA: how many batches it takes to remember one marked base, by the length of the sequence"
source = """
Bausch 2020 (arXiv:2006.14619): a training ends, solved, when the validation loss is below 0.001, and here after 3000 epochs of one batch at the latest; \
a training that is not solved counts with those. Published: medians of all runs in the authors' result files, whose unsolved runs stopped \
at a time limit. Their LSTM, of hidden size 10 and 888 numbers, learns from every word, which is easier, by Adam with 0.1; here all learn from the last, \
and the LSTM with 0.03, faster than with 0.01 and 0.1. \
The published protocol tells RVQE's memory the answer at every step but the last (docs/tasks.md#words): rvqe-untold is the one that is not told."""
takes = "some hours of one core"
problem = "dna"
metric = "epochs"
seeds = 10

[settings]
train.epochs = 3000
train.batch = 128
train.stop_below = 0.001
train.validate_every = 10
problem.words = "one-hot"

[quick]
seeds = 3
train.epochs = 1500
use_data = ["dna-5", "dna-10", "dna-20"]
use_models = ["rvqe", "rvqe-untold", "lstm", "rnn"]

[[data]]
name = "dna-5"
problem.length = 5
[[data]]
name = "dna-10"
problem.length = 10
[[data]]
name = "dna-20"
problem.length = 20
[[data]]
name = "dna-50"
problem.length = 50
[[data]]
name = "dna-100"
problem.length = 100

[[models]]
name = "rvqe"
published = {dna-5 = 80, dna-10 = 180, dna-20 = 230, dna-50 = 255, dna-100 = 370}
[[models]]
name = "rvqe-untold"
model.name = "rvqe"
problem.ignored_words = "zeros"
[[models]]
name = "lstm"
model.hidden_size = 10
train.lr = 0.03
published = {dna-5 = 41, dna-10 = 193, dna-20 = 361, dna-50 = 499.5, dna-100 = 880.5}
[[models]]
name = "rnn"
model.hidden_size = 22
published = {dna-5 = 47, dna-10 = 350}
[[models]]
name = "orthogonal"
model.hidden_size = 22
[[models]]
name = "qrnn"
model.qubits = 5
)toml";
}

}  // namespace ebit::analysis
