// The four series of Daskin's extended code.
#include "ebit/analysis/suite/suite_texts.h"

namespace ebit::analysis {

std::string_view daskin_suite() {
  return R"toml(name = "daskin-extended"
help = "Four series of Daskin's extended code: the quantum LSTM, its ablations, and an LSTM of hidden size 4"
source = """
Daskin's extended code, 2026: windows of 10, Adam with 0.001, batches of 10, 300 epochs, parts of 70, 10 and 20 %. Its notebooks scale \
each part on its own and print the last epoch of one seed; here scalers see the training part alone and the best validation epoch counts. \
--protocol source is theirs. Published: what the notebooks print. Theirs is the weather of another town, and stock prices of a day that is not known."""
takes = "5 minutes of one core; with electricity half an hour"
metric = "MSE"
scaled = true
seeds = 10

[settings]
data.window = 10
data.train = 0.7
data.validation = 0.1
data.scaler = "minmax-sym"
train.optimizer = "adam"
train.lr = 0.001
train.batch = 10
train.epochs = 300
train.loss = "mse"
train.restore_best = true
train.shuffle = true

[protocols.source]
data.scale_on = "leak-each-part"
train.restore_best = false

[quick]
seeds = 2
train.epochs = 30
use_data = ["noisy-sine", "weather"]

[[data]]
name = "noisy-sine"
data.generator = "noisy-sine"
data.set = ["points=300"]
[[data]]
name = "weather"
data.file = "seattle-weather"
data.first_rows = 360
[[data]]
name = "stock"
data.file = "google-stock.csv"
data.targets = ["Close"]
get = "three years of daily prices with a column Close, such as https://stooq.com/q/d/l/?s=goog.us&i=d"
[[data]]
name = "electricity"
data.file = "household_power_consumption.txt"
data.first_rows = 5000
data.targets = ["Global_active_power"]
get = "unzip https://archive.ics.uci.edu/static/public/235/individual+household+electric+power+consumption.zip (CC BY 4.0)"

[[models]]
name = "daskin-extended"
published = {stock = 0.016126, weather = 0.123821, noisy-sine = 0.042217, electricity = 0.016279}
[[models]]
name = "daskin-extended-no-entanglement"
model.name = "daskin-extended"
model.entanglement = false
[[models]]
name = "daskin-extended-frozen"
model.name = "daskin-extended"
model.train_only = "head"
[[models]]
name = "daskin-extended-head"
model.name = "daskin-extended"
model.head = "linear"
[[models]]
name = "daskin-collapse"
[[models]]
name = "daskin-probabilities"
[[models]]
name = "lstm"
model.hidden_size = 4
published = {stock = 0.005909, weather = 0.122626, noisy-sine = 0.011119, electricity = 0.010334}
[[models]]
name = "esn"
[[models]]
name = "poly-ridge"
[[models]]
name = "linear"
[[models]]
name = "persistence"
)toml";
}

}  // namespace ebit::analysis
