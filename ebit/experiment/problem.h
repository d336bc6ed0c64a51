// A problem: data with a loss and metrics, for any model that can say what it asks for.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ebit/fit/batches.h"
#include "ebit/fit/model.h"
#include "ebit/fit/trainer.h"
#include "ebit/report/plot.h"
#include "ebit/settings/option.h"

namespace ebit::experiment {

/// The parts of the data in their order.
inline constexpr std::array<std::string_view, 3> kPartNames = {"train", "validation", "test"};

/// A metric of a problem.
struct MetricName {
  std::string name;               ///< such as "accuracy"
  bool greater_is_better = true;  ///< which way is better
};

/// What prediction intervals are worth on one part, means over the targets.
struct IntervalScore {
  double level = 0.0;     ///< share of true values that they aim to cover
  double coverage = 0.0;  ///< share that they do cover
  double width = 0.0;     ///< in the data's units
};

/// What a model is worth on one part of one series of a panel.
struct SeriesScore {
  std::size_t series = 0;                      ///< which one
  std::vector<double> values;                  ///< one a metric, in the data's units, means over the targets
  std::optional<IntervalScore> interval = {};  ///< of its intervals; none: there are none
};

/// What one of several predicted steps is worth, means over the targets.
struct StepScores {
  std::size_t step = 0;                        ///< steps behind the window
  std::vector<double> values;                  ///< one a metric, in the data's units
  std::optional<IntervalScore> interval = {};  ///< of its intervals; none: there are none
};

/// What predicted quantiles are worth on one part, means over steps and targets, in the data's units.
struct QuantileScore {
  std::vector<double> levels;  ///< [Q]
  std::vector<double> below;   ///< [Q] share of true values that lie below each
  double pinball = 0.0;        ///< mean loss over the levels, see fit::kQuantileLoss
  double crossed = 0.0;        ///< share of predictions whose quantiles were not in order, and were put in it
};

/// What a model is worth on one part. Undefined values are NaN.
struct PartScores {
  std::vector<double> values;  ///< one a metric; of a series in the data's units, means over the targets
  std::vector<double> scaled;  ///< of a series: in the units that the model sees; else empty
  std::vector<std::vector<double>> by_target;   ///< of a series: `values` of each target; else empty
  std::optional<IntervalScore> interval = {};   ///< of a series: of its intervals; none: there are none
  std::vector<StepScores> by_step = {};         ///< of a series predicted several steps ahead; else empty
  std::optional<QuantileScore> quantiles = {};  ///< of a model that predicts them
  std::vector<SeriesScore> by_series = {};      ///< of a panel: of each series; `values` are their means
};

/// Something to show of a trained model: a picture or a text.
struct Exhibit {
  std::string name;                 ///< of its plot file, without extension
  std::string caption;              ///< one sentence
  std::optional<Sheet> sheet = {};  ///< a picture, or
  std::string text = {};            ///< a text, which also goes into examples.txt
};

/// What a trained model is worth.
struct Scores {
  std::array<std::optional<PartScores>, 3> parts;  ///< none: not scored on this part
  std::array<std::vector<double>, 3> predictions;  ///< of a series: [B, S, O] in the data's units
  std::vector<Exhibit> exhibits;                   ///< of this model
  /// Of a model that predicts quantiles: [Q][B, S, O], in order; `predictions` are those of level 0.5.
  std::array<std::vector<std::vector<double>>, 3> quantiles = {};
  double level = 0;  ///< of the prediction intervals of a series; 0: there are none
  /// [B, S, O] their lower ends on the test part; empty: there are none. Of a panel NaN where a series has
  /// none.
  std::vector<double> lower = {};
  std::vector<double> upper = {};  ///< their upper ends
};

/// What needs no training: persistence, majority class, no memory, counts of single tokens.
struct Reference {
  std::string name;     ///< in tables
  std::string summary;  ///< what it does; may be empty
  Scores scores;        ///< as of a model
  double loss;          ///< its validation loss, for the plot of losses; NaN: none
};

/// Data of a problem, and what is asked of models on them. Holds nothing of a model.
class Problem {
 public:
  virtual ~Problem() = default;

