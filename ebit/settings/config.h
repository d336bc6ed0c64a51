// Everything that a run depends on: the settings of its data, problem, model and training.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "ebit/cell/controlled/controlled_options.h"
#include "ebit/cell/echo/echo_options.h"
#include "ebit/cell/fast_weights/fast_weights_options.h"
#include "ebit/cell/gated/gated_options.h"
#include "ebit/cell/kernel/kernel_options.h"
#include "ebit/cell/measured/measured_options.h"
#include "ebit/cell/register/entropy_loss.h"
#include "ebit/cell/register/register_options.h"
#include "ebit/cell/rvqe/rvqe_options.h"
#include "ebit/cell/window/window_options.h"
#include "ebit/data/dataset.h"
#include "ebit/data/generator.h"
#include "ebit/data/load.h"
#include "ebit/fit/model_spec.h"
#include "ebit/fit/options.h"

namespace ebit::inline settings {

/// Problem "forecast": where the series comes from and how it becomes windows.
struct SeriesConfig {
  std::string file;                  ///< path, or the name of an included data set; empty: generator
  std::string generator;             ///< a row of the generator table; empty: file
  GeneratorOptions set;              ///< the generator's parameters, by name
  std::uint64_t generator_seed = 0;  ///< of the generator's noise
  SeriesOptions series;              ///< how the file is read
  DatasetOptions dataset;            ///< how the series is split, scaled and cut
};

/// The other problems: which corpus, and how it is read. Empty texts and zeros that say so stand for the
/// problem's own value.
struct CorpusConfig {
  std::string corpus;                   ///< name of the catalogue, or file; empty: the problem's own
  std::string target_file;              ///< translate: second of two files, line by line
  std::string folder;                   ///< where downloads are; empty: where `ebit data get` puts them
  std::string encoding = "utf-8";       ///< of text files of one's own
  std::string tokenizer;                ///< empty: the problem's own
  bool lower_case = false;              ///< letters in lower case first
  bool swapped = false;                 ///< translate: the second column is the source
  int min_count = 1;                    ///< rarer tokens become `<unk>`
  int max_vocabulary = 0;               ///< entries at most; 0: no limit
  int max_length = 0;                   ///< tokens of a sentence at most; 0: no limit
  std::string order;                    ///< images: a row of pixel_orders(); empty: the problem's own
  std::uint64_t permutation_seed = 92;  ///< of permuted pixels
  double validation = 0.1;              ///< share of the rows
  double test = 0.1;                    ///< share of the rows, where the corpus has no test part
  std::uint64_t split_seed = 1;         ///< of the parts
  int limit = 0;                        ///< training rows or tokens at most; 0: all
  int test_limit = 0;                   ///< test rows at most; 0: all
  std::string vectors;                  ///< sentiment: file of known word vectors
};

/// The problem, and what is done with a trained model.
struct ProblemConfig {
  std::string name = "forecast";  ///< a row of problems()
  int epoch_steps = 0;            ///< steps of an epoch; 0: all batches of the training part
  int delay = 10;                 ///< copying: L
  int bptt = 64;                  ///< language-model: steps that gradients reach back
  bool carry = false;             ///< language-model: a window begins where the one before ended
  int beam = 4;                   ///< translate: hypotheses kept
  double length_power = 1.0;      ///< translate: log-likelihoods are divided by length^this
  int sample = 400;               ///< language-model: tokens of text to draw
  double temperature = 0.8;       ///< language-model: logits are divided by this
  int length = 10;                ///< words: of a sequence, L
  std::string words = "bits";     ///< words: how they enter, "bits" or "one-hot"
  /// Words, of a measured memory: what it is projected on where a word does not count: "targets", "zeros",
  /// "drawn".
  std::string ignored_words = "targets";
  std::string loss = "auto";           ///< words: a row of fit::class_losses(), or "auto": the model's own
  std::vector<int> task_qubits = {2};  ///< pauli: qubits of the measured states, batch by batch in turns
  int first_epochs = 0;                ///< pauli: epochs that have the first of them alone
  std::string setting = "letters";     ///< pauli: how a setting enters, "letters" or "number"
  int setting_pool = 0;                ///< pauli: strings that a sequence draws from; 0: all
  int sequences = 0;                   ///< pauli: training sequences; 0: new ones in every epoch
  int score_pool = 0;                  ///< pauli: of those; 0: setting_pool
  int score_length = 0;                ///< pauli: of those; 0: length
  std::vector<int> score_qubits = {};  ///< pauli: other numbers of qubits that the test scores too
};

/// The model. The options of other families than the model's are not used.
struct ModelConfig {
  ModelConfig();  ///< the defaults of `ebit train`

