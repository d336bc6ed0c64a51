// A cell by addresses, for _core and for modules that call the same object: they are not linked with the
// cells.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "ebit/base/aligned.h"
#include "ebit/cell/cells.h"

namespace ebit::python {

/// The pointer that Python and XLA pass as a number.
template <class T>
T* pointer(std::uintptr_t address) {
  return reinterpret_cast<T*>(address);
}

/// What a forward and its backward pass have in common; numbers are of the cell's type, 0 stands for null.
struct CellCall {
  std::size_t samples = 0, steps = 0;                       ///< B, T
  std::uintptr_t parameters = 0, x = 0;                     ///< [P], [B, T, F]
  std::uintptr_t lengths = 0 /** int64 [B] */, state = 0;   ///< [B, S]; see SequenceInput
  bool training = false;                                    ///< likewise
  std::uint64_t draw_seed = 0 /** likewise */, number = 0;  ///< SequenceInput::draw_number
};

/// A cell of either precision as its table of functions. Callers have checked dtypes and shapes; the cell
/// checks all the rest, and throws ebit::Error.
class AnyCell {
 public:
  virtual ~AnyCell() = default;
  /// Rounded up so that slices of stacked tapes stay aligned.
  virtual std::size_t tape_bytes(std::size_t samples, std::size_t steps) const = 0;
  /// See SequenceOutput; tape 0: there is no backward pass.
  virtual void forward(const CellCall& call, std::uintptr_t y, std::uintptr_t last, std::uintptr_t entropy,
                       std::uintptr_t tape) const = 0;
  /// See SequenceCotangent and SequenceGradient; d_parameters is of the cell's type and written.
  virtual void backward(const CellCall& call, std::uintptr_t tape, std::uintptr_t d_y, std::uintptr_t d_last,
                        std::uintptr_t d_entropy, std::uintptr_t d_parameters, std::uintptr_t d_x,
                        std::uintptr_t d_state) const = 0;
};

/// A cell with the options that it is made of.
template <class T>
class BoundCell final : public AnyCell {
 public:
  explicit BoundCell(CellOptions options) : options_(std::move(options)), cell_(make_cell<T>(options_)) {}

  Cell<T>& cell() const { return *cell_; }
  const CellOptions& options() const { return options_; }

  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override {
    return (cell_->tape_bytes(samples, steps) + kAlignment - 1) / kAlignment * kAlignment;
  }

  void forward(const CellCall& call, std::uintptr_t y, std::uintptr_t last, std::uintptr_t entropy,
               std::uintptr_t tape) const override {
    const std::size_t bytes = tape ? cell_->tape_bytes(call.samples, call.steps) : 0;
    AlignedVector<std::byte> moved(tape && !aligned(tape) ? bytes : 0);
    std::byte* const to = moved.empty() ? pointer<std::byte>(tape) : moved.data();
    cell_->forward({pointer<const T>(call.parameters), cell_->parameters()}, input_of(call),
                   {.y = pointer<T>(y), .state = pointer<T>(last), .entropy = pointer<T>(entropy)},
                   {to, bytes});
    if (!moved.empty()) std::memcpy(pointer<std::byte>(tape), moved.data(), bytes);
  }

  void backward(const CellCall& call, std::uintptr_t tape, std::uintptr_t d_y, std::uintptr_t d_last,
                std::uintptr_t d_entropy, std::uintptr_t d_parameters, std::uintptr_t d_x,
                std::uintptr_t d_state) const override {
    const std::size_t bytes = cell_->tape_bytes(call.samples, call.steps), count = cell_->parameters();
    AlignedVector<std::byte> moved(aligned(tape) ? 0 : bytes);
    if (!moved.empty()) std::memcpy(moved.data(), pointer<const std::byte>(tape), bytes);
    const std::byte* const from = moved.empty() ? pointer<const std::byte>(tape) : moved.data();
    thread_local std::vector<double> sums;
    sums.assign(count, 0.0);
    cell_->backward({pointer<const T>(call.parameters), count}, input_of(call), {from, bytes},
                    {.y = pointer<const T>(d_y),
                     .state = pointer<const T>(d_last),
                     .entropy = pointer<const T>(d_entropy)},
                    {.parameters = sums.data(), .x = pointer<T>(d_x), .state = pointer<T>(d_state)});
    if (!d_parameters) return;
    std::transform(sums.begin(), sums.end(), pointer<T>(d_parameters),
                   [](double v) { return static_cast<T>(v); });
  }

 private:
  static bool aligned(std::uintptr_t address) { return address % kAlignment == 0; }

  static SequenceInput<T> input_of(const CellCall& call) {
    return {.samples = call.samples,
            .steps = call.steps,
            .x = pointer<const T>(call.x),
            .lengths = pointer<const std::int64_t>(call.lengths),
            .state = pointer<const T>(call.state),
            .training = call.training,
            .draw_seed = call.draw_seed,
            .draw_number = call.number};
  }

  CellOptions options_;
  std::unique_ptr<Cell<T>> cell_;
};

}  // namespace ebit::python
