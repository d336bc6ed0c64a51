// The 27 tasks of Fellner et al. 2025.
#include "ebit/analysis/suite/suite_texts.h"

namespace ebit::analysis {

std::string_view fellner_suite() {
  return R"toml(name = "fellner"
help = "27 tasks on three chaotic series: recurrent quantum models beside classical ones and least squares"
source = """
Fellner, Kreplin, Tovey, Holm 2025 (arXiv:2504.12416): Henon, Lorenz and Mackey-Glass, 1000 rows each, all columns seen and forecast, \
horizons h, windows w. Adam with 0.001, batches of 64, ended by their rule for a plateau. Theirs scale the whole series to [0, 1]; here scalers \
see the training part alone, to [-1/2, 1/2], which has the same width, parts are of rows, all of which are \
forecast, and trainings end at 1000 epochs at the latest. \
--protocol source is theirs, without an end but the rule's. They choose sizes by validation for each task; here each model has one. \
Published: the median test error of the size that they chose, as far as their result files were read.

Three series make 27 tasks, which are not 27 independent data: read differences over all tasks with care. Henon maps are polynomials of what is seen, \
so that poly-ridge is exact one step ahead: none of these tasks shows that memory is needed."""
takes = "10 hours of one core"
metric = "MSE"
scaled = true
seeds = 10

data = [
  {name = "henon-h1-w4", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 4, data.horizon = 1},
  {name = "henon-h1-w8", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 8, data.horizon = 1},
  {name = "henon-h1-w16", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 16, data.horizon = 1},
  {name = "henon-h2-w4", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 4, data.horizon = 2},
  {name = "henon-h2-w8", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 8, data.horizon = 2},
  {name = "henon-h2-w16", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 16, data.horizon = 2},
  {name = "henon-h4-w4", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 4, data.horizon = 4},
  {name = "henon-h4-w8", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 8, data.horizon = 4},
  {name = "henon-h4-w16", data.generator = "henon", data.targets = ["x", "y"], model.blocks = "EXY_EYX_X_Z_CX", data.window = 16, data.horizon = 4},
  {name = "lorenz-h1-w4", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 4, data.horizon = 1},
  {name = "lorenz-h1-w8", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 8, data.horizon = 1},
  {name = "lorenz-h1-w16", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 16, data.horizon = 1},
  {name = "lorenz-h13-w4", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 4, data.horizon = 13},
  {name = "lorenz-h13-w8", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 8, data.horizon = 13},
  {name = "lorenz-h13-w16", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 16, data.horizon = 13},
  {name = "lorenz-h25-w4", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 4, data.horizon = 25},
  {name = "lorenz-h25-w8", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 8, data.horizon = 25},
  {name = "lorenz-h25-w16", data.file = "lorenz-reservoirpy", data.targets = ["x", "y", "z"], model.blocks = "EXY_EYX_EZY_X_Z_CX", data.window = 16, data.horizon = 25},
  {name = "mackey-h1-w4", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 4, data.horizon = 1},
  {name = "mackey-h1-w8", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 8, data.horizon = 1},
  {name = "mackey-h1-w16", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 16, data.horizon = 1},
  {name = "mackey-h70-w4", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 4, data.horizon = 70},
  {name = "mackey-h70-w8", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 8, data.horizon = 70},
  {name = "mackey-h70-w16", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 16, data.horizon = 70},
  {name = "mackey-h140-w4", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 4, data.horizon = 140},
  {name = "mackey-h140-w8", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 8, data.horizon = 140},
  {name = "mackey-h140-w16", data.generator = "mackey-glass", data.set = ["random=numpy"], data.generator_seed = 5555, data.targets = ["x"], model.blocks = "EXY_X_Z_CX", data.window = 16, data.horizon = 140},
]

[settings]
data.train = 0.6
data.validation = 0.2
data.boundary = "across"
data.scaler = "minmax-half"
train.optimizer = "adam"
train.lr = 0.001
train.batch = 64
train.epochs = 1000
train.min_epochs = 400
train.plateau = 200
train.patience = 0
train.loss = "mse"
train.restore_best = true
train.shuffle = true
model.head = "linear"

[protocols.source]
data.split = "windows"
data.scaler = "minmax"
data.scale_on = "leak-whole-series"
train.epochs = 100000

[quick]
seeds = 2
train.epochs = 60
train.min_epochs = 0
train.plateau = 0
use_data = ["henon-h1-w4", "henon-h2-w8", "lorenz-h13-w8", "lorenz-h25-w16", "mackey-h1-w4", "mackey-h70-w16"]
use_models = ["lstm", "qlstm-fellner", "fellner-qrnn", "d-qnn", "daskin-collapse", "register-reservoir", "ebit-1", "esn", "poly-ridge", "linear", "persistence", "mean"]

[[models]]
name = "lstm"
model.hidden_size = 8
published = {henon-h1-w4 = 2.214e-06, henon-h1-w8 = 3.195e-06}
[[models]]
name = "rnn"
model.hidden_size = 8
[[models]]
name = "mlp"
model.hidden_size = 8
[[models]]
name = "qlstm-fellner"
model.qubits = 4
model.circuit_layers = 3
published = {henon-h1-w4 = 9.345e-05, henon-h1-w8 = 0.0001142, henon-h1-w16 = 0.0001109, henon-h2-w4 = 0.02096, henon-h2-w8 = 0.0226, henon-h2-w16 = 0.02615, henon-h4-w4 = 0.06378, henon-h4-w8 = 0.06424, henon-h4-w16 = 0.06435, lorenz-h1-w4 = 7.127e-06, lorenz-h1-w8 = 6.908e-06, lorenz-h1-w16 = 7.547e-06, lorenz-h13-w4 = 0.02076, lorenz-h13-w8 = 0.02042, lorenz-h13-w16 = 0.02365, lorenz-h25-w4 = 0.04085, lorenz-h25-w8 = 0.02818, lorenz-h25-w16 = 0.01582, mackey-h1-w4 = 9.291e-05, mackey-h1-w8 = 8.796e-05, mackey-h1-w16 = 8.056e-05, mackey-h70-w4 = 0.03442, mackey-h70-w8 = 0.03296, mackey-h70-w16 = 0.03013, mackey-h140-w4 = 0.05335, mackey-h140-w8 = 0.03563, mackey-h140-w16 = 0.03546}
[[models]]
name = "le-qlstm-fellner"
model.qubits = 6
model.circuit_layers = 3
published = {henon-h1-w4 = 1.883e-06, henon-h1-w8 = 2.284e-06}
[[models]]
name = "fellner-qrnn"
published = {henon-h1-w4 = 0.001641, henon-h1-w8 = 0.01118, lorenz-h1-w4 = 0.000199, mackey-h1-w4 = 2.573e-05}
[[models]]
name = "fellner-qrnn-reset"
[[models]]
name = "d-qnn"
model.qubits = 6
model.circuit_layers = 3
model.blocks = ""
[[models]]
name = "ru-qnn"
[[models]]
name = "daskin-collapse"
[[models]]
name = "daskin-probabilities"
[[models]]
name = "daskin-extended"
model.n_system = 3  # Lorenz has three features, and each takes a wire
[[models]]
name = "qrnn"
model.qubits = 4
model.angle_scale = 1
[[models]]
name = "register-reservoir"
[[models]]
name = "qrnn-reservoir"
[[models]]
name = "ebit-1"
[[models]]
name = "ebit-1-no-entanglement"
model.name = "ebit-1"
model.entanglement = false
[[models]]
name = "esn"
[[models]]
name = "poly-ridge"
[[models]]
name = "linear"
[[models]]
name = "persistence"
[[models]]
name = "mean"
)toml";
}

}  // namespace ebit::analysis
