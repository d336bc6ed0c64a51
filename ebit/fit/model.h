// A model with its weights, behind one interface: graph-free, or on torch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/base/error.h"
#include "ebit/cell/segment.h"
#include "ebit/fit/examples.h"
#include "ebit/fit/model_spec.h"
#include "ebit/fit/options.h"
#include "ebit/fit/step.h"
#include "ebit/fit/tensors.h"

namespace ebit::fit {

/// A model that this program cannot compute because it was built without libtorch.
class NeedsTorch : public Error {
 public:
  using Error::Error;
};

/// What a model says of a batch, without a graph.
struct Answers {
  std::size_t outputs = 0;           ///< O
  std::vector<double> numbers = {};  ///< [rows, O]: a row a sequence, or a step ([B, T, O] of kClasses)
  double loss = 0;                   ///< classes: sum of HeadSpec::loss, in nats; 0 for numbers
  double terms = 0;                  ///< how many: sequences, or steps that are there
};

/// How translations are searched.
struct SearchOptions {
  int begin = 1;              ///< token before the first
  int end = 2;                ///< token that ends a sentence
  int longest = 50;           ///< tokens at most, without the end token
  int beam = 1;               ///< hypotheses kept; 1: greedy
  double length_power = 1.0;  ///< log-likelihoods are divided by (tokens with the end token)^this
};

/// A translation that was found.
struct Translation {
  std::vector<std::int64_t> tokens;  ///< without begin and end tokens
  double score = 0.0;                ///< log-likelihood with the end token / length^length_power
  std::size_t source_steps = 0;      ///< S
  std::vector<double> weights;       ///< [tokens with the end token, S] attention; rows sum to 1
};

/// A model of one spec with weights of its own.
///
/// Its tensors are named `input.*`, `core.*` (of a cell: the names of its segments) and `head.*`, whatever
/// the implementation, so that each reads what another wrote.
class Model {
 public:
  explicit Model(ModelSpec spec) : spec_(std::move(spec)) {}  ///< of that spec, which was checked
  virtual ~Model() = default;
  Model(const Model&) = delete;             ///< steps hold references to it
  Model& operator=(const Model&) = delete;  ///< likewise

  const ModelSpec& spec() const { return spec_; }  ///< as given, its sizes filled in
  std::string summary() const;                     ///< one line: the core, the head, the parameter counts
  virtual NumberCounts counts() const = 0;         ///< numbers by what they are; see NumberCounts
  std::int64_t parameters() const { return counts().trained(); }  ///< trained numbers

  virtual Tensors weights() const = 0;  ///< copies of all that must be saved
  /// Takes weights. Throws Error, naming `where`, and leaves the model as it was, for a tensor that is
  /// missing, left over, or of another shape or type.
  virtual void load(const Tensors& weights, std::string_view where) = 0;

  /// Forgets the state that is carried from batch to batch.
  virtual void reset_state() = 0;
  /// Names the random numbers of the next pass, of models that draw.
  virtual void seed_draws(std::uint64_t seed, std::uint64_t number) = 0;

  /// What the model says of a batch, in use and not in training: no dropout. A model that carries a state
  /// goes on where `examples.goes_on`. Throws Error for examples of other sizes.
  virtual Answers answer(const Examples& examples) = 0;
  /// The loss called `loss` (a row of losses()) of predictions, as the model's own arithmetic has it: the
  /// mean over all numbers. Where the head gives quantiles there are as many predictions of each true value.
  virtual double mean_loss(std::string_view loss, std::span<const double> predictions,
                           std::span<const double> truth) const = 0;
  /// What enters the core, [B, T, E], behind embedding and input map: by default the numbers as they are.
  virtual std::vector<double> core_inputs(const Examples& examples);
  /// The derivative of the mean loss of a batch (numbers: the mean squared error, or the loss of quantiles
  /// where the head gives them) with respect to what enters
  /// the core, [B, T, E]; see core_inputs().
  virtual std::vector<double> input_gradient(const Examples& examples) = 0;
  /// The best translations that a search finds, one a sequence. Throws Error for a model that is no
  /// translator.
  virtual std::vector<Translation> translate(const Examples& examples, const SearchOptions& options);

  /// A step that trains this model; the model must outlive it. Throws Error for options that are out of
  /// range.
  virtual std::unique_ptr<TrainStep> make_step(const TrainOptions& options) = 0;

 protected:
  /// What summary() adds behind the core, such as ", degree 2".
  virtual std::string remark() const { return {}; }

  ModelSpec spec_;  ///< of the derived class to fill in
};

/// The parameters of a model's cell, [P] as its cell takes them, from the weights of that model. Throws Error
/// for a model without a cell.
std::vector<double> cell_parameters(const ModelSpec& spec, const Tensors& weights);

/// A way to compute a model: a row of the table of steps.
struct Backend {
  std::string_view name;  ///< as in `--step NAME`
  std::string_view help;  ///< one line
  /// Why it cannot compute that model, in a few words; empty: it can.
  std::string (*obstacle)(const ModelSpec& spec);
  /// Makes the model, starting values drawn by spec.seed. Throws Error as check() and make_cell() do.
  std::unique_ptr<Model> (*make)(ModelSpec spec);
};

/// The backends of this program, the one to prefer first: native, and torch where it was added.
std::span<const Backend> backends();
/// Adds a backend behind the others; one that is there already is left.
void add_backend(const Backend& backend);
/// "auto", "native", "torch": the names that options take, whether or not torch was added.
std::vector<std::string> backend_names();

/// Makes the model with the backend called `name`; "auto": the first that can. Throws Error, naming what is
/// in the way, for one that cannot compute it, and NeedsTorch in a program without torch for a model that
/// needs it. Throws Error as check() does first of all.
std::unique_ptr<Model> make_model(ModelSpec spec, std::string_view name = "auto");

/// The hidden size from 1 to `most` whose parameter count is nearest to `target`, the smaller one of two that
/// are equally near. @param count the parameters of a model of that hidden size; must grow with it.
int matched_hidden(std::int64_t target, int most, const std::function<std::int64_t(int hidden)>& count);

}  // namespace ebit::fit
