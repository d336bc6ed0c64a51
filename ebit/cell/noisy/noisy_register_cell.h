// A register cell with noise: the density matrix of both registers, step by step.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/encoding.h"
#include "ebit/cell/noisy/density_fold.h"
#include "ebit/cell/noisy/noisy_readout.h"
#include "ebit/cell/noisy/noisy_step.h"
#include "ebit/cell/noisy/occurrences.h"
#include "ebit/cell/recurrent_cell.h"
#include "ebit/cell/register/hidden_update.h"
#include "ebit/cell/register/register_options.h"
#include "ebit/noise/density_program.h"

namespace ebit::inline cell {

/// What is other in a shifted step: an angle of its circuit, or a state that is prepared, which is turned by
/// a quarter towards a basis state: the encoded one, or that of the ancilla.
struct StepShift {
  const Occurrence* occurrence = nullptr;  ///< of an angle; null: none
  double angle = 0;                        ///< by which it is shifted, radians
  int basis_state = -1;                    ///< towards which a state turns; -1: none does
  double turn = 0;                         ///< radians: pi/4 or -pi/4
  bool ancilla = false;                    ///< whether it is the ancilla's state, and not the system's
  bool any() const { return occurrence || basis_state >= 0; }  ///< whether the step is shifted at all
};

/// The step of a RegisterCell with the channels of options.noise behind its gates: y_t = Tr(O rho) with
/// readout errors, and the mean of options.shots outcomes where they are counted. Memories: density (the
/// system is traced out), coherent (nothing is measured, and the state is the density matrix of both), and
/// those that are prepared anew from probabilities (probabilities, sqrt-probabilities, marginals; measured
/// with options.shots too). The amplitudes of the encoder linear-amplitude are written without noise, as a
/// state preparation that is no smooth function of them cannot be trained through. Gradients are exact, of
/// what is drawn those of its mean. The parameters and, with density, the state are those of a RegisterCell.
/// With options.engine "fold", and by "auto" of up to 6 wires, what follows the encoder is one matrix a batch
/// (DensityFold), and a state counts as the Hermitian matrix next to it.
template <class T>
class NoisyRegisterCell final : public RecurrentCell<T> {
 public:
  /// Throws Error as RegisterCell does, for memories that are one outcome of a pure state, for more wires
  /// than a density matrix can have, and for resets with feed-forward.
  /// @param shift what is other in its steps, for derivatives by parameter shift.
  explicit NoisyRegisterCell(const RegisterOptions& options, const StepShift& shift = {});

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.features); }
  std::size_t outputs() const override { return readout_.size(); }
  std::size_t state_numbers() const override { return initial_.size(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = options_.shots > 0}; }
  std::string summary() const override;
  /// "purity" [1] and "entropy" [1], bits, of the memory behind the step.
  std::span<const Segment> watched() const override { return watched_; }

 protected:
  using typename RecurrentCell<T>::Scratch;
  using typename RecurrentCell<T>::Step;
  using typename RecurrentCell<T>::StepGradient;

  std::span<const T> initial_state() const override { return initial_; }
  void check_input(const SequenceInput<T>& input) const override;
  std::size_t kept_numbers() const override { return 0; }
  std::size_t shared_sums() const override { return fold_ ? fold_->sums() : 0; }
  std::unique_ptr<Scratch> make_scratch() const override;
  void begin(std::span<const T> parameters) override;
  void run_step(const Step& step, Scratch& scratch) const override;
  void step_backward(const Step& step, const StepGradient& gradient, Scratch& scratch) const override;
  void finish_backward(std::span<const T> parameters, const double* d_shared, double* d_parameters) override;

 private:
  struct Work;

  void enter(const Step& step, Work& w) const;
  void bind_encoder(const Step& step, Work& w) const;
  void turn(const Tile<T>& s, bool ancilla) const;
  void leave(const Step& step, Work& w) const;
  void leave_backward(const Step& step, T* d_state, Work& w) const;
  void enter_backward(const Step& step, const StepGradient& gradient, Work& w) const;
  void ancilla_of(const T* h, Work& w) const;
  void measured_probabilities(const Step& step, Work& w) const;
  void fold_backward(const Step& step, const StepGradient& gradient, Work& w) const;
  UpdateInput<T> update_input(Work& w) const;
  void fold_inputs(Work& w, T* x) const;
  bool product() const { return fold_ && circuits_.rules.empty(); }  // the fold takes what enters as it is
  void look(const Step& step, Work& w) const;
  bool whole() const { return update_.memory == Memory::kWholeState; }
  bool mixture() const { return update_.memory == Memory::kMixture; }

  RegisterOptions options_;
  RegisterShape shape_;
  StepShift shift_;
  const HiddenUpdate<T>& update_;
  Encoding<T> encoding_;
  NoisyStep circuits_;
  DensityProgram<T> step_, rest_;  // where the step is folded, step_ is what stands in front of the fold
  NoisyReadout readout_;
  std::unique_ptr<DensityFold<T>> fold_;  // null: every gate at every step
  std::vector<Segment> segments_, watched_;
  std::size_t encoder_offset_ = 0, encoder_numbers_ = 0;
  std::vector<T> initial_;
};

}  // namespace ebit::inline cell
