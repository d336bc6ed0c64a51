// The table of channels, beside the gate table: one row a channel. Gate lists, noise models, both simulators
// of noise, drawing, help and tests all read it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/gate.h"

namespace ebit::inline base {
struct DocumentValue;
}

namespace ebit::inline sim {

/// Names a row of the channel table; channel(id) is the row.
enum class ChannelId : std::uint8_t {
  kDepolarizing,       ///< towards the maximally mixed state
  kAmplitudeDamping,   ///< towards |0>
  kPhaseDamping,       ///< coherences shrink
  kBitFlip,            ///< X with a probability
  kPhaseFlip,          ///< Z with a probability
  kPauli,              ///< X, Y, Z with a probability each
  kThermalRelaxation,  ///< T1 and T2 for a time
  kReset,              ///< to |0>, whatever was there
  kMeasure,            ///< of Z; the outcome may be misread
  kFeedforward,        ///< measured, and flipped where 1 was read
};

inline constexpr int kMaxChannelWires = 2;       ///< wires of the widest channel
inline constexpr int kMaxChannelParameters = 4;  ///< parameters of the channel with most of them

/// A number with its derivative in one other number: what superoperators are made of.
struct Dual {
  double value = 0;  ///< the number
  double slope = 0;  ///< its derivative
};

/// A parameter of a channel.
struct ChannelParameter {
  std::string_view name;        ///< as written in gate lists and noise models
  std::string_view unit;        ///< "" or "s"
  double low;                   ///< least value, included
  double high;                  ///< greatest value, included
  std::string_view help;        ///< what it is
  bool optional = false;        ///< 0 where it is not given
  std::string_view other = {};  ///< another name, under which another measure of it is given; "" where none
  /// The parameter from that measure, on so many wires; null where there is none.
  double (*from_other)(double value, int wires) = nullptr;
};

/// One channel: a map of density matrices, of one wire or, where `most_wires` says so, of two together.
struct Channel {
  ChannelId id;                                  ///< its place in channels()
  std::string_view name;                         ///< as written in gate lists and noise models
  std::string_view label;                        ///< in drawings
  int most_wires;                                ///< 1 or 2
  std::span<const ChannelParameter> parameters;  ///< in order
  int strength;           ///< which parameter says how strong it is: 0 is no noise; -1: none does
  bool mixes;             ///< its Kraus operators are unitaries times a number, drawn whatever the state is
  bool measures;          ///< gives a classical bit
  std::string_view help;  ///< one sentence, with the map
  std::string_view kraus_text;  ///< the Kraus operators for people
  std::string_view qasm;        ///< how it stands in OpenQASM 3
  /// Kraus operators, each row by row, [2^wires, 2^wires]; sum_k K_k^+ K_k = 1. Those that are 0 are left
  /// out.
  std::vector<std::vector<Complex>> (*kraus)(std::span<const double> parameters, int wires);
  /// The map of the entries of rho, real: out[(r c), (r' c')] with r and c the bits of the wires in the row
  /// and the column, [4^wires, 4^wires]; slopes follow those of the parameters.
  void (*superoperator)(std::span<const Dual> parameters, int wires, Dual* out);
  /// What is wrong with parameters that are all in their ranges, or "".
  std::string (*defect)(std::span<const double> parameters) = nullptr;
};

/// All channels, in the order of ChannelId.
std::span<const Channel> channels();

/// The row of `id`.
const Channel& channel(ChannelId id);

/// The row called `name` (case ignored). Throws Error with the nearest name where there is none.
const Channel& channel(std::string_view name);

/// Throws Error, naming channel, parameter and range, for parameters of the wrong number, out of range or
/// that do not fit together.
void check_parameters(const Channel& channel, std::span<const double> parameters);

/// Reads the parameters of a channel on `wires` wires from the members of a table, each by its name or, where
/// it has one, by the name of its other measure (by both only where they agree); optional ones are 0 where
/// they are not there. Throws Error for one that is missing, no number, or out of range, and for members that
/// are neither parameters nor among `others`.
std::vector<double> channel_parameters(const Channel& channel, int wires, const DocumentValue& table,
                                       const std::vector<std::string>& others);

/// The superoperator of parameters [p], [4^wires, 4^wires].
std::vector<double> superoperator(const Channel& channel, std::span<const double> parameters, int wires);

/// Its derivative in parameter `k`. Infinite where a square root of it is 0, as of a damping of 1.
std::vector<double> superoperator_slope(const Channel& channel, std::span<const double> parameters, int wires,
                                        int k);

/// The parameters as text: "lambda=0.01"; those left at 0 where they are optional are not there.
std::string parameters_text(const Channel& channel, std::span<const double> parameters);

}  // namespace ebit::inline sim
