// The register cell: encoder, U_en, U_dis, readout and hidden update run over whole sequences of batches.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/gradient_memory.h"
#include "ebit/cell/register/ancilla_entropy.h"
#include "ebit/cell/register/engine_choice.h"
#include "ebit/cell/register/fold.h"
#include "ebit/cell/register/memory_engine.h"
#include "ebit/cell/register/register_options.h"

namespace ebit::inline cell {

/// How a forward pass ran, at the start of its tape: the backward pass does the same.
struct RegisterPass {
  Engine engine = Engine::kGates;  ///< what ran forward
  bool stored = false;             ///< GradientMemory::kStore: the states of every step are there
  bool real = false;               ///< the imaginary parts of all states are zero, and not written
};

/// Where the states of one tile's steps lie on a tape: psi_in (folded only), psi_out, then the encoded
/// inputs.
struct StateLayout {
  std::size_t steps;    ///< T
  std::size_t columns;  ///< MemoryEngine::columns()
  std::size_t whole;    ///< numbers of a state of both registers, re and im
  std::size_t system;   ///< of one of the system register
  bool folded;          ///< psi_in is there

  /// [columns, 2, 2^n, kLanes] of step t.
  std::size_t in(std::size_t t) const { return t * columns * whole; }
  std::size_t out(std::size_t t) const { return (folded ? steps + t : t) * columns * whole; }  ///< likewise
  std::size_t encoded(std::size_t t) const { return out(steps) + t * system; }  ///< [2, 2^n_s, kLanes]
  std::size_t numbers() const { return encoded(steps); }                        ///< of a tile
};

/// Called for each tile, step and stage with the register states [columns] and the hidden state [H, kLanes]
/// that entered the step (kUpdated: that leaves it). Lanes of sequences that have ended hold nothing of
/// meaning. It must not call the cell.
template <class T>
using StepObserver = std::function<void(Stage stage, std::size_t tile, std::size_t step,
                                        const StepWorkspace<T>& w, const T* hidden)>;

/// One step: |psi> = U_dis U_en (Encoder(x_t) (x) |h_{t-1}>), y_t = readout(psi), h_t = hidden update(psi)
/// (Daskin 2025, arXiv:2505.06774v2, Eq. 3-11). The state is h, which starts as that of |0...0>.
///
/// All trainable numbers are one flat array, described by segments(): theta_en [layers_en, angles],
/// theta_dis [layers_dis, angles], then those of the encoder.
template <class T>
class RegisterCell final : public Cell<T> {
 public:
  /// Throws Error for sizes below 1, unknown names, choices that do not fit together, or too many wires.
  explicit RegisterCell(const RegisterOptions& options);

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.features); }
  std::size_t outputs() const override { return readout_.size(); }
  std::size_t state_numbers() const override { return initial_hidden_.size(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override;
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;

  const RegisterOptions& options() const { return options_; }       ///< as given, the readouts spelt out
  const Circuit& u_en() const { return en_.circuit(); }             ///< on all n_s + n_a wires
  const Circuit& u_dis() const { return dis_.circuit(); }           ///< likewise; empty without U_dis
  const HiddenUpdate<T>& hidden_update() const { return update_; }  ///< the row of hidden_updates() in use

  /// The hidden state of |0...0>, [H].
  const std::vector<T>& initial_hidden() const { return initial_hidden_; }

  /// How a batch is run: by options().engine, or where that is "auto" by the cost model, whose estimates for
  /// one thread are given either way. The choice depends on these numbers alone. A cell that takes the
  /// entropy between U_en and U_dis always runs gate by gate: the folded circuit does not stop there.
  /// @param backward a forward pass with a tape and its backward pass, or a forward pass alone.
  EngineChoice engine(std::size_t samples, std::size_t steps, bool backward = true) const;
  /// Whether a tape of such a batch keeps the states of every step.
  bool stores_states(std::size_t steps) const;
  /// How the forward pass ran that wrote this tape.
  static RegisterPass pass(std::span<const std::byte> tape);

  /// forward() without a tape, gate by gate, shown to an observer. Tiles run in parallel (parallel_for).
  void observe(std::span<const T> parameters, const SequenceInput<T>& input, const SequenceOutput<T>& output,
               const StepObserver<T>& observer);

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  // The arrays of a tape behind its RegisterPass; null where there is none.
  struct Tape {
    T* hidden = nullptr;     // [tiles, T + 1, H, kLanes]; reversible updates: [tiles, 1, H, kLanes], the last
    int* outcome = nullptr;  // [tiles, T, kLanes] of updates that measure
    T* states = nullptr;     // [tiles, StateLayout::numbers()] where stored
  };
  struct TapeOffsets {
    std::size_t hidden, outcome, states, bytes;
  };
  // What the tiles of one call share.
  struct Call {
    const SequenceInput<T>& input;
    const T* encoder_parameters;
    bool folded;
    Arithmetic states, cotangents;  // of the products with the folded circuit
    StateLayout layout;
    Tape tape;
  };

  void bind(std::span<const T> parameters, bool folded);
  void bind_apart();
  // The entropy lies between the two circuits, so that they run one by one.
  bool splits() const { return entropy_ && entropy_stage_ == Stage::kEntangled; }
  void check_input(const SequenceInput<T>& input) const;
  TapeOffsets tape_offsets(std::size_t samples, std::size_t steps) const;
  Tape arrays_of(std::span<std::byte> tape, std::size_t samples, std::size_t steps) const;
  Call call(std::span<const T> parameters, const SequenceInput<T>& input, const RegisterPass& pass,
            bool real_cotangents, const Tape& tape) const;
  void run(std::span<const T> parameters, const SequenceInput<T>& input, const SequenceOutput<T>& output,
           std::span<std::byte> tape, const StepObserver<T>& observer);
  void forward_tile(const Call& c, const SequenceOutput<T>& output, const StepObserver<T>& observer,
                    std::size_t tile) const;
  void backward_tile(const Call& c, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, double* d_parameters,
                     double* d_u) const;
  void finite_difference_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                                  const SequenceCotangent<T>& cotangent, const SequenceGradient<T>& gradient);
  StepContext<T> context(const Call& c, std::size_t step) const;
  void run_circuits(const Call& c, StepWorkspace<T>& w) const;
  void circuits_backward(const Call& c, StepWorkspace<T>& w, bool entropy, double* d_parameters) const;
  void draw(const SequenceInput<T>& input, std::size_t tile, std::size_t step, StepWorkspace<T>& w) const;
  bool starts_real(const SequenceInput<T>& input) const;
  StateLayout layout(std::size_t steps, bool folded) const;

  RegisterOptions options_;
  RegisterShape shape_;
  const HiddenUpdate<T>& update_;
  GradientMethod method_;
  Encoding<T> encoding_;
  std::unique_ptr<MemoryEngine<T>> engine_;
  std::vector<Observable> readout_;
  Program<T> en_, dis_;  // apart, for observers and an entropy in between
  int dis_offset_;       // of the first angle of U_dis
  Program<T> whole_;     // U_dis U_en
  CircuitCost cost_;     // of that
  std::vector<Segment> segments_;
  std::size_t parameter_count_ = 0, encoder_offset_ = 0;
  std::optional<AncillaEntropy<T>> entropy_;
  Stage entropy_stage_;
  Engine wanted_;
  GradientMemory memory_;
  const LaneKernels<T>& kernels_ = lane_kernels<T>();
  Fold<T> fold_;
  std::vector<T> initial_hidden_;
  std::vector<T> bound_;  // the parameters that the programs are bound to
  bool is_bound_ = false, is_folded_ = false, is_apart_ = false;
  std::unique_ptr<WorkspacePool<T>> pool_;
  std::vector<double> sums_, d_u_;  // of each group of tiles: gradients of parameters, of the folded circuit
};

}  // namespace ebit::inline cell
