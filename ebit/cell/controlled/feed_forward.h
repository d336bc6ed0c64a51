// The network of a controlled cell, for a tile of samples a step at a time: from [x_t; z_{t-1}] to angles.
#pragma once

#include <cstdint>
#include <vector>

#include "ebit/cell/controlled/activation.h"
#include "ebit/cell/controlled/controlled_options.h"
#include "ebit/cell/controlled/dense_kernels.h"
#include "ebit/cell/lanes.h"
#include "ebit/cell/segment.h"

namespace ebit::inline cell {

/// Names the random numbers of a pass for one tile: each sample has a stream of its own.
struct TileDraws {
  std::uint64_t seed;    ///< of all draws
  std::uint64_t number;  ///< counts forward passes
  LaneMap lanes;         ///< which samples the tile holds

  /// Uniform in [0, 1) for the sample in `lane`, at `position` of its stream.
  double uniform(std::size_t lane, std::uint64_t position) const;
};

/// Memory of a FeedForward for one tile; made by FeedForward::workspace().
template <class T>
struct FeedForwardWorkspace {
  /// Memory of one linear map with what stands behind it.
  struct Layer {
    AlignedVector<T> input;   ///< [kSlots, inputs, kLanes]
    AlignedVector<T> d_pre;   ///< [kSlots, rows, kLanes] cotangent of `pre`
    AlignedVector<T> d_out;   ///< [kSlots, width, kLanes] cotangent of the layer's output, for the shortcut
    AlignedVector<T> pre;     ///< [rows, kLanes] in front of the activation
    AlignedVector<T> keep;    ///< [width, kLanes] 0 where dropped, else 1 / (1 - dropout)
    AlignedVector<T> d_kept;  ///< [width, kLanes] cotangent in front of dropout
  };
  static constexpr std::size_t kSlots = 8;  ///< steps whose outer products are summed in one sweep
  std::vector<Layer> layers;                ///< in order
  AlignedVector<T> d_input;                 ///< [inputs, kLanes] cotangent of the network's input
  std::size_t slot = 0;                     ///< steps that are waiting for flush()
};

/// Linear maps with an activation, dropout and a residual connection behind each but the last:
/// v_{l+1} = drop(f(W_l v_l + b_l)) + S_l v_l, out = W_L v_L + b_L. The same as torch's Linear, Dropout and
/// activations by name.
///
/// Parameters are a flat array: for each map "ffn.l.weight" [rows, inputs] and "ffn.l.bias" [rows], with
/// rows = 2 width for gated units, and "shortcut.l.weight" [width, inputs] for residuals of unequal widths.
template <class T>
class FeedForward {
 public:
  using Workspace = FeedForwardWorkspace<T>;  ///< memory for one tile

  /// @param inputs, outputs numbers of the whole network.
  FeedForward(const FeedForwardOptions& options, std::size_t inputs, std::size_t outputs,
              const DenseKernels<T>& kernels = dense_kernels<T>());

  std::span<const Segment> segments() const { return segments_; }  ///< the trainable blocks, in order
  std::size_t parameters() const { return parameter_count_; }      ///< numbers of the flat array
  std::size_t units() const { return units_; }                     ///< hidden units, all layers together

  Workspace workspace() const;  ///< of a tile, zero

  /// Where the input of the next forward() is to be put, [inputs, kLanes].
  T* input(Workspace& w) const { return slot(w.layers.front().input, w.slot, layers_.front().inputs); }

  /// Runs the network on input(). @param out [outputs, kLanes], written.
  /// @param draws where dropout acts; else null. @param position of the first of units() draws.
  void forward(const T* parameters, const TileDraws* draws, std::uint64_t position, Workspace& w,
               T* out) const;

  /// Vector-Jacobian product of the last forward(); the cotangent of its input goes to w.d_input.
  /// @param d_out [outputs, kLanes].
  /// @param d_parameters added to, with some steps' delay: the last ones by flush(). Null: not wanted.
  void backward(const T* parameters, const T* d_out, Workspace& w, double* d_parameters) const;

  /// Adds the gradients of the steps that are waiting.
  void flush(Workspace& w, double* d_parameters) const;

 private:
  struct Layer {
    std::size_t inputs, width, rows;  // rows of the matrix: width times the activation's inputs
    std::size_t weight, bias;         // offsets
    bool last, residual, projected;   // projected: the residual has a matrix
    std::size_t shortcut = 0;         // its offset
    std::size_t first_unit = 0;       // among all hidden units
  };

  template <class Array>
  static auto* slot(Array& numbers, std::size_t index, std::size_t rows) {
    return numbers.data() + index * rows * kLanes<T>;
  }
  MatrixView<T> weight(const T* parameters, const Layer& layer) const;
  MatrixView<T> shortcut(const T* parameters, const Layer& layer) const;
  void hidden_forward(const Layer& layer, const T* parameters, const TileDraws* draws, std::uint64_t position,
                      typename Workspace::Layer& own, const T* v, T* out) const;
  void hidden_backward(const Layer& layer, const T* parameters, typename Workspace::Layer& own,
                       const T* d_out, std::size_t at, T* d_v) const;

  double dropout_;
  const Activation<T>& activation_;
  const DenseKernels<T>& kernels_;
  std::vector<Layer> layers_;
  std::vector<Segment> segments_;
  std::size_t parameter_count_ = 0, units_ = 0;
};

}  // namespace ebit::inline cell
