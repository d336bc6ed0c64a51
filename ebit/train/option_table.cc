// The rows of the table of options. One row makes the flag, the key of config.toml, its help and its checks.
#include "ebit/base/nearest.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/engine_choice.h"
#include "ebit/cell/gradient_method.h"
#include "ebit/cell/hidden_update.h"
#include "ebit/cell/preset.h"
#include "ebit/cell/register_cell.h"
#include "ebit/controlled/activation.h"
#include "ebit/controlled/controlled_options.h"
#include "ebit/data/baseline.h"
#include "ebit/data/scaler.h"
#include "ebit/info/entropy.h"
#include "ebit/nn/attention.h"
#include "ebit/nn/baselines.h"
#include "ebit/nn/sequence_core.h"
#include "ebit/nn/sequence_layers.h"
#include "ebit/train/config.h"
#include "ebit/train/loss.h"
#include "ebit/train/model_factory.h"
#include "ebit/train/optimizer.h"
#include "ebit/train/schedule.h"
#include "ebit/train/train_step.h"

namespace ebit::train {
namespace {

using Names = std::vector<std::string>;

// What can be compared with: forecasts without a model, classical models, nothing.
Names comparison_names() {
  Names names = {"none"};
  for (const auto& row : ebit::baseline_table()) names.emplace_back(row.name);
  for (const auto& row : nn::baseline_table()) names.emplace_back(row.name);
  return names;
}

Names generator_names() {
  Names names = names_of(generator_table());
  names.emplace_back();  // none: the data are a file
  return names;
}

Names preset_names() {
  Names names = names_of(presets());
  names.emplace_back();  // none
  return names;
}

constexpr OptionRow kOptions[] = {
    // data: where it comes from
    {"data", "file", "", "CSV file, or the name of an included data set",
     [](Config& c) -> Slot { return &c.data.file; }},
    {"data", "generator", "--generator", "computed series instead of a file",
     [](Config& c) -> Slot { return &c.data.generator; }, generator_names},
    {"data", "set", "--set", "parameter of the generator, KEY=VALUE; may be repeated",
     [](Config& c) -> Slot { return &c.data.set; }},
    {"data", "generator_seed", "--generator-seed", "seed of the generator's noise",
     [](Config& c) -> Slot { return &c.data.generator_seed; }},
    // data: how a file is read
    {"data", "delimiter", "--delimiter", "between cells: , ; | or tab; empty: found",
     [](Config& c) -> Slot { return &c.data.series.csv.delimiter; }},
    {"data", "decimal", "--decimal", "decimal mark, . or a comma; empty: found",
     [](Config& c) -> Slot { return &c.data.series.csv.decimal; },
     [] {
       return Names{"", ".", ","};
     }},
    {"data", "header", "--header", "whether the first line holds column names; empty: found",
     [](Config& c) -> Slot { return &c.data.series.csv.header; },
     [] {
       return Names{"", "yes", "no"};
     }},
    {"data", "time", "--time", "time column, or date and time columns; none: rows are in order; empty: found",
     [](Config& c) -> Slot { return &c.data.series.time.columns; }},
    {"data", "date_order", "--date-order", "meaning of dates like 01/02/2024; empty: found",
     [](Config& c) -> Slot { return &c.data.series.time.date_order; },
     [] {
       return Names{"", "dmy", "mdy"};
     }},
    {"data", "missing", "--missing", "what is done about missing values",
     [](Config& c) -> Slot { return &c.data.series.missing; }, [] { return names_of(missing_table()); }},
    {"data", "missing_tokens", "--missing-tokens",
     "texts that stand for a missing value, letter case ignored",
     [](Config& c) -> Slot { return &c.data.series.missing_tokens; }},
    {"data", "duplicates", "--duplicates", "what is done where two rows bear the same time and differ",
     [](Config& c) -> Slot { return &c.data.series.duplicates; },
     [] { return names_of(duplicates_table()); }},
    {"data", "first_rows", "--first-rows",
     "keep that many rows from the start, as if the file ended there; 0: all",
     [](Config& c) -> Slot { return &c.data.series.first_rows; }},
    // data: windows
    {"data", "targets", "--target", "columns to predict, by name or number",
     [](Config& c) -> Slot { return &c.data.dataset.targets; }},
    {"data", "features", "--features", "columns that the model sees; empty: the targets",
     [](Config& c) -> Slot { return &c.data.dataset.features; }},
    {"data", "window", "--window", "time steps that the model sees",
     [](Config& c) -> Slot { return &c.data.dataset.window; }},
    {"data", "horizon", "--horizon", "steps ahead that it predicts",
     [](Config& c) -> Slot { return &c.data.dataset.horizon; }},
    {"data", "stride", "--stride", "rows between the starts of consecutive windows",
     [](Config& c) -> Slot { return &c.data.dataset.stride; }},
    {"data", "train", "--train", "share of the rows for training",
     [](Config& c) -> Slot { return &c.data.dataset.train; }},
    {"data", "validation", "--validation",
     "share of the rows for validation, the rest is for testing; a default that cannot hold a window becomes "
     "0",
     [](Config& c) -> Slot { return &c.data.dataset.validation; }},
    {"data", "split", "--split", "how the parts are taken",
     [](Config& c) -> Slot { return &c.data.dataset.split; }, [] { return names_of(split_table()); }},
    {"data", "split_seed", "--split-seed", "seed of a random split",
     [](Config& c) -> Slot { return &c.data.dataset.seed; }},
    {"data", "boundary", "--boundary", "whether windows may reach over the boundary of a part",
     [](Config& c) -> Slot { return &c.data.dataset.boundary; }, [] { return names_of(boundary_table()); }},
    {"data", "scaler", "--scaler", "how values are scaled",
     [](Config& c) -> Slot { return &c.data.dataset.scaler; }, [] { return names_of(scaler_table()); }},
    {"data", "scale_on", "--scale-on", "rows that the scaler is fitted on",
     [](Config& c) -> Slot { return &c.data.dataset.scale_on; }, [] { return names_of(scale_on_table()); }},

    // model
    {"model", "preset", "--preset",
     "published model to start from: its settings are the defaults of all others",
     [](Config& c) -> Slot { return &c.model.preset; }, preset_names},
    {"model", "kind", "--model", "kind of model", [](Config& c) -> Slot { return &c.model.kind; },
     [] { return names_of(model_kinds()); }},
    {"model", "n_system", "--n-system", "qubits of the system register",
     [](Config& c) -> Slot { return &c.model.n_system; }},
    {"model", "n_ancilla", "--n-ancilla", "qubits of the ancilla register, the memory",
     [](Config& c) -> Slot { return &c.model.n_ancilla; }},
    {"model", "encoder", "--encoder", "how an input enters the system register",
     [](Config& c) -> Slot { return &c.model.encoder; }, [] { return names_of(encoders()); }},
    {"model", "ansatz", "--ansatz", "circuit of U_en and of U_dis",
     [](Config& c) -> Slot { return &c.model.ansatz; }, [] { return names_of(ansaetze()); }},
    {"model", "ansatz_file", "--ansatz-file", "gate list of your own (TOML or JSON) instead",
     [](Config& c) -> Slot { return &c.model.ansatz_file; }},
    {"model", "layers_en", "--layers-en", "layers of U_en",
     [](Config& c) -> Slot { return &c.model.layers_en; }},
    {"model", "layers_dis", "--layers-dis", "layers of U_dis",
     [](Config& c) -> Slot { return &c.model.layers_dis; }},
    {"model", "dis", "--dis", "U_dis: the same circuit with its layers' angles flipped, or the true adjoint",
     [](Config& c) -> Slot { return &c.model.dis; }, [] { return names_of(dis_structures()); }},
    {"model", "hidden", "--hidden", "what of the ancilla register survives a step",
     [](Config& c) -> Slot { return &c.model.hidden; }, [] { return names_of(hidden_updates<double>()); }},
    {"model", "readout", "--readout",
     "Pauli strings that are read, such as Z1 or X0Z1; empty: Z of the last system wire",
     [](Config& c) -> Slot { return &c.model.readout; }},
    {"model", "head", "--head", "classical layer after the readout",
     [](Config& c) -> Slot { return &c.model.head; },
     [] {
       return Names{"none", "linear"};
     }},
    {"model", "dtype", "--dtype", "precision of all numbers",
     [](Config& c) -> Slot { return &c.model.dtype; },
     [] {
       return Names{"float64", "float32"};
     }},
    {"model", "gradient", "--gradient", "how gradients of circuits are computed",
     [](Config& c) -> Slot { return &c.model.gradient; }, [] { return names_of(gradient_methods()); }},
    {"model", "engine", "--engine",
     "how circuits are run: as one matrix made once a batch, gate by gate, or what is expected to be faster",
     [](Config& c) -> Slot { return &c.model.engine; }, [] { return names_of(engines()); }},
    {"model", "gradient_memory", "--gradient-memory",
     "for gradients, states are stored or computed again (uncompute: memory hardly grows with the window)",
     [](Config& c) -> Slot { return &c.model.gradient_memory; },
     [] { return names_of(gradient_memories()); }},
    {"model", "epsilon", "--epsilon", "added to amplitudes before their norm is taken",
     [](Config& c) -> Slot { return &c.model.epsilon; }},
    {"model", "init_low", "--init-low", "angles start at random from here, radians",
     [](Config& c) -> Slot { return &c.model.init_low; }},
    {"model", "init_high", "--init-high", "to here, radians",
     [](Config& c) -> Slot { return &c.model.init_high; }},
    {"model", "hidden_size", "--hidden-size", "classical kinds: width of the hidden state",
     [](Config& c) -> Slot { return &c.model.hidden_size; }},
    {"model", "layers", "--layers", "classical kinds: layers",
     [](Config& c) -> Slot { return &c.model.layers; }},
    {"model", "stateful", "--stateful",
     "hidden states carry on from window to window; needs windows in order of time",
     [](Config& c) -> Slot { return &c.train.stateful; }},

    // train
    {"train", "epochs", "--epochs", "passes over the training windows",
     [](Config& c) -> Slot { return &c.train.epochs; }, nullptr, false},
    {"train", "batch", "--batch", "windows a step", [](Config& c) -> Slot { return &c.train.batch; }},
    {"train", "optimizer", "--optimizer", "optimizer", [](Config& c) -> Slot { return &c.train.optimizer; },
     [] { return names_of(optimizer_table()); }},
    {"train", "lr", "--lr", "learning rate", [](Config& c) -> Slot { return &c.train.optimizer_options.lr; }},
    {"train", "momentum", "--momentum", "of sgd and rmsprop",
     [](Config& c) -> Slot { return &c.train.optimizer_options.momentum; }},
    {"train", "weight_decay", "--weight-decay", "penalty on large weights",
     [](Config& c) -> Slot { return &c.train.optimizer_options.weight_decay; }},
    {"train", "beta1", "--beta1", "of adam and adamw: memory of the gradient",
     [](Config& c) -> Slot { return &c.train.optimizer_options.beta1; }},
    {"train", "beta2", "--beta2", "of adam and adamw: memory of its square",
     [](Config& c) -> Slot { return &c.train.optimizer_options.beta2; }},
    {"train", "alpha", "--alpha", "of rmsprop: memory of the squared gradient",
     [](Config& c) -> Slot { return &c.train.optimizer_options.alpha; }},
    {"train", "optimizer_epsilon", "--optimizer-epsilon", "added to the optimizer's denominator",
     [](Config& c) -> Slot { return &c.train.optimizer_options.epsilon; }},
    {"train", "clip", "--clip", "largest norm of the gradient; 0: no clipping",
     [](Config& c) -> Slot { return &c.train.clip; }},
    {"train", "schedule", "--schedule", "how the learning rate changes",
     [](Config& c) -> Slot { return &c.train.schedule.name; }, [] { return names_of(schedule_table()); }},
    {"train", "schedule_step", "--schedule-step", "schedule step: epochs between drops",
     [](Config& c) -> Slot { return &c.train.schedule.step; }},
    {"train", "schedule_gamma", "--schedule-gamma", "schedules step and plateau: factor of a drop",
     [](Config& c) -> Slot { return &c.train.schedule.gamma; }},
    {"train", "schedule_patience", "--schedule-patience", "schedule plateau: epochs to wait before a drop",
     [](Config& c) -> Slot { return &c.train.schedule.patience; }},
    {"train", "loss", "--loss", "what is minimised", [](Config& c) -> Slot { return &c.train.loss; },
     [] { return names_of(loss_table()); }},
    {"train", "entropy_weight", "--entropy-weight",
     "weight of the ancilla's entropy in what is minimised: with a target W (S - target)^2, else -W S, so "
     "that W "
     "above 0 rewards entanglement; 0: not there",
     [](Config& c) -> Slot { return &c.train.entropy_weight; }},
    {"train", "entropy_target", "--entropy-target", "entropy S that is aimed at, in bits",
     [](Config& c) -> Slot { return &c.train.entropy_target; }},
    {"train", "entropy_kind", "--entropy-kind", "entropy S of the ancilla",
     [](Config& c) -> Slot { return &c.train.entropy_kind; }, [] { return names_of(entropies()); }},
    {"train", "entropy_stage", "--entropy-stage", "where in a step S is taken: behind U_dis, or behind U_en",
     [](Config& c) -> Slot { return &c.train.entropy_stage; }, [] { return names_of(entropy_stages()); }},
    {"train", "patience", "--patience",
     "stop after this many epochs without a better validation loss; 0: never",
     [](Config& c) -> Slot { return &c.train.patience; }},
    {"train", "min_epochs", "--min-epochs", "never stop early before this many epochs",
     [](Config& c) -> Slot { return &c.train.min_epochs; }},
    {"train", "restore_best", "--restore-best", "end with the weights of the best validation epoch",
     [](Config& c) -> Slot { return &c.train.restore_best; }},
    {"train", "shuffle", "--shuffle", "windows in a new random order every epoch",
     [](Config& c) -> Slot { return &c.train.shuffle; }},
    {"train", "seed", "--seed", "of initial weights, order and draws",
     [](Config& c) -> Slot { return &c.train.seed; }, nullptr, false},
    {"train", "seeds", "--seeds", "trainings, with seeds SEED, SEED + 1, ...",
     [](Config& c) -> Slot { return &c.seeds; }, nullptr, false},
    {"train", "step", "--step",
     "how optimizer steps are computed: native is fast, for register cells alone; torch takes any model; "
     "auto: native where it can",
     [](Config& c) -> Slot { return &c.train.step; }, step_names, false},
    {"train", "threads", "--threads", "of the quantum simulator; 0: one a core; results do not depend on it",
     [](Config& c) -> Slot { return &c.threads; }, nullptr, false},

    // baselines
    {"baselines", "which", "--baselines", "what the model is compared with, or none",
     [](Config& c) -> Slot { return &c.baselines.which; }, comparison_names, false},
    {"baselines", "hidden_size", "--baseline-hidden", "width of the classical models' hidden state",
     [](Config& c) -> Slot { return &c.baselines.hidden_size; }, nullptr, false},
    {"baselines", "layers", "--baseline-layers", "layers of the classical models",
     [](Config& c) -> Slot { return &c.baselines.layers; }, nullptr, false},
    {"baselines", "season", "--season", "rows of a season; 0: the included data set's own, else none",
     [](Config& c) -> Slot { return &c.baselines.season; }, nullptr, false},

    // output
    {"output", "folder", "-o,--output", "folder of the run; empty: runs/DATA-MODEL",
     [](Config& c) -> Slot { return &c.output.folder; }, nullptr, false},
    {"output", "overwrite", "--overwrite", "replace a run folder that is already there",
     [](Config& c) -> Slot { return &c.output.overwrite; }, nullptr, false},
    {"output", "checkpoint_every", "--checkpoint-every", "epochs between two checkpoints",
     [](Config& c) -> Slot { return &c.output.checkpoint_every; }, nullptr, false},
    {"output", "checkpoint_seconds", "--checkpoint-seconds", "and at least so many seconds",
     [](Config& c) -> Slot { return &c.output.checkpoint_seconds; }, nullptr, false},
    {"output", "track_entropy", "--track-entropy",
     "epochs between two samples of the memory's entanglement (entropy.csv); 0: none. A sample costs about "
     "one "
     "pass over the validation windows",
     [](Config& c) -> Slot { return &c.output.track_entropy; }, nullptr, false},
    {"output", "plots", "--plots", "draw plots and write report.html",
     [](Config& c) -> Slot { return &c.output.plots; }, nullptr, false},

    // task
    {"task", "name", "", "the task", [](Config& c) -> Slot { return &c.task.name; }},
    {"task", "core", "--core", "recurrent part of the model", [](Config& c) -> Slot { return &c.task.core; },
     [] { return names_of(nn::core_table()); }},
    {"task", "qubits", "--qubits", "qrnn: qubits of the memory",
     [](Config& c) -> Slot { return &c.task.qubits; }},
    {"task", "circuit_layers", "--circuit-layers", "qrnn: layers of the circuit of a step",
     [](Config& c) -> Slot { return &c.task.circuit_layers; }},
    {"task", "ansatz", "--ansatz", "qrnn: the circuit of a step",
     [](Config& c) -> Slot { return &c.task.ansatz; }, [] { return names_of(ansaetze()); }},
    {"task", "ansatz_file", "--ansatz-file", "qrnn: gate list of your own (TOML or JSON) instead",
     [](Config& c) -> Slot { return &c.task.ansatz_file; }},
    {"task", "first_ry", "--first-ry", "qrnn: RY on every qubit in front of the circuit's layers",
     [](Config& c) -> Slot { return &c.task.first_ry; }},
    {"task", "readout", "--readout",
     "qrnn: what is read, Pauli strings, or letters for each of them on every qubit",
     [](Config& c) -> Slot { return &c.task.readout; }},
    {"task", "ffn_hidden", "--ffn-hidden",
     "qrnn: widths of the network's hidden layers; empty: one linear map",
     [](Config& c) -> Slot { return &c.task.ffn_hidden; }},
    {"task", "activation", "--activation", "qrnn: activation of the network's hidden layers",
     [](Config& c) -> Slot { return &c.task.activation; }, [] { return names_of(activations<double>()); }},
    {"task", "residual", "--residual", "qrnn: the network's hidden layers add their input to their output",
     [](Config& c) -> Slot { return &c.task.residual; }},
    {"task", "angle_scale", "--angle-scale", "qrnn: the network's outputs times this are angles, radians",
     [](Config& c) -> Slot { return &c.task.angle_scale; }},
    {"task", "initial", "--initial", "qrnn: how the memory starts",
     [](Config& c) -> Slot { return &c.task.initial; }, [] { return names_of(initial_states()); }},
    {"task", "measurement", "--measurement", "qrnn: how the memory is read",
     [](Config& c) -> Slot { return &c.task.measurement; }, [] { return names_of(measurements()); }},
    {"task", "shots", "--shots", "qrnn: of measurement shots, for each readout",
     [](Config& c) -> Slot { return &c.task.shots; }},
    {"task", "measured", "--measured", "qrnn: qubits of measurement sampled, from 0; empty: all",
     [](Config& c) -> Slot { return &c.task.measured; }},
    {"task", "reset", "--reset", "qrnn: measurement sampled leaves measured qubits in |0>",
     [](Config& c) -> Slot { return &c.task.reset; }},
    {"task", "gradient_memory", "--gradient-memory",
     "qrnn: states are computed again for gradients, or stored",
     [](Config& c) -> Slot { return &c.task.gradient_memory; }, [] { return names_of(gradient_memories()); }},
    {"task", "hidden_size", "--hidden-size", "classical cores: width of the hidden state",
     [](Config& c) -> Slot { return &c.task.hidden_size; }},
    {"task", "layers", "--layers", "lstm, gru, rnn: layers on top of each other",
     [](Config& c) -> Slot { return &c.task.layers; }},
    {"task", "embedding", "--embedding", "width of token embeddings",
     [](Config& c) -> Slot { return &c.task.embedding; }},
    {"task", "dropout", "--dropout", "share of embeddings and of the head's inputs left out in training",
     [](Config& c) -> Slot { return &c.task.dropout; }},
    {"task", "pool", "--pool", "classifiers: which features answer for a sequence",
     [](Config& c) -> Slot { return &c.task.pool; }, [] { return names_of(nn::pool_table()); }},
    {"task", "attention", "--attention", "translate: how the decoder scores the source's steps",
     [](Config& c) -> Slot { return &c.task.attention; }, [] { return names_of(nn::attention_table()); }},
    {"task", "dtype", "--dtype", "precision of all numbers", [](Config& c) -> Slot { return &c.task.dtype; },
     [] {
       return Names{"float32", "float64"};
     }},
    {"task", "baselines", "--baselines",
     "cores to compare with, at the parameter count of the model, or none",
     [](Config& c) -> Slot { return &c.task.baselines; },
     [] {
       Names names = names_of(nn::core_table());
       names.emplace_back("none");
       return names;
     },
     false},
    {"task", "epoch_steps", "--epoch-steps",
     "optimizer steps of an epoch, after which validation and checkpoint follow; 0: the whole training part",
     [](Config& c) -> Slot { return &c.task.epoch_steps; }},
    {"task", "corpus", "--corpus",
     "data: a name that `ebit data list` shows, or a file; empty: the task's own",
     [](Config& c) -> Slot { return &c.task.corpus; }},
    {"task", "target_file", "--target-file",
     "translate: --corpus is the file of source lines and this of target lines",
     [](Config& c) -> Slot { return &c.task.target_file; }},
    {"task", "folder", "--data-folder", "where downloads are; empty: where `ebit data get` puts them",
     [](Config& c) -> Slot { return &c.task.folder; }},
    {"task", "encoding", "--encoding", "of text files of your own: utf-8 | latin-1",
     [](Config& c) -> Slot { return &c.task.encoding; }},
    {"task", "tokenizer", "--tokenizer",
     "what a token is: words | characters | whitespace; empty: the task's own",
     [](Config& c) -> Slot { return &c.task.tokenizer; }},
    {"task", "lower_case", "--lower-case", "letters in lower case first",
     [](Config& c) -> Slot { return &c.task.lower_case; }},
    {"task", "swapped", "--swapped", "translate: from the second language to the first",
     [](Config& c) -> Slot { return &c.task.swapped; }},
    {"task", "min_count", "--min-count", "tokens that are rarer in the training part become <unk>",
     [](Config& c) -> Slot { return &c.task.min_count; }},
    {"task", "max_vocabulary", "--max-vocabulary", "entries of a vocabulary at most; 0: no limit",
     [](Config& c) -> Slot { return &c.task.max_vocabulary; }},
    {"task", "max_length", "--max-length",
     "tokens of a sentence at most: sentiment cuts, translate leaves out; 0: no limit",
     [](Config& c) -> Slot { return &c.task.max_length; }},
    {"task", "order", "--order", "images: rows | pixels | permuted-pixels; empty: the task's own",
     [](Config& c) -> Slot { return &c.task.order; }},
    {"task", "permutation_seed", "--permutation-seed", "of permuted pixels",
     [](Config& c) -> Slot { return &c.task.permutation_seed; }},
    {"task", "validation", "--validation-share", "share of the rows to choose the best epoch by",
     [](Config& c) -> Slot { return &c.task.validation; }},
    {"task", "test", "--test-share",
     "share of the rows to report, where the corpus has no test part of its own",
     [](Config& c) -> Slot { return &c.task.test; }},
    {"task", "split_seed", "--data-seed", "of the parts",
     [](Config& c) -> Slot { return &c.task.split_seed; }},
    {"task", "limit", "--limit", "training rows, or tokens of a language model, at most; 0: all",
     [](Config& c) -> Slot { return &c.task.limit; }},
    {"task", "test_limit", "--test-limit", "test rows at most; 0: all",
     [](Config& c) -> Slot { return &c.task.test_limit; }},
    {"task", "delay", "--delay", "copying: blanks between the symbols and the marker",
     [](Config& c) -> Slot { return &c.task.delay; }},
    {"task", "bptt", "--bptt", "language-model: tokens of a window, which is as far as gradients reach back",
     [](Config& c) -> Slot { return &c.task.bptt; }},
    {"task", "carry", "--carry", "language-model: a window begins in the state that the one before ended in",
     [](Config& c) -> Slot { return &c.task.carry; }},
    {"task", "vectors", "--vectors", "sentiment: file of word vectors (GloVe format) to start from",
     [](Config& c) -> Slot { return &c.task.vectors; }},
    {"task", "beam", "--beam", "translate: hypotheses kept by the search; 1: greedy",
     [](Config& c) -> Slot { return &c.task.beam; }},
    {"task", "length_power", "--length-power",
     "translate: log-likelihoods are divided by length to this power",
     [](Config& c) -> Slot { return &c.task.length_power; }},
    {"task", "sample", "--sample", "language-model: tokens of text to draw from the trained model",
     [](Config& c) -> Slot { return &c.task.sample; }},
    {"task", "temperature", "--temperature", "language-model: logits are divided by this before drawing",
     [](Config& c) -> Slot { return &c.task.temperature; }},
};

}  // namespace

std::span<const OptionRow> option_table() { return kOptions; }

}  // namespace ebit::train
