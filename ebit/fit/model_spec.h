// What a model is: an input layer, a cell or a classical core, and a head. All of it as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ebit/base/choice.h"
#include "ebit/cell/cells.h"
#include "ebit/cell/register/entropy_loss.h"

namespace ebit::fit {

/// Settings of a classical core.
struct ClassicalOptions {
  std::string core = "lstm";  ///< a row of classical_cores()
  int hidden = 4;             ///< width of the hidden state
  int layers = 1;             ///< layers on top of each other; mlp: hidden layers
  /// poly-ridge: degrees among which the validation part chooses; completed() leaves those out whose
  /// monomials are more than kMostMonomials, the smallest degree aside.
  std::vector<int> degrees = {1, 2, 3};
};

/// The most monomials that a degree of a polynomial may have beside a smaller degree: with those of a window
/// of 16 steps of 3 numbers degree 2 is a candidate, and degree 3 is not.
inline constexpr double kMostMonomials = 2000;

/// A row of the table of classical cores.
struct ClassicalCore {
  std::string_view name;    ///< "lstm"
  std::string_view help;    ///< one line
  std::string_view source;  ///< the paper
  bool has_hidden;          ///< whether ClassicalOptions::hidden sets its size
  bool has_layers;          ///< whether ClassicalOptions::layers counts
  /// Sees all steps at once, as one vector: sequences of one fixed length, one answer for each of them, and
  /// no state to carry.
  bool whole;
  /// Solved in closed form where it answers with numbers.
  bool solved = false;
};

/// lstm, gru, rnn, orthogonal, memoryless, mlp, linear, poly-ridge.
std::span<const ClassicalCore> classical_cores();

/// The core called `name`. Throws Error with the nearest name where there is none.
const ClassicalCore& find_classical_core(std::string_view name);

/// The recurrent part of a model: a cell, or a classical core.
using CoreOptions = std::variant<CellOptions, ClassicalOptions>;

/// How a step enters the core.
struct InputSpec {
  int vocabulary = 0;  ///< above 0: steps are tokens below it, with a trained embedding; 0: numbers
  int width = 1;       ///< of the embedding, or numbers of a step
  int steps = 0;       ///< T of all sequences, where it is fixed; cores that see all steps at once need it
  double dropout = 0;  ///< share of the embedding's numbers, and of the head's inputs, left out; [0, 1)
  /// Above 0: a trained linear map ("input.map") brings a step's numbers to so many, which enter the core.
  int map = 0;
  bool squash = false;  ///< 0.99 tanh behind the map: for encoders that take numbers in [-1, 1] alone
  std::vector<float> vectors = {};  ///< [vocabulary, width] embeddings to start from; empty: random

  /// A step has one more number behind the others, Examples::outcomes: the word that a cell's memory is
  /// projected on. For cells of words (CellFamily::words) alone.
  bool outcomes = false;
  /// Numbers at the end of a step that do not enter, beyond `width`: what other models of the problem see.
  int left_out = 0;

  /// E, numbers of a step that enter the core.
  int core_width() const { return (map > 0 ? map : width) + (outcomes ? 1 : 0); }
};

/// What a model says of a sequence.
enum class Answer {
  kNumbers,      ///< O numbers, of the whole sequence: a regression
  kClass,        ///< logits of O classes, of the whole sequence
  kClasses,      ///< logits of O classes, of every step
  kTranslation,  ///< logits of O tokens, of every step of another sequence, by attention to this one
};

/// What the head does.
struct HeadSpec {
  Answer answer = Answer::kNumbers;  ///< what is asked
  int outputs = 1;                   ///< O
  /// A trained linear map; false: the readouts are the outputs, of classes the probabilities that a cell of
  /// words gives them.
  bool linear = true;
  std::string pool = "last";           ///< kNumbers, kClass: a row of pools()
  std::string attention = "additive";  ///< kTranslation: a row of attentions()
  std::string loss = "cross-entropy";  ///< kClass, kClasses: a row of class_losses()
  /// kNumbers: levels of the quantiles that are given of each true value, side by side; they count in O.
  /// None: one number of each.
  std::vector<double> quantiles = {};

  /// True values that there are of a sequence: O, or O over the number of quantiles.
  std::size_t targets() const {
    return static_cast<std::size_t>(outputs) / (quantiles.empty() ? 1 : quantiles.size());
  }
};

/// Which of a sequence's features answer for it: last, mean.
std::span<const Choice> pools();
/// How a decoder scores the steps of its source: dot, general, additive.
std::span<const Choice> attentions();

/// How a head is solved in closed form.
struct RidgeOptions {
  std::optional<double> penalty = std::nullopt;  ///< none: chosen among ridge_penalties()
  int washout = 0;  ///< a model that carries its state: first steps of an epoch that do not count
};

/// Everything that makes a model, but its weights.
struct ModelSpec {
  CoreOptions core;               ///< the model makes its sizes fit: inputs, every step or the last
  InputSpec input;                ///< in front of it
  HeadSpec head;                  ///< behind it
  EntropyLoss entropy = {};       ///< added to the loss of cells that give an entropy
  std::string entropy_kind = {};  ///< a row of entropies(); empty: no entropy
  std::string entropy_stage = "disentangled";  ///< a row of entropy_stages()
  bool stateful = false;                       ///< carries its state to batches that go on
  /// A cell: nothing but the linear head is learnt, in closed form; the cell is frozen. Classes are learnt as
  /// numbers, 1 for the true one and 0 for all others.
  bool solve_head = false;
  RidgeOptions ridge = {};        ///< of what is solved in closed form
  std::string dtype = "float64";  ///< "float64", "float32"
  std::uint64_t seed = 1;         ///< of the starting values
};

/// Throws Error for a spec that no model can be made of, naming what does not fit.
void check(const ModelSpec& spec);

/// `spec` after check(), its cell with the sizes that the model needs: steps of InputSpec::core_width()
/// numbers, read after every step where every step is answered or the mean is taken, with the entropy of the
/// loss. A register cell without a readout and without a linear head is read by Z on its last system wires,
/// one an output.
ModelSpec completed(ModelSpec spec);

/// The degrees of a polynomial that completed() leaves out of `spec`: those that have more than
/// kMostMonomials on its window, the smallest aside. Empty for every other core.
std::vector<int> dropped_degrees(const ModelSpec& spec);

/// The core in a few words for tables: "lstm, hidden size 23", or the cell's summary.
std::string summary_of(const CoreOptions& core);

}  // namespace ebit::fit
