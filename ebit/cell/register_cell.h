// The register cell: encoder, U_en, U_dis, readout and hidden update run over whole sequences of batches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ebit/cell/ancilla_entropy.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/engine_choice.h"
#include "ebit/cell/fold.h"
#include "ebit/cell/memory_engine.h"

namespace ebit {

/// The four choices and the sizes that make a register cell. Names are rows of their tables.
struct RegisterOptions {
  int system = 2;                             ///< wires of the system register, n_s
  int ancilla = 2;                            ///< wires of the ancilla register, n_a
  int features = 1;                           ///< inputs a time step, F
  std::string encoder = "linear-amplitude";   ///< a row of encoders()
  std::string ansatz = "basic-entangler-ry";  ///< a row of ansaetze(), for U_en and U_dis
  std::optional<Ansatz> custom_ansatz;        ///< taken instead of `ansatz` where given
  int layers_en = 2;                          ///< layers of U_en
  int layers_dis = 2;                         ///< layers of U_dis; 0: no U_dis
  std::string dis = "flipped";                ///< a row of dis_structures()
  std::string hidden = "collapse";            ///< a row of hidden_updates()
  std::vector<std::string> readout;           ///< observables; empty: Z on the last system wire
  bool every_step = false;                    ///< outputs after every step, or after the last only
  /// v/|v + epsilon| in the encoder and the collapse instead of v/|v|: 1e-12 as in Daskin's code, or 0.
  double epsilon = 0;
  std::string gradient = "adjoint";      ///< a row of gradient_methods()
  std::string engine = "auto";           ///< a row of engines()
  std::string gradient_memory = "auto";  ///< a row of gradient_memories()
  /// A row of entropies() (ebit/info/entropy.h): forward() can give the ancilla's too; empty: it cannot.
  std::string entropy;
  std::string entropy_stage = "disentangled";  ///< a row of entropy_stages(): where in a step it is taken
};

/// How U_dis is made of the ansatz and its own angles.
struct DisStructure {
  std::string_view name;                                          ///< as users type it
  std::string_view help;                                          ///< one line: how it relates to U_en
  Circuit (*build)(const Ansatz& ansatz, int wires, int layers);  ///< U_dis with angles [layers, angles]
};

/// All structures of U_dis, the default first.
std::span<const DisStructure> dis_structures();

/// Points of a step at which an observer may look.
enum class Stage {
  kEntered,       ///< psi_in, before U_en
  kEntangled,     ///< behind U_en
  kDisentangled,  ///< psi_out, behind U_dis
  kUpdated,       ///< psi_out, with the next hidden state
};

/// A point of a step at which the ancilla's entropy may be taken.
struct EntropyStage {
  std::string_view name;  ///< as users type it
  Stage stage;            ///< what the name stands for
  std::string_view help;  ///< one line: when that is, and what it costs
};

/// All of them, the default first.
std::span<const EntropyStage> entropy_stages();

/// A batch of sequences for a cell.
template <class T>
struct SequenceInput {
  std::size_t samples = 0;        ///< B
  std::size_t steps = 0;          ///< steps of each sequence, T
  const T* x = nullptr;           ///< [B, T, F]
  const T* hidden = nullptr;      ///< [B, H] before the first step; null: |0...0>
  std::uint64_t draw_seed = 0;    ///< with draw_number names the random numbers of hidden update "sample"
  std::uint64_t draw_number = 0;  ///< counts forward passes, so that each draws its own
};

/// What a forward pass keeps for the backward one. Keep one and give it to every pass: its memory is used
/// again.
template <class T>
struct Tape {
  AlignedVector<T>
      hidden;  ///< [tiles, T + 1, H, kLanes]; reversible updates: [tiles, 1, H, kLanes], the last
  std::vector<int> outcome;  ///< [tiles, T, kLanes] outcomes of collapse and sample; reversible updates: none
  AlignedVector<T> states;   ///< the states of every step, as StateLayout has them, where `stored`
  Engine engine = Engine::kGates;  ///< what ran forward, and is to run backward
  bool stored = false;             ///< GradientMemory::kStore
  bool real = false;               ///< the imaginary parts of all states are zero, and not in `states`
};

/// Where the states of one tile's steps lie on a tape: psi_in (folded only), psi_out, then the encoded
/// inputs.
struct StateLayout {
  std::size_t steps;    ///< T
  std::size_t columns;  ///< MemoryEngine::columns()
  std::size_t whole;    ///< numbers of a state of both registers, re and im
  std::size_t system;   ///< of one of the system register
  bool folded;          ///< psi_in is there

