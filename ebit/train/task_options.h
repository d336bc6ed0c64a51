// What `ebit task` adds to the settings of a run: the task, its data, and the core of its models.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ebit::train {

/// Settings of `ebit task`; each task uses the ones it knows. Empty texts and zeros that say so stand for the
/// task's own value.
struct TaskOptions {
  std::string name;  ///< the task; empty: the run is of `ebit train`

  // The models.
  std::string core = "qrnn";           ///< a row of nn::core_table()
  int hidden_size = 32;                ///< classical cores: width of the hidden state
  int layers = 1;                      ///< lstm, gru, rnn: layers on top of each other
  int embedding = 32;                  ///< width of token embeddings
  double dropout = 0.0;                ///< on embeddings and in front of the head, in [0, 1)
  std::string pool = "last";           ///< classifiers: a row of nn::pool_table()
  std::string attention = "additive";  ///< translate: a row of nn::attention_table()
  std::string dtype = "float32";       ///< "float32", "float64"
  std::vector<std::string> baselines;  ///< cores to compare with, at matched parameters
  int epoch_steps = 0;                 ///< steps of an epoch; 0: all batches of the training part

  // The core qrnn.
  int qubits = 8;                              ///< of the memory
  int circuit_layers = 1;                      ///< of the ansatz
  std::string ansatz = "zz-ring";              ///< a row of ansaetze()
  std::string ansatz_file;                     ///< a user's gate list (TOML or JSON), instead of `ansatz`
  bool first_ry = true;                        ///< RY on every qubit in front of the ansatz's layers
  std::vector<std::string> readout = {"XYZ"};  ///< Pauli strings, or letters for each of them on every qubit
  std::vector<std::string> ffn_hidden;      ///< widths of the network's hidden layers; empty: one linear map
  std::string activation = "gelu";          ///< of hidden layers, a row of activations()
  bool residual = false;                    ///< hidden layers add their input to their output
  double angle_scale = 0.1;                 ///< radians: the network's outputs are multiplied by it
  std::string initial = "zero";             ///< a row of initial_states()
  std::string measurement = "expectation";  ///< a row of measurements()
  int shots = 1000;                         ///< of measurement "shots"
  std::vector<std::string> measured;        ///< qubits of measurement "sampled"; empty: all
  bool reset = false;                       ///< "sampled": measured qubits start the next step in |0>
  std::string gradient_memory = "auto";     ///< a row of gradient_memories()

  // The data.
  std::string corpus;                   ///< name of the catalogue, or file; empty: the task's own
  std::string target_file;              ///< translate: second of two files, line by line
  std::string folder;                   ///< where downloads are; empty: where `ebit data get` puts them
  std::string encoding = "utf-8";       ///< of text files of one's own
  std::string tokenizer;                ///< empty: the task's own
  bool lower_case = false;              ///< letters in lower case first
  bool swapped = false;                 ///< translate: the second column is the source
  int min_count = 1;                    ///< rarer tokens become `<unk>`
  int max_vocabulary = 0;               ///< entries at most; 0: no limit
  int max_length = 0;                   ///< tokens of a sentence at most; 0: no limit
  std::string order;                    ///< images: a row of pixel_orders(); empty: the task's own
  std::uint64_t permutation_seed = 92;  ///< of permuted pixels
  double validation = 0.1;              ///< share of the rows
  double test = 0.1;                    ///< share of the rows, where the corpus has no test part
  std::uint64_t split_seed = 1;         ///< of the parts
  int limit = 0;                        ///< training rows or tokens at most; 0: all
  int test_limit = 0;                   ///< test rows at most; 0: all
  int delay = 10;                       ///< copying: L
  int bptt = 64;                        ///< language-model: steps that gradients reach back
  bool carry = false;                   ///< language-model: a window begins where the one before ended
  std::string vectors;                  ///< sentiment: file of known word vectors

  // What is done with a trained model.
  int beam = 4;               ///< translate: hypotheses kept
  double length_power = 1.0;  ///< translate: log-likelihoods are divided by length^this
  int sample = 400;           ///< language-model: tokens of text to draw
  double temperature = 0.8;   ///< language-model: logits are divided by this
};

}  // namespace ebit::train
