// The suites that come with ebit. Each is a text as users write their own.
#include "ebit/analysis/suite/suite.h"
#include "ebit/analysis/suite/suite_texts.h"

namespace ebit::analysis {
namespace {

constexpr std::string_view kChen = R"(name = "chen"
help = "Five series of Chen's papers: gated quantum cells, their ablations, and what classical models make of them"
source = """
Chen, Yoo, Fang 2020 (arXiv:2009.01783) and Chen, Tiwari 2025 (arXiv:2508.14955): windows of 4, RMSprop with 0.01 and 0.99, \
batches of 10, 100 epochs. Theirs scale the whole series and judge the last third; here scalers see the training part \
alone, and a tenth of the windows before the test part is for validation. Published: Table II of the second paper, one number \
a model, whose qubits, epochs and seeds are not stated."""
takes = "an hour of one core"
metric = "MSE"
scaled = true
seeds = 5

[settings]
data.window = 4
data.train = 0.6
data.validation = 0.07
data.scaler = "minmax-sym"
train.optimizer = "rmsprop"
train.alpha = 0.99
train.lr = 0.01
train.batch = 10
train.epochs = 100
train.loss = "mse"
train.min_epochs = 0
train.patience = 0
train.shuffle = true
model.head = "linear"

[quick]
seeds = 2
train.epochs = 20
use_data = ["bessel-j2", "narma-5"]
use_models = ["qlstm-v0", "qlstm-v0-no-entanglement", "lstm", "poly-ridge", "linear"]

[[data]]
name = "bessel-j2"
data.generator = "bessel-j2"
[[data]]
name = "damped-shm"
data.generator = "damped-shm"
[[data]]
name = "delayed-control"
data.generator = "delayed-quantum-control"
[[data]]
name = "narma-5"
data.generator = "narma-5"
data.targets = "y"
data.features = "u"
[[data]]
name = "narma-10"
data.generator = "narma-10"
data.targets = "y"
data.features = "u"

[[models]]
name = "qlstm-2020"
[[models]]
name = "qlstm-v0"
published = {bessel-j2 = 0.001324, damped-shm = 0.000601, delayed-control = 0.005507, narma-5 = 0.000032, narma-10 = 0.000123}
[[models]]
name = "qlstm-v0-no-entanglement"
model.name = "qlstm-v0"
model.entanglement = false
[[models]]
name = "qlstm-v0-frozen"
model.name = "qlstm-v0"
model.freeze = "circuit"
[[models]]
name = "qlstm-v0-head-only"
model.name = "qlstm-v0"
model.init_deviation = 0
model.train_only = "head"
[[models]]
name = "qlstm-disipio"
[[models]]
name = "qlstm-fellner"
[[models]]
name = "le-qlstm-cao"
[[models]]
name = "le-qlstm-fellner"
[[models]]
name = "qgru"
[[models]]
name = "diffqas-qlstm"
published = {bessel-j2 = 0.000229, damped-shm = 0.000019, delayed-control = 0.001859, narma-5 = 0.000030, narma-10 = 0.000094}
[[models]]
name = "lstm"
model.hidden_size = 5
train.optimizer = "adam"
[[models]]
name = "poly-ridge"
[[models]]
name = "linear"
)";

}  // namespace

std::span<const SuiteRow> suites() {
  static const SuiteRow table[] = {{"daskin-extended", daskin_suite()},
                                   {"chen", kChen},
                                   {"fellner", fellner_suite()},
                                   {"bausch", bausch_suite()},
                                   {"xu", xu_suite()}};
  return table;
}

}  // namespace ebit::analysis
