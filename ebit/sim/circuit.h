// Circuits: a list of gates on wires, whose angles are constants, shared parameters or per-sample parameters,
// and of channels between them.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "ebit/sim/channel.h"
#include "ebit/sim/gate.h"

namespace ebit::inline sim {

/// Where a gate's angle comes from: value + scale * parameter[index].
struct Angle {
  /// What is added to the value.
  enum class Kind : std::uint8_t {
    kConstant,   ///< the value alone
    kShared,     ///< a parameter that all samples share: an index into [P]
    kPerSample,  ///< a parameter of each sample: an index into [Q], the caller gives [Q, B]
  };
  Kind kind = Kind::kConstant;  ///< constant, shared or per sample
  int index = 0;                ///< of the parameter, from 0; constants have none
  double scale = 1;             ///< factor of the parameter
  double value = 0;             ///< radians, added; the whole angle of a constant

  static Angle constant(double radians) { return {Kind::kConstant, 0, 1, radians}; }  ///< a fixed angle
  /// scale * shared parameter `index`.
  static Angle shared(int index, double scale = 1) { return {Kind::kShared, index, scale, 0}; }
  /// scale * per-sample parameter `index`.
  static Angle per_sample(int index, double scale = 1) { return {Kind::kPerSample, index, scale, 0}; }
  Angle operator-() const { return {kind, index, -scale, -value}; }  ///< the opposite angle
};

/// One gate in its place.
struct Operation {
  GateId gate;                                 ///< its row of the gate table
  std::array<int, kMaxGateWires> wires{};      ///< controls first, then targets
  std::array<Angle, kMaxGateAngles> angles{};  ///< as many as the gate has
  int matrix = -1;                             ///< kMatrix1, kMatrix2: index into Circuit::matrices()
};

/// One channel in its place.
struct PlacedChannel {
  ChannelId channel;                                       ///< its row of the channel table
  int count = 1;                                           ///< how many wires it acts on together
  std::array<int, kMaxChannelWires> wires{};               ///< as many as `count`
  std::array<double, kMaxChannelParameters> parameters{};  ///< as many as the channel has
  std::size_t at = 0;                                      ///< it acts behind so many gates of the circuit

  std::span<const int> on() const { return {wires.data(), static_cast<std::size_t>(count)}; }  ///< its wires
  std::span<const double> values() const;  ///< its parameters
};

/// A sequence of gates on `wires()` wires; wire 0 is the most significant bit of a basis index.
class Circuit {
 public:
  /// @param wires number of wires. Throws Error unless they are from 1 to kMaxWires; few machines run more
  /// than 30.
  explicit Circuit(int wires);

  /// Appends a gate. Throws Error for a wire that is not there or named twice, or a wrong number of wires or
  /// angles.
  Circuit& add(GateId gate, std::initializer_list<int> wires, std::initializer_list<Angle> angles = {});
  Circuit& add(const Gate& gate, std::span<const int> wires, std::span<const Angle> angles);  ///< likewise

  /// Appends a unitary given as a matrix, row by row: 2x2 on one wire or 4x4 on two. Throws Error with the
  /// defect if it is not unitary to 1e-9.
  Circuit& add_matrix(std::span<const int> wires, std::vector<Complex> matrix);

  /// Appends a channel, on one wire or, where its row allows it, on two together. Throws Error for wires as
  /// add() and for parameters as check_parameters().
  Circuit& add_channel(const Channel& channel, std::span<const int> wires,
                       std::span<const double> parameters);
  Circuit& add_channel(ChannelId id, std::initializer_list<int> wires,
                       std::initializer_list<double> parameters = {});  ///< likewise

  /// Appends all gates and channels of `other` (same number of wires), its shared parameters renumbered from
  /// `first_shared` on, those of each sample from `first_per_sample` on.
  Circuit& append(const Circuit& other, int first_shared = 0, int first_per_sample = 0);

  int wires() const { return wires_; }                       ///< number of wires
  int shared_parameters() const { return shared_; }          ///< P, one more than the largest index used
  int per_sample_parameters() const { return per_sample_; }  ///< Q, likewise
  const std::vector<Operation>& operations() const { return operations_; }         ///< in the order they act
  const std::vector<std::vector<Complex>>& matrices() const { return matrices_; }  ///< of add_matrix()
  const std::vector<PlacedChannel>& channels() const { return channels_; }         ///< in the order they act

  /// Throws Error where the circuit holds a channel; `what` says who takes none: "a state vector".
  void require_unitary(std::string_view what) const;

 private:
  void push(Operation operation);
  void check_wires(std::string_view name, std::span<const int> wires) const;

  int wires_;
  int shared_ = 0;
  int per_sample_ = 0;
  std::vector<Operation> operations_;
  std::vector<std::vector<Complex>> matrices_;
  std::vector<PlacedChannel> channels_;
};

/// Calls on_gate(operation) and on_channel(placed channel) for all of a circuit, in the order they act.
template <class OnGate, class OnChannel>
void for_each_item(const Circuit& circuit, OnGate&& on_gate, OnChannel&& on_channel) {
  auto next = circuit.channels().begin();
  const auto end = circuit.channels().end();
  for (std::size_t i = 0; i <= circuit.operations().size(); ++i) {
    for (; next != end && next->at == i; ++next) on_channel(*next);
    if (i < circuit.operations().size()) on_gate(circuit.operations()[i]);
  }
}

/// The gates of a circuit without its channels.
Circuit gates_of(const Circuit& circuit);

/// The circuit that undoes `circuit` for equal parameters: its gates inverted, in reverse order.
Circuit inverse(const Circuit& circuit);

/// The target matrix of an operation with its angles given, row by row, [2^targets, 2^targets].
std::vector<Complex> operation_matrix(const Circuit& circuit, const Operation& operation,
                                      std::span<const double> angles);

}  // namespace ebit::inline sim