  virtual std::string description() const = 0;                   ///< one line: the data and their size
  virtual std::vector<std::string> notes() const { return {}; }  ///< what the user should know of the data
  virtual std::string loss_name() const = 0;                     ///< with its unit, for plots
  virtual std::vector<MetricName> metrics() const = 0;           ///< in the order of tables
  virtual std::size_t judged_metric() const { return 0; }        ///< the one to judge by
  virtual std::vector<Reference> references() const = 0;         ///< may be empty

  /// Throws Error where the model of `config` does not take these data; `config` is of this run or of one of
  /// its baselines.
  virtual void check_model(const Config& config) const { (void)config; }
  virtual fit::InputSpec input() const = 0;  ///< how a step enters a model; without an input map
  virtual fit::HeadSpec head() const = 0;  ///< what is asked; pool, attention and linear map by the settings

  /// The batches of a pass over the training part, counted from 0; every pass has as many, at least one.
  virtual std::vector<fit::Batch> batches(int pass, std::uint64_t seed) const = 0;
  /// A training batch; valid until the next call.
  virtual const fit::Examples& examples(const fit::Batch& batch) = 0;
  virtual bool validated() const = 0;  ///< whether there is a validation part
  /// The option that gives the validation part its share.
  virtual std::string_view share_flag() const { return "--validation-share"; }
  /// Names of the metrics that validate() finds beside the loss; may be empty.
  virtual std::vector<std::string> validation_metrics() const { return {}; }
  /// The mean loss and validation_metrics() over the validation part, a function of weights and seed alone.
  virtual fit::Validation validate(fit::Model& model, std::uint64_t seed) const = 0;
  /// At most `most` sequences of a part (0 train, 1 validation, 2 test), evenly spread over it, with what is
  /// to be said of them; none where the part is empty. For a model that carries its state on they are the
  /// first that follow each other. What `ebit inspect` and --track-entropy look at.
  virtual fit::Examples sequences(std::size_t part, std::size_t most) const = 0;
  /// Scores of a trained model. @param show whether exhibits are wanted.
  virtual Scores scores(fit::Model& model, std::uint64_t seed, bool show) const = 0;
  /// Scores that do not look at the test part, for choosing: the metrics that can be found on the validation
  /// part, NaN the others. Without a validation part there are none.
  virtual Scores scores_before_test(fit::Model& model, std::uint64_t seed) const;
  /// Pictures of a model with all its seeds. @param seeds Scores of each.
  virtual std::vector<Exhibit> exhibits(std::span<const Scores* const> seeds) const {
    (void)seeds;
    return {};
  }

  /// Facts for the page, as names with values; may be empty.
  virtual std::vector<std::pair<std::string, std::string>> facts() const { return {}; }
  /// Tokens by number, one list a language, for the run folder; may be empty.
  virtual std::string vocabulary() const { return {}; }
  /// predictions.csv of some scores; empty: there is none.
  virtual std::string predictions_csv(const Scores& scores) const {
    (void)scores;
    return {};
  }
  /// All that new data need to be seen the same way (scalers), as JSON text kept with weights; may be empty.
  virtual std::string fitted() const { return {}; }
  /// A hash of the data that models are trained and judged on: other data, another number.
  virtual std::uint64_t data_hash() const = 0;
};

/// Makes the problem that `config` names: reads the data and fills in what the settings leave open. Throws
/// Error for what is not there or not right. `config` must outlive the problem.
std::unique_ptr<Problem> make_problem(Config& config);

std::unique_ptr<Problem> make_forecast(Config& config);        ///< row "forecast"
std::unique_ptr<Problem> make_copying(Config& config);         ///< row "copying"
std::unique_ptr<Problem> make_images(Config& config);          ///< rows "digits", "mnist", "permuted-mnist"
std::unique_ptr<Problem> make_sentiment(Config& config);       ///< row "sentiment"
std::unique_ptr<Problem> make_language_model(Config& config);  ///< row "language-model"
std::unique_ptr<Problem> make_translate(Config& config);       ///< row "translate"
std::unique_ptr<Problem> make_words(Config& config);           ///< rows "dna", "simple-seq", "elman-xor", ...
std::unique_ptr<Problem> make_word_images(Config& config);     ///< row "mnist-01"
std::unique_ptr<Problem> make_pauli(Config& config);           ///< row "pauli"

}  // namespace ebit::experiment
