// The contract of a cell: what runs over batches of sequences, forward and backward, whatever is inside.
//
// Everything above this layer (the graph-free training step, the autograd node, traces, checks of gradients,
// Python) is written against it, once for all cells. A family of cells lives in a folder of its own below
// this one and has a row in cells.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/draws.h"
#include "ebit/cell/segment.h"

namespace ebit::inline cell {

/// A batch of sequences for a cell.
template <class T>
struct SequenceInput {
  std::size_t samples = 0;  ///< B, at least 1
  std::size_t steps = 0;    ///< T, of the longest sequence, at least 1
  const T* x = nullptr;     ///< [B, T, F]
  /// [B] steps of each sequence, in [0, T]; null: all are T long. Steps past the end of a sequence change
  /// nothing, and their x is not looked at.
  const std::int64_t* lengths = nullptr;
  const T* state = nullptr;       ///< [B, S] before the first step; null: the cell's own initial state
  bool training = false;          ///< dropout acts, in cells that have it
  std::uint64_t draw_seed = 0;    ///< with draw_number names the random numbers of cells that draw
  std::uint64_t draw_number = 0;  ///< counts forward passes, so that each draws its own
};

/// Where a forward pass writes.
template <class T>
struct SequenceOutput {
  /// [B, T, K] where Cell::every_step(), zero past the end of a sequence; else [B, K], read after each
  /// sequence's own last step, zero for one of length 0; null: not wanted.
  T* y = nullptr;
  T* state = nullptr;    ///< [B, S] behind each sequence's last step; null: not wanted
  T* entropy = nullptr;  ///< [B, T] of the memory at each step, zero past the end; null: not wanted
  /// [B, T, W] numbers on the way, see Cell::watched(); zero past the end; null: not wanted.
  T* watched = nullptr;
};

/// The cotangents of a SequenceOutput; null: zero. What lies past the end of a sequence is not looked at.
template <class T>
struct SequenceCotangent {
  const T* y = nullptr;        ///< as SequenceOutput::y
  const T* state = nullptr;    ///< [B, S]
  const T* entropy = nullptr;  ///< [B, T]
};

/// Where the gradients of a sequence are written.
template <class T>
struct SequenceGradient {
  double* parameters = nullptr;  ///< [P], added to, but for frozen segments; null: not wanted
  T* x = nullptr;                ///< [B, T, F], written, zero past the end; null: not wanted
  T* state = nullptr;  ///< [B, S], written; null: not wanted. Of the state that the cell started from
};

/// What a cell can do beyond sequences of given lengths and a carried state, which all cells can.
struct Capabilities {
  bool entropy = false;          ///< SequenceOutput::entropy may be asked for
  bool draws = false;            ///< forward depends on draw_seed and draw_number
  bool training = false;         ///< forward depends on SequenceInput::training
  bool parameter_shift = false;  ///< the gradient can be had by parameter shift too
};

/// What makes sequences into outputs. All its numbers are one flat array, described by segments(); those of
/// frozen segments have no gradient.
///
/// A tape is what a forward pass keeps for its backward pass. It lies in the caller's memory: give forward()
/// tape_bytes() bytes, aligned to kAlignment, and the same bytes to backward(), with the same parameters and
/// input. Nothing is kept where no tape is given. Nothing is allocated from call to call once every size of
/// batch has come by.
///
/// A cell may be used from several threads: its calls wait for each other. Results are the same bits at any
/// number of threads().
template <class T>
class Cell {
 public:
  Cell() = default;
  Cell(const Cell&) = delete;             ///< programs and workspaces are its own
  Cell& operator=(const Cell&) = delete;  ///< likewise
  virtual ~Cell() = default;              ///< frees its workspaces

  virtual std::span<const Segment> segments() const = 0;  ///< its numbers, block by block, without gaps
  virtual std::size_t inputs() const = 0;                 ///< F, numbers of a step
  virtual std::size_t outputs() const = 0;                ///< K, numbers that are read
  virtual std::size_t state_numbers() const = 0;          ///< S, numbers of a sample's state
  virtual bool every_step() const = 0;                    ///< outputs after every step, or after the last
  virtual Capabilities capabilities() const = 0;          ///< see there
  virtual std::string summary() const = 0;  ///< sizes and choices in a few words, without the parameter count

  std::size_t parameters() const;  ///< P, the numbers of all segments

  /// What can be looked at of a step, by name: W numbers a step, laid out as segments() are. Empty: nothing.
  virtual std::span<const Segment> watched() const { return {}; }

  /// Bytes of a tape for a batch of so many samples and steps.
  virtual std::size_t tape_bytes(std::size_t samples, std::size_t steps) const = 0;

  /// Draws the starting values of all parameters, [P]: by default segment by segment, uniform in its range.
  virtual void initialise(Draws& draws, double* parameters) const;

  /// Whether some parameters are to start from training data: start_from_data() does that.
  virtual bool starts_from_data() const { return false; }
  /// Moves those parameters of `parameters` [P], which initialise() has drawn, to where training data put
  /// them; nothing where starts_from_data() is false. The sequences are of the training part.
  virtual void start_from_data(const SequenceInput<T>& /*input*/, Draws& /*draws*/,
                               std::span<T> /*parameters*/) {}

  /// Runs the sequences.
  /// @param parameters [P]. @param tape tape_bytes() bytes, written; empty: there is no backward pass.
  /// Throws Error for a wrong number of parameters, sizes of 0, lengths out of range, inputs and states that
  /// the cell does not take (naming sample, step and feature), an entropy or numbers on the way that the cell
  /// does not give, and too little memory.
  void forward(std::span<const T> parameters, const SequenceInput<T>& input, const SequenceOutput<T>& output,
               std::span<std::byte> tape = {});

  /// Vector-Jacobian product of forward(), whose parameters, input and tape are given again.
  void backward(std::span<const T> parameters, const SequenceInput<T>& input, std::span<const std::byte> tape,
                const SequenceCotangent<T>& cotangent, const SequenceGradient<T>& gradient);

 protected:
  /// forward() with checked sizes, by one thread at a time.
  virtual void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                           const SequenceOutput<T>& output, std::span<std::byte> tape) = 0;
  /// backward() likewise.
  virtual void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                            std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                            const SequenceGradient<T>& gradient) = 0;
  /// Held by every public call of a cell that works.
  std::mutex& mutex() const { return mutex_; }
  /// Throws Error for a wrong number of parameters, sizes of 0 and lengths out of range.
  void check(std::span<const T> parameters, const SequenceInput<T>& input) const;
  /// Throws Error where an entropy is wanted of a cell that gives none.
  void check_entropy(bool wanted) const;

 private:
  void check_tape(const SequenceInput<T>& input, std::span<const std::byte> tape) const;

  mutable std::mutex mutex_;
  std::vector<double> frozen_;  // gradients at the places of frozen numbers before a backward pass
};

}  // namespace ebit::inline cell
