// Circuits: a list of gates on wires, whose angles are constants, shared parameters or per-sample parameters.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

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

  /// Appends all gates of `other` (same number of wires), its shared parameters renumbered from
  /// `first_shared` on; per-sample parameters keep their numbers.
  Circuit& append(const Circuit& other, int first_shared = 0);

  int wires() const { return wires_; }                       ///< number of wires
  int shared_parameters() const { return shared_; }          ///< P, one more than the largest index used
  int per_sample_parameters() const { return per_sample_; }  ///< Q, likewise
  const std::vector<Operation>& operations() const { return operations_; }         ///< in the order they act
  const std::vector<std::vector<Complex>>& matrices() const { return matrices_; }  ///< of add_matrix()

 private:
  void push(Operation operation);

  int wires_;
  int shared_ = 0;
  int per_sample_ = 0;
  std::vector<Operation> operations_;
  std::vector<std::vector<Complex>> matrices_;
};

/// The circuit that undoes `circuit` for equal parameters: its gates inverted, in reverse order.
Circuit inverse(const Circuit& circuit);

/// The target matrix of an operation with its angles given, row by row, [2^targets, 2^targets].
std::vector<Complex> operation_matrix(const Circuit& circuit, const Operation& operation,
                                      std::span<const double> angles);

}  // namespace ebit::inline sim
