// The gated cell: variational circuits as the gates of a classical LSTM or GRU.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cell.h"
#include "ebit/cell/gate_encoder.h"
#include "ebit/cell/gated/gated_options.h"
#include "ebit/cell/gated/readout_fold.h"
#include "ebit/cell/lane_linear.h"
#include "ebit/cell/noisy/circuit_function.h"
#include "ebit/cell/register/engine_choice.h"

namespace ebit::inline cell {

/// With v = [x_t, h_{t-1}] (or h first) and Q_g(v) = A_g `<Z>`(circuit_g(B_g v)), A and B linear maps where
/// there are any, a step is
///
///     lstm-4, lstm-6: f, i, o = sigma Q_g(v), g = tanh Q_cell(v); c_t = f c_{t-1} + i g; u = o tanh c_t
///     with peepholes: f, i = sigma(Q_g(v) + p_g c_{t-1}), o = sigma(Q_o(v) + p_o c_t), p_g a number a unit
///     lstm-4: h_t = u, which is the output
///     lstm-6: h_t = `<Z>` of the first H wires of circuit_hidden(u); output: `<Z>` of circuit_prediction(u)
///     gru: r, z = sigma Q_g(v); k = tanh Q_candidate([x_t, r h_{t-1}]); h_t = z h_{t-1} + (1 - z) k, the
///          output, or with z and 1 - z exchanged
///
/// Where there is a mixture `<Z>`(circuit_g) is a weighted sum over circuits, see CircuitMixture.
///
/// Every circuit starts in |0...0> at every step: the memory is classical. The state of a sample is c [C],
/// h [H] of an LSTM and h [H] of a GRU, zero at first.
///
/// All trainable numbers are one flat array, described by segments(): "linear_in.weight" or
/// "linear_in.forget.weight" ..., "circuits.forget.angles" ..., of a mixture of J circuits
/// "mixture.weights" [J] or "mixture.forget.weights" ..., "peepholes.forget" ..., "linear_out.weight" or
/// likewise. Without layers there are no angles: a circuit is its encoder alone.
template <class T>
class GatedCell final : public Cell<T> {
 public:
  /// Throws Error as check() does, and for more qubits than the machine's memory holds.
  explicit GatedCell(const GatedOptions& options);
  ~GatedCell() override;  ///< frees its workspaces

  std::span<const Segment> segments() const override { return segments_; }
  std::size_t inputs() const override { return static_cast<std::size_t>(options_.inputs); }
  std::size_t outputs() const override { return static_cast<std::size_t>(sizes_.outputs); }
  std::size_t state_numbers() const override { return (gru_ ? 0 : cell_numbers()) + hidden_numbers(); }
  bool every_step() const override { return options_.every_step; }
  Capabilities capabilities() const override { return {.draws = draws_outcomes(options_.noisy)}; }
  std::span<const Segment> watched() const override { return watched_; }
  std::string summary() const override;
  std::size_t tape_bytes(std::size_t samples, std::size_t steps) const override;

  const GatedOptions& options() const { return options_; }  ///< as given
  const GatedSizes& sizes() const { return sizes_; }        ///< that follow from them
  const Circuit& circuit() const { return circuit_; }       ///< of every gate

  /// How a batch is run: by options().engine, or where that is "auto" by the cost model. kFold makes one
  /// table of coefficients of all circuits a call (ReadoutFold), kGates runs every gate at every step.
  EngineChoice engine(std::size_t samples, std::size_t steps) const;

  /// Additions and multiplications of a training step of `samples` sequences in the circuits alone, as
  /// engine() runs them. Folded: readouts forward, back to the products and to the table, a multiply-add an
  /// entry each. Gate by gate: 28 a pair of amplitudes and fused one-qubit gate forward, on state and
  /// cotangent back, and 24 for the derivatives.
  double circuit_flops(std::size_t samples, std::size_t steps) const;