  std::size_t in(std::size_t t) const {
    return t * columns * whole;
  }  ///< [columns, 2, 2^n, kLanes] of step t
  std::size_t out(std::size_t t) const { return (folded ? steps + t : t) * columns * whole; }  ///< likewise
  std::size_t encoded(std::size_t t) const { return out(steps) + t * system; }  ///< [2, 2^n_s, kLanes]
  std::size_t numbers() const { return encoded(steps); }                        ///< of a tile
};

/// Where the gradients of a sequence are written.
template <class T>
struct SequenceGradient {
  double* parameters = nullptr;  ///< [P], added to
  T* x = nullptr;                ///< [B, T, F], written; null: not wanted
  T* hidden = nullptr;           ///< [B, H], written; null: not wanted
};

/// Called for each tile, step and stage with the register states [columns] and the hidden state [H, kLanes]
/// that entered the step (kUpdated: that leaves it).
template <class T>
using StepObserver = std::function<void(Stage stage, std::size_t tile, std::size_t step,
                                        const StepWorkspace<T>& w, const T* hidden)>;

/// One step: |psi> = U_dis U_en (Encoder(x_t) (x) |h_{t-1}>), y_t = readout(psi), h_t = hidden update(psi)
/// (Daskin 2025, arXiv:2505.06774v2, Eq. 3-11).
///
/// All trainable numbers are one flat array, described by segments(): theta_en [layers_en, angles],
/// theta_dis [layers_dis, angles], then those of the encoder.
template <class T>
class RegisterCell {
 public:
  /// Throws Error for sizes below 1, unknown names, choices that do not fit together, or too many wires.
  explicit RegisterCell(const RegisterOptions& options);

  const RegisterOptions& options() const { return options_; }        ///< as given, an empty readout filled in
  std::span<const Segment> segments() const { return segments_; }    ///< the trainable blocks, in order
  std::size_t parameters() const { return parameter_count_; }        ///< P
  std::size_t outputs() const { return readout_.size(); }            ///< K
  std::size_t hidden_numbers() const { return engine_->numbers(); }  ///< H, real numbers of a hidden state
  const Circuit& u_en() const { return en_.circuit(); }              ///< on all n_s + n_a wires
  const Circuit& u_dis() const { return dis_.circuit(); }            ///< likewise; empty without U_dis
  const HiddenUpdate<T>& hidden_update() const { return update_; }   ///< the row of hidden_updates() in use

  /// The hidden state of |0...0>, [H].
  const std::vector<T>& initial_hidden() const { return initial_hidden_; }

  /// How a batch is run: by options().engine, or where that is "auto" by the cost model, whose estimates for
  /// one thread are given either way. The choice depends on these numbers alone. A cell that takes the
  /// entropy between U_en and U_dis always runs gate by gate: the folded circuit does not stop there.
  /// @param backward a forward pass with a tape and its backward pass, or a forward pass alone.
  EngineChoice engine(std::size_t samples, std::size_t steps, bool backward = true) const;
  /// Whether a tape of such a batch keeps the states of every step.
  bool stores_states(std::size_t steps) const;

  /// Runs the sequences. An observer is shown gate by gate.
  /// @param parameters [P].
  /// @param y [B, T, K] with every_step, else [B, K]; written.
  /// @param hidden_last [B, H], written; may be null.
  /// @param tape what backward() needs, written; may be null.
  /// @param entropy [B, T], written: options().entropy of the ancilla at options().entropy_stage of every
  /// step; may be null. Throws Error for an input that is NaN, infinite or outside the encoder's domain,
  /// naming sample, step and feature, and where an entropy is asked of a cell without one.
  void forward(std::span<const T> parameters, const SequenceInput<T>& input, T* y, T* hidden_last = nullptr,
               Tape<T>* tape = nullptr, const StepObserver<T>& observer = nullptr, T* entropy = nullptr);

  /// Vector-Jacobian product of forward().
  /// @param d_y as y; @param d_hidden_last [B, H] or null for zero; @param d_entropy [B, T] or null for zero.
  void backward(std::span<const T> parameters, const SequenceInput<T>& input, const Tape<T>& tape,
                const T* d_y, const T* d_hidden_last, const SequenceGradient<T>& gradient,
                const T* d_entropy = nullptr);

 private:
  // What the tiles of one call share.
  struct Call {
    const SequenceInput<T>& input;
    const T* encoder_parameters;
    bool folded, stored;
    Arithmetic states, cotangents;  // of the products with the folded circuit
    StateLayout layout;
  };

  void bind(std::span<const T> parameters, bool folded);
  void bind_apart();
  // The entropy lies between the two circuits, so that they run one by one.
  bool splits() const { return entropy_ && entropy_stage_ == Stage::kEntangled; }
  void require_entropy(bool wanted) const;
  void check_input(const SequenceInput<T>& input) const;
  Call call(std::span<const T> parameters, const SequenceInput<T>& input, Engine engine, bool stored,
            bool real, bool real_cotangents) const;
  void forward_tile(const Call& c, std::size_t tile, T* y, T* hidden_last, Tape<T>* tape,
                    const StepObserver<T>& observer, T* entropy) const;
  void backward_tile(const Call& c, const Tape<T>& tape, std::size_t tile, const T* d_y,
                     const T* d_hidden_last, const T* d_entropy, double* d_parameters, double* d_u, T* d_x,
                     T* d_hidden) const;
  void finite_difference_backward(std::span<const T> parameters, const SequenceInput<T>& input, const T* d_y,
                                  const T* d_hidden_last, const T* d_entropy,
                                  const SequenceGradient<T>& gradient);
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

}  // namespace ebit
