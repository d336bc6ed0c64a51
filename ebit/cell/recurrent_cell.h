// What cells share whose state is numbers: tiles, lengths, tape, threads. Only a step is a cell's own.
#pragma once

#include <memory>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/base/random.h"
#include "ebit/cell/cell.h"
#include "ebit/cell/lanes.h"

namespace ebit::inline cell {

/// A cell whose state of a sample is S numbers, zero at first unless it says otherwise, and whose step is a
/// function of the state and of the step's x. A derived class says what a step computes, for a tile of
/// samples, and what of it is kept for the way back; arrays are [.., kLanes].
template <class T>
class RecurrentCell : public Cell<T> {
 public:
  RecurrentCell();
  ~RecurrentCell() override;  ///< frees its workspaces

  Capabilities capabilities() const override { return {}; }
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;

 protected:
  /// Memory of a step that nothing is carried in; a derived class adds its arrays.
  struct Scratch {
    virtual ~Scratch() = default;
  };
  /// A step of a tile.
  struct Step {
    const T* parameters;            ///< [P]
    const T* x;                     ///< [F]
    const T* before;                ///< [S] the state in front of it
    T* kept;                        ///< [kept_numbers()] written by run_step(), read by step_backward()
    T* after;                       ///< [S] the state behind it, likewise
    T* y;                           ///< [K], written; null: not wanted. Null in step_backward()
    T* watched;                     ///< [W], written; null: not wanted. Null in step_backward()
    std::uint64_t draw_seed = 0;    ///< of random numbers, with
    std::uint64_t draw_stream = 0;  ///< that of lane 0, the others' behind it
    std::uint64_t draw_number = 0;  ///< SequenceInput::draw_number
    std::uint64_t time = 0;         ///< t, the step's number
    LaneMap lanes{1, 0};            ///< which samples the tile holds
    const LaneSteps<T>* lengths = nullptr;  ///< how long their sequences are
    bool training = false;                  ///< SequenceInput::training

    bool runs(std::size_t lane) const { return lengths->runs(lane, time); }  ///< its sequence has the step
    /// In [0, 1), of the sample in `lane` at this step.
    double uniform(std::size_t lane) const {
      return random_uniform(draw_seed, draw_stream + lanes.sample(lane) - lanes.first, time);
    }
  };
  /// Its cotangents.
  struct StepGradient {
    const T* d_y;          ///< [K]; null: zero
    T* d_state;            ///< [S] in: of the state behind the step; out: of the one in front of it
    T* d_x;                ///< [F], zero; added to
    double* d_parameters;  ///< [P], added to; null: not wanted
    double* d_shared;      ///< [shared_sums()], added to; null where d_parameters is
  };

  /// [S] the state of a sample before the first step; empty: zeros.
  virtual std::span<const T> initial_state() const { return {}; }
  /// Throws Error for an x or a state that the cell does not take: by default one that is not finite.
  virtual void check_input(const SequenceInput<T>& input) const;
  virtual std::size_t kept_numbers() const = 0;  ///< numbers of a sample and step for the way back
  /// Sums over samples and steps that finish_backward() makes gradients of.
  virtual std::size_t shared_sums() const { return 0; }
  virtual std::unique_ptr<Scratch> make_scratch() const = 0;  ///< of a thread
  /// In front of the tiles of a pass: what all of them share.
  virtual void begin(std::span<const T> parameters) = 0;
  virtual void run_step(const Step& step, Scratch& scratch) const = 0;  ///< forward
  /// The vector-Jacobian product of run_step().
  virtual void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const = 0;
  /// Behind the steps of a tile that starts from initial_state(): adds to d_shared [shared_sums()] what the
  /// cotangent d_state [S] of that says.
  virtual void start_backward(const T* /*d_state*/, double* /*d_shared*/) const {}
  /// Behind the tiles of a backward pass: adds to d_parameters [P] what follows from d_shared.
  virtual void finish_backward(std::span<const T> /*parameters*/, const double* /*d_shared*/,
                               double* /*d_parameters*/) {}

  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) final;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) final;

 private:
  struct Workspace;
  struct Tape {
    T* states = nullptr;  // [tiles, T + 1, S, kLanes], the first state first; null: there is no tape
    T* kept = nullptr;    // [tiles, T, kept_numbers(), kLanes]
  };
  struct Call;

  Tape arrays_of(std::span<std::byte> tape, std::size_t samples, std::size_t steps) const;
  void make_workspaces(std::size_t groups);
  void start_tile(const Call& call, std::size_t tile, Workspace& w) const;
  Step step_at(const Call& call, std::size_t t, Workspace& w) const;
  void forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile, Workspace& w) const;
  void backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const;

  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
  std::vector<double> d_shared_;
};

}  // namespace ebit::inline cell