 protected:
  void run_forward(std::span<const T> parameters, const SequenceInput<T>& input,
                   const SequenceOutput<T>& output, std::span<std::byte> tape) override;
  void run_backward(std::span<const T> parameters, const SequenceInput<T>& input,
                    std::span<const std::byte> tape, const SequenceCotangent<T>& cotangent,
                    const SequenceGradient<T>& gradient) override;

 private:
  struct Workspace;

  enum class Squash { kNone, kSigmoid, kTanh };
  // out = A v + b.
  struct Linear : LaneLinear {
    std::size_t sums;  // of its gradient among those of a tile: [tiles of rows, columns + 1 (bias), kLanes]
  };
  // A circuit with what stands before and behind it.
  struct Gate {
    CircuitFunction<T> program;
    std::size_t angles;    // offset of its first angle in the parameters
    int before, behind;    // indices of linear maps; -1: none
    Squash squash;         // of its numbers
    std::size_t measured;  // readouts
    std::size_t width;     // numbers that it gives
    std::size_t seen;  // offset of its readouts in what can be looked at; its numbers, if squashed, behind
    std::optional<CircuitMixture<T>> mixture = std::nullopt;  // what runs instead of the program
    std::size_t weights = 0;                                  // offset of its weights in the parameters
  };
  using Gates = std::span<const Gate>;

  // The arrays of a tape; null where there is none.
  struct Tape {
    T* c = nullptr;      // lstm: [tiles, T + 1, C, kLanes], c_0 first
    T* h = nullptr;      // [tiles, T + 1, H, kLanes], h_0 first
    T* gates = nullptr;  // [tiles, T, gates of v, C, kLanes]
  };
  struct TapeOffsets {
    std::size_t c, h, gates, bytes;
  };
  // What the tiles of one call share.
  struct Call {
    const T* parameters;
    const SequenceInput<T>& input;
    Tape tape;
    bool folded;
  };
  // The numbers of a step in a tile, [.., kLanes]: the state before it, the gates, the state behind it.
  struct Step {
    const T *c_before, *h_before;
    T *gates, *c, *h;
  };

  std::size_t hidden_numbers() const { return static_cast<std::size_t>(sizes_.hidden); }
  std::size_t cell_numbers() const { return static_cast<std::size_t>(sizes_.cell); }
  std::size_t row() const { return cell_numbers() * kLanes<T>; }  // numbers of a gate in a tile
  bool six() const { return gates_.size() > state_gates_; }
  Gates state_gates() const { return Gates(gates_).first(state_gates_); }

  // Of the call as a whole.
  void fold(const std::vector<std::size_t>& angles);
  void add_linears(const std::string& name, const std::string& choice, std::span<const std::string> gates,
                   std::size_t rows, std::size_t columns, std::vector<int>& indices);
  std::vector<std::size_t> add_weights(std::span<const std::string> gates, std::size_t circuits);
  void bind(std::span<const T> parameters);
  // `watched`: steps are looked at, gate by gate.
  Call start(std::span<const T> parameters, const SequenceInput<T>& input, std::span<std::byte> tape,
             bool watched);
  void add_gradient(const Call& call, std::size_t groups, double* d_parameters);
  void make_workspaces(std::size_t groups);
  TapeOffsets tape_offsets(std::size_t samples, std::size_t steps) const;
  Tape arrays_of(std::span<std::byte> tape, std::size_t samples, std::size_t steps) const;

  // Linear maps (gate_linears.cc).
  void apply(const Call& call, int linear, const T* x, T* y) const;
  void apply_backward(const Call& call, int linear, const T* x, const T* d_y, T* d_x, bool with_parameters,
                      Workspace& w) const;
  std::size_t sums_of(const Linear& linear) const;
  void add_linear_gradient(const Linear& linear, const double* sums, double* d_parameters) const;

