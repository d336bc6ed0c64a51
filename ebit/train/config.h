// Everything that a run of `ebit train` depends on, and the one table of its options.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ebit/data/dataset.h"
#include "ebit/data/generator.h"
#include "ebit/data/load.h"
#include "ebit/train/task_options.h"
#include "ebit/train/train_options.h"

namespace ebit::train {

/// Where the series comes from and how it becomes windows.
struct DataConfig {
  std::string file;                  ///< path, or the name of an included data set; empty: generator
  std::string generator;             ///< a row of the generator table; empty: file
  GeneratorOptions set;              ///< the generator's parameters, by name
  std::uint64_t generator_seed = 0;  ///< of the generator's noise
  SeriesOptions series;              ///< how the file is read
  DatasetOptions dataset;            ///< how the series is split, scaled and cut
};

/// The model. The fields of other kinds than `kind` are ignored.
struct ModelConfig {
  std::string preset;             ///< a published model whose settings were the starting point; may be empty
  std::string kind = "register";  ///< a row of the table of model kinds
  int n_system = 2;               ///< qubits of the system register
  int n_ancilla = 2;              ///< qubits of the ancilla register, the memory
  std::string encoder = "linear-amplitude";   ///< how an input enters the system; a row of encoders()
  std::string ansatz = "basic-entangler-ry";  ///< circuit of U_en and of U_dis; a row of ansaetze()
  std::string ansatz_file;                    ///< a user's gate list (TOML or JSON), instead of `ansatz`
  int layers_en = 2;                          ///< layers of U_en
  int layers_dis = 2;                         ///< layers of U_dis
  std::string dis = "flipped";                ///< how U_dis takes its angles: "flipped" or "adjoint"
  std::string hidden = "collapse";            ///< what survives of the ancilla; a row of hidden_updates()
  std::vector<std::string> readout;  ///< Pauli strings such as "Z1"; empty: Z of the last system wire
  std::string head = "none";         ///< classical layer after the readout: "none", "linear"
  std::string dtype = "float64";     ///< "float64", "float32"
  std::string gradient = "adjoint";  ///< how gradients of circuits are computed; a row of gradient_methods()
  std::string engine = "auto";       ///< how the circuits of a cell are run; a row of engines()
  std::string gradient_memory = "auto";  ///< what is kept for gradients; a row of gradient_memories()
  double epsilon = 1e-12;  ///< added to amplitudes before their norm is taken, as the source does
  double init_low = 0.0;   ///< angles start uniform in [init_low, init_high), radians
  double init_high = 1.0;  ///< the other end of that range
  int hidden_size = 4;     ///< classical kinds: width of the hidden state
  int layers = 1;          ///< classical kinds: layers
};

/// What the model is compared with.
struct BaselineConfig {
  std::vector<std::string> which = {"persistence", "seasonal-naive", "lstm", "gru", "rnn"};  ///< may be empty
  int hidden_size = 4;  ///< of the classical models
  int layers = 1;       ///< of the classical models
  int season = 0;       ///< rows of a season; 0: the included data set's, else 1 (none)
};

/// What is written.
struct OutputConfig {
  std::string folder;        ///< of the run; empty: `runs/<data>-<model>`
  bool overwrite = false;    ///< replace a run folder that is there
  int checkpoint_every = 1;  ///< epochs between two checkpoints
  double checkpoint_seconds =
      1.0;                ///< and at least so much time, so that short epochs do not wait for the disk
  int track_entropy = 0;  ///< epochs between two samples of the memory's entanglement; 0: none
  bool plots = true;      ///< draw plots and write report.html
};

/// All settings of a run.
struct Config {
  DataConfig data;           ///< [data] of config.toml
  ModelConfig model;         ///< [model]
  TrainOptions train;        ///< [train]
  int seeds = 1;             ///< trainings, with seeds train.seed, train.seed + 1, ...
  int threads = 1;           ///< of the quantum simulator; 0: one a core. Results do not depend on it
  BaselineConfig baselines;  ///< [baselines]
  OutputConfig output;       ///< [output]
  TaskOptions task;          ///< [task], of `ebit task` alone
  /// Names ("section.key") of the options that a file or flag set: these are taken as they are, where a
  /// default or a preset's setting may give way. Filled by resolve_config().
  std::set<std::string> given;
};

/// Where an option's value lives; the kind of pointer is the option's type.
using Slot = std::variant<int*, std::uint64_t*, double*, std::optional<double>*, bool*, std::string*,
                          std::vector<std::string>*, GeneratorOptions*>;

/// A row of the table of options: a key of config.toml and a flag of `ebit train` or `ebit task`.
struct OptionRow {
  std::string_view section;      ///< table of config.toml: data, model, train, baselines, output, task
  std::string_view key;          ///< key in it
  std::string_view flag;         ///< such as "--window" or "-o,--output"
  std::string_view help;         ///< one line
  Slot (*slot)(Config& config);  ///< where its value lies in `config`
  std::vector<std::string> (*choices)() = nullptr;  ///< the names allowed; nullptr: any value of the type
  bool shapes_losses = true;                        ///< false: a training may be continued with another value
};

/// All options, section by section.
std::span<const OptionRow> option_table();

/// Whether an option is one of a run of `task` (empty: of `ebit train`).
bool belongs_to(const OptionRow& row, std::string_view task);

/// "section.key".
std::string name_of(const OptionRow& row);

/// The type in words for `--help`: "INT", "FLOAT", "FLOAT|none", "TEXT", "LIST", "KEY=VALUE" or "" for
/// on/off.
std::string type_of(const OptionRow& row);

/// The value of an option in `config` as text: a list is joined by commas.
std::string value_text(const OptionRow& row, const Config& config);

/// A value for an option, from a file, a preset or a flag.
struct Setting {
  std::string name;   ///< "section.key"
  std::string value;  ///< as text; lists are comma-separated; on/off: "true" or "false"
  std::string where;  ///< for messages: "--window", "x.toml:12", "preset daskin-collapse"
};

/// Sets one option. Throws Error, beginning with `where`, for an unknown name (nearest suggested), a value of
/// the wrong type, and one that is none of the choices (nearest suggested).
void apply_setting(Config& config, const Setting& setting);

/// Sets several options from (name, value) pairs, such as a preset's; `where` names their origin.
void apply_settings(Config& config, std::span<const std::pair<std::string, std::string>> pairs,
                    const std::string& where);

/// Options that decide the losses, as one short text; two runs with equal data and fingerprint train alike.
std::string fingerprint(const Config& config);

}  // namespace ebit::train
