// A register cell with noise, run by quantum trajectories.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/encoding.h"
#include "ebit/cell/noisy/noisy_readout.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/cell/register/register_options.h"
#include "ebit/noise/trajectory_program.h"

namespace ebit::inline cell {

/// What a NoisyRegisterCell computes, as the mean over options.trajectories runs of state vectors with a
/// Kraus operator drawn at each channel and reset: for any number of wires, and for the memories density (and
/// sample, whose mean that is) and coherent. A sample's trajectories are named by the seed, the pass and its
/// number, and are the same at any number of threads. It has no gradient, and no state to carry.
template <class T>
class TrajectoryCell final : public Cell<T> {
 public:
  /// Throws Error as NoisyRegisterCell does, and for shots besides.
  explicit TrajectoryCell(const RegisterOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.features); }
  std::size_t outputs() const override { return readout_.size(); }
  std::size_t state_numbers() const override { return 0; }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = true}; }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t, std::size_t) const override { return 0; }

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T>, const SequenceInput<T>&, std::span<const std::byte>,
                    const SequenceCotangent<T>&, const SequenceGradient<T>&) override;

 private:
  struct Work;

  void run_sample(std::span<const T> parameters, const SequenceInput<T>& input, std::size_t sample,
                  T* y) const;
  void enter(std::span<const T> parameters, const T* x, Work& w) const;

  RegisterOptions options_;
  RegisterShape shape_;
  Encoding<T> encoding_;
  std::vector<AngleRule> rules_;
  TrajectoryProgram<T> step_, leave_;
  NoisyReadout readout_;
  std::vector<Segment> segments_;
  std::size_t encoder_offset_ = 0;
};

}  // namespace ebit::inline cell
