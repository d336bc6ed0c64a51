// A model without a graph: any cell with or without a linear head, on one flat array of parameters.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/cell/cells.h"
#include "ebit/cell/tape.h"
#include "ebit/fit/losses.h"
#include "ebit/fit/model.h"
#include "ebit/fit/ridge_step.h"

namespace ebit::fit {

/// Why a model of `spec` cannot be a CellModel, in a few words; empty: it can.
std::string native_obstacle(const ModelSpec& spec);

/// A CellModel in the precision that `spec` names. Throws Error as completed() and make_cell() do.
std::unique_ptr<Model> make_cell_model(ModelSpec spec);

/// What a forward pass of a CellModel is for.
struct Pass {
  bool keep = false;              ///< backward() follows: a tape and the entropies are kept
  bool training = false;          ///< SequenceInput::training
  std::uint64_t draw_seed = 0;    ///< names the random numbers, see SequenceInput
  std::uint64_t draw_number = 0;  ///< likewise
};

/// A cell, the mean over its steps where the head wants it, and a linear head where there is one; forward and
/// backward, in float64 or float32. Each step is answered (kClasses), or the sequence (kNumbers, kClass).
///
/// All parameters are one array: the cell's segments, `core.*`, then `head.weight` [O, K] and `head.bias`
/// [O]. They start as torch starts them: the cell in float64, the head in float32, from one generator. Where
/// ModelSpec::solve_head, parameters() are those of the head alone, and the weights have "head.ridge" [1],
/// the penalty that was chosen (-1: not solved yet). Buffers grow to the largest batch seen and are used
/// again, so that nothing is allocated here once every size of batch has come by.
template <class T>
class CellModel : public Model, private RidgeHead {
 public:
  explicit CellModel(ModelSpec spec);  ///< throws Error as completed() and make_cell() do

  NumberCounts counts() const override { return counts_of(segments_); }
  Tensors weights() const override;
  void load(const Tensors& weights, std::string_view where) override;
  void reset_state() override { carried_ = 0; }
  void seed_draws(std::uint64_t seed, std::uint64_t number) override;
  Answers answer(const Examples& examples) override;
  /// In float64, whatever the model's own precision.
  double mean_loss(std::string_view loss, std::span<const double> predictions,
                   std::span<const double> truth) const override;
  std::vector<double> input_gradient(const Examples& examples) override;
  std::unique_ptr<TrainStep> make_step(const TrainOptions& options) override;

  const std::vector<Segment>& segments() const { return segments_; }  ///< of all parameters, in order
  std::span<T> numbers() { return numbers_; }                         ///< the parameters themselves, [P]
  Tensors named(std::span<const T> numbers) const;                    ///< parameters [P] as weights()

  /// Predictions of a batch, [B, O] or of every step [B, T, O]; valid until the next pass. A stateful model
  /// starts from the state behind the pass before where examples.goes_on, and keeps the state behind this
  /// one. Throws Error for examples of other sizes than the model's, inputs that the cell does not take, and
  /// a batch larger than the one whose state it would carry on.
  std::span<const T> forward(const Examples& examples, const Pass& pass);

  /// The mean loss of the last forward pass: by `rule` of numbers, the cross-entropy of classes, in nats,
  /// over sequences or the steps that are there. Labels below 0 do not count. @param d_predictions its
  /// derivative, as large as the predictions, written. Throws Error for a y or labels of other sizes, or
  /// labels that are no class.
  double loss(const Examples& examples, FlatLoss<T> rule, T* d_predictions);

  /// Entropies of the memory in the last forward pass that was kept, of the steps that are there, sequence by
  /// sequence; empty where the loss has none.
  std::span<const T> entropies() const { return {entropies_.data(), entropy_count_}; }

  /// Vector-Jacobian product of the last forward pass, which was kept, and whose examples must still be
  /// there. The carried state counts as a constant. @param d_predictions as loss() writes it. @param
  /// d_entropies as entropies(), or null for zero. @param d_parameters [P], added to; null: not wanted.
  /// @param d_x [B, T, F], written; null: not wanted.
  void backward(const T* d_predictions, const T* d_entropies, double* d_parameters, T* d_x = nullptr);

 protected:
  std::string remark() const override;

 private:
  Model& model() override { return *this; }
  std::size_t feature_count() const override { return readouts_; }
  std::span<const double> features(const Examples& examples, std::uint64_t seed, std::uint64_t draw) override;
  void set_head(const RidgeChoice& choice) override;

  struct Nats {
    double sum, terms;  // of the cross-entropies, and how many
  };

  const T* answers() const { return mean_ ? pooled_.data() : features_.data(); }  // in front of the head
  std::span<const T> cell_part() const { return std::span<const T>(numbers_).first(head_offset_); }
  void check(const Examples& examples) const;
  void carry_state(const Examples& examples);
  const T* steps_of(const Examples& examples);
  std::span<std::byte> tape_for(std::size_t samples, std::size_t steps);
  Nats nats(const Examples& examples, T* d_logits);
  void keep_existing_entropies();

  std::unique_ptr<Cell<T>> cell_;
  std::size_t outputs_, readouts_;  // O, K
  bool head_, mean_, wants_entropy_;
  std::vector<Segment> segments_;
  std::size_t head_offset_ = 0;  // of head.weight in the parameters, which are the cell's up to there
  std::vector<T> numbers_;
  double ridge_ = -1;  // of a head in closed form; below 0: not solved yet
  std::uint64_t draw_seed_ = 0, draw_number_ = 0;

  SequenceInput<T> input_;  // of the last forward pass
  TapeMemory tape_;
  std::size_t tape_samples_ = 0, tape_steps_ = 0, tape_bytes_ = 0;  // what tape_bytes() said last
  std::vector<T> x_, y_;                                            // in T, where that is not double
  std::vector<T> features_, pooled_, predictions_;                  // [B, K] or [B, T, K], [B, K], [rows, O]
  std::vector<double> wide_;  // features in front of the head, [rows, K]
  std::vector<T> d_predictions_, d_answers_, d_features_, d_entropies_, d_x_;
  std::vector<T> entropies_;              // [B, T], then those that exist side by side
  std::size_t entropy_count_ = 0;         // how many exist
  std::vector<std::int64_t> labels_;      // with -1 past the end of a sequence
  std::vector<double> scratch_;           // of the loss of classes
  std::array<std::vector<T>, 2> state_;   // [B, S] before and after a batch, in turns; where stateful
  std::size_t carried_ = 0, latest_ = 0;  // samples of the state to carry on, 0: none; where it lies
};

}  // namespace ebit::fit