  std::string name = "register";    ///< a row of models()
  RegisterOptions reg;              ///< family "register"; its inputs are the problem's
  ControlledOptions qrnn;           ///< family "qrnn"; likewise
  GatedOptions gated;               ///< family "gated"; likewise
  KernelOptions kernel;             ///< family "kernel"; likewise
  FastWeightsOptions fast_weights;  ///< family "fast-weights"; likewise
  EchoOptions echo;                 ///< family "echo"; likewise
  RvqeOptions rvqe;                 ///< family "rvqe"; likewise
  WindowOptions window;             ///< family "window"; likewise; span 0: see window_options_of()
  MeasuredOptions measured;         ///< family "measured"; likewise
  fit::ClassicalOptions classical;  ///< the classical families; `core` is the model's
  fit::RidgeOptions ridge;          ///< of models that are solved at once
  std::string
      parameters;  ///< a number, or a model: sizes such that there are as many parameters; empty: as set
  std::string ansatz_file;         ///< a user's gate list (TOML or JSON), instead of a row of ansaetze()
  bool entanglement = true;        ///< cells with circuits: false: ansaetze without their two-wire gates
  std::string freeze = "none";     ///< likewise: a row of freezes()
  std::string train_only = "all";  ///< likewise: "all", or "head" in closed form on a frozen cell
  std::string head = "none";       ///< forecast with a cell: "none" or "linear" behind the readouts
  std::string input_map = "auto";  ///< a row of input_maps(): what brings a step to the numbers a cell takes
  int embedding = 32;              ///< width of token embeddings
  double dropout = 0.0;            ///< on embeddings and in front of the head, in [0, 1)
  std::string pool = "last";       ///< one answer a sequence: a row of fit::pools()
  std::string attention = "additive";  ///< translate: a row of fit::attentions()
  std::string dtype = "float64";       ///< "float64", "float32"
  bool stateful = false;  ///< forecast: the state carries on from window to window, which then stay in order
  EntropyLoss entropy;    ///< added to the loss; weight 0 without a target: nothing
  std::string entropy_kind = "von-neumann";    ///< a row of entropies()
  std::string entropy_stage = "disentangled";  ///< a row of entropy_stages()
  std::string noise;                           ///< cells: a row of noise_models(), or a file; empty: none
  int shots = 0;                     ///< gated, fast-weights and window cells: outcomes of a readout
  int trajectories = 0;              ///< likewise, and qrnn: of state vectors
  std::string gradient = "adjoint";  ///< likewise: a row of gradient_methods()
  double perturbation = 0.1;         ///< of gradients by spsa
  std::vector<std::string> extrapolate_noise;  ///< factors, see Mitigation; empty: raw
  std::string extrapolation = "richardson";    ///< a row of extrapolations()
  std::string noise_scaling = "model";         ///< a row of noise_scalings()
  bool mitigate_readout = false;               ///< see Mitigation

  /// Whether an entropy is part of what is minimised.
  bool has_entropy() const { return entropy.weight != 0 || entropy.target; }
};

/// What the model is compared with.
struct BaselineConfig {
  std::vector<std::string> which;  ///< rows of models() and of the problem's forecasts; may be empty
  bool match = false;              ///< hidden sizes such that parameters are as many as the model's
  int hidden_size = 4;             ///< of the classical models, without `match`
  int layers = 1;                  ///< of the classical models
  int season = 0;                  ///< forecast: rows of a season; 0: the included data set's, else 1 (none)
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
  bool test = true;       ///< score the test part; else only what comes before it
  double interval =
      0.9;  ///< of a series: share of true values that prediction intervals aim to cover; 0: none
};

/// All settings of a run.
struct Config {
  ProblemConfig problem;      ///< [problem] of config.toml
  SeriesConfig data;          ///< [data]
  CorpusConfig corpus;        ///< [corpus]
  ModelConfig model;          ///< [model]
  fit::TrainOptions train;    ///< [train]
  std::string step = "auto";  ///< a name of fit::backend_names(): all give the same numbers to rounding
  std::string start_from;     ///< run folder whose weights the training begins with; empty: they are drawn
  int seeds = 1;              ///< trainings, with seeds train.seed, train.seed + 1, ...
  int threads = 1;            ///< of the quantum simulator; 0: one a core. Results do not depend on it
  BaselineConfig baselines;   ///< [baselines]
  OutputConfig output;        ///< [output]
  /// Names ("section.key") of the options that a file or flag set: these are taken as they are, where a
  /// default or a preset's setting may give way. Filled by resolve().
  std::set<std::string> given;
};

}  // namespace ebit::inline settings