  // Of gates that take the same v, folded (folded_gates.cc).
  Gates same_entry(Gates gates) const;
  void enter_folded(const Call& call, Gates gates, const T* v, Workspace& w) const;
  void run_folded(const Call& call, Gates gates, const T* v, T* out, Workspace& w) const;
  void folded_backward(const Call& call, Gates gates, const T* v, const T* d_out, T* d_v,
                       bool with_parameters, Workspace& w) const;

  // Of gates that take the same v, gate by gate (circuit_gates.cc).
  void enter(const Call& call, int before, const T* v, Workspace& w) const;
  void leave(const Call& call, int before, const T* v, T* d_v, double* d_parameters, Workspace& w) const;
  void run_circuit(const Gate& gate, T* z, Workspace& w) const;
  void circuit_backward(const Gate& gate, const T* d_z, double* d_parameters, Workspace& w) const;
  void run_gate(const Call& call, const Gate& gate, T* out, Workspace& w) const;
  void look(std::size_t at, const T* numbers, std::size_t count, Workspace& w) const;
  void gate_backward(const Call& call, const Gate& gate, T* d_out, double* d_parameters, Workspace& w) const;
  void run_gates(const Call& call, Gates gates, const T* v, T* out, Workspace& w) const;
  void gates_backward(const Call& call, Gates gates, const T* v, const T* out, T* d_out, T* d_v,
                      double* d_parameters, Workspace& w) const;

  // Of a tile, a step at a time (gated_steps.cc).
  void load_start(const Call& call, std::size_t tile, Workspace& w) const;
  Step step_at(const Call& call, std::size_t step, Workspace& w) const;
  void join(const T* x, const T* h, T* v) const;
  void split(const T* d_v, T* d_x, T* d_h) const;
  void run_step(const Call& call, const Step& step, Workspace& w) const;
  void run_lstm(const Call& call, const Step& step, Workspace& w) const;
  void run_gru(const Call& call, const Step& step, Workspace& w) const;
  void lstm_backward(const Call& call, const Step& step, T* d_y, double* d_parameters, Workspace& w) const;
  void gru_backward(const Call& call, const Step& step, double* d_parameters, Workspace& w) const;
  // Of an LSTM whose gates see c (peepholes.cc).
  void open_memory_gates(const Call& call, const Step& step) const;
  void open_output_gate(const Call& call, const Step& step, T* u) const;
  void output_gate_backward(const Call& call, const Step& step, T* d_o, T* d_c, double* d_parameters) const;
  void memory_gates_backward(const Call& call, const Step& step, T* d_gates, T* d_c,
                             double* d_parameters) const;
  void forward_tile(const Call& call, const SequenceOutput<T>& output, std::size_t tile, Workspace& w) const;
  void backward_tile(const Call& call, const SequenceCotangent<T>& cotangent,
                     const SequenceGradient<T>& gradient, std::size_t tile, Workspace& w) const;

  GatedOptions options_;
  GatedSizes sizes_;
  bool gru_, h_first_, z_keeps_, trains_angles_;
  const GateEncoder& encoder_;
  const DenseKernels<T>& kernels_;
  const GateKernels<T>& gate_kernels_;
  Circuit circuit_;
  std::vector<Linear> linears_;
  std::vector<Gate> gates_;      // those of v first, in the order of the equations, then hidden, prediction
  std::size_t peepholes_ = 0;    // offset of their weights in the parameters, [gates, C], where there are any
  std::size_t state_gates_ = 0;  // how many have a place on the tape: all but hidden and prediction
  std::vector<Segment> segments_;
  std::vector<Segment> watched_;  // "v"; "z.forget" and "gate.forget" ...; with six circuits "u" in front
  std::unique_ptr<ReadoutFold<T>> fold_;                // null: not wanted, or the circuit cannot be folded
  std::vector<std::size_t> angle_offsets_;              // of each gate in the parameters
  std::size_t sums_ = 0;                                // numbers of all gradient sums of a tile
  std::vector<const double*> parts_;                    // sums of each group of tiles
  std::vector<std::unique_ptr<Workspace>> workspaces_;  // of each group of tiles
};

}  // namespace ebit::inline cell
