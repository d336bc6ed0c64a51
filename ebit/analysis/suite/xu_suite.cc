// Six tasks of the hybrid QRNN, with what takes its parts away.
#include "ebit/analysis/suite/suite_texts.h"

namespace ebit::analysis {

std::string_view xu_suite() {
  return R"toml(name = "xu"
help = "Six tasks of the hybrid QRNN, and what is left of it without its circuit, its training or its memory"
source = """
Xu 2025 (arXiv:2510.25557), whose numbers are not public: sizes and trainings are ours, and small, so that a processor can do it. Asked for in its reviews: \
qrnn-frozen keeps the circuits at random, as the network was drawn, and trains what reads them; orthogonal has a trained \
orthogonal matrix in place of the circuit; memoryless is a network of the step alone, whose answers see the past only by pooling or attention. \
Behind embeddings of 32 all recurrent parts but the first's variants have about 5,200 numbers."""
takes = "many hours of one core, and the corpora that `ebit data get` fetches"
problem = "digits"
seeds = 5

[settings]
model.qubits = 6
train.epochs = 10
model.embedding = 32

[choose]
train.lr = [0.001, 0.003, 0.01]

[quick]
seeds = 2
train.epochs = 6
corpus.limit = 500
use_data = ["copying", "digits"]

[[data]]
name = "copying"
problem.name = "copying"
problem.delay = 20
problem.epoch_steps = 100
[[data]]
name = "digits"
problem.name = "digits"
[[data]]
name = "permuted-mnist"
problem.name = "permuted-mnist"
corpus.limit = 2000
corpus.test_limit = 2000
[[data]]
name = "sentiment"
problem.name = "sentiment"
[[data]]
name = "characters"
problem.name = "language-model"
corpus.limit = 200000
[[data]]
name = "german-english"
problem.name = "translate"
corpus.limit = 20000
corpus.test_limit = 500

[[models]]
name = "qrnn"
model.ffn_hidden = [64]
[[models]]
name = "qrnn-linear"
model.name = "qrnn"
[[models]]
name = "qrnn-no-entanglement"
model.name = "qrnn"
model.ffn_hidden = [64]
model.entanglement = false
[[models]]
name = "qrnn-frozen"
model.name = "qrnn"
model.ffn_hidden = [64]
model.freeze = "cell"
[[models]]
name = "orthogonal"
model.hidden_size = 75
[[models]]
name = "memoryless"
model.hidden_size = 158
[[models]]
name = "lstm"
model.hidden_size = 23
[[models]]
name = "rnn"
model.hidden_size = 57
)toml";
}

}  // namespace ebit::analysis
