// The choices and sizes that make a controlled cell: a classical network that writes the angles of a circuit.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/cell/ansatz.h"
#include "ebit/cell/noisy/noise_use.h"
#include "ebit/cell/readout_list.h"

namespace ebit::inline cell {

/// The network between two steps of the circuit: linear maps with an activation behind each but the last.
struct FeedForwardOptions {
  std::vector<int> hidden = {};     ///< widths of the hidden layers; empty: one linear map
  std::string activation = "gelu";  ///< of the hidden layers, a row of activations()
  double dropout = 0;               ///< share of a hidden layer's outputs that is zeroed in training, [0, 1)
  /// Adds a hidden layer's input to its output, through a trainable matrix `shortcut` where the widths
  /// differ (He et al. 2016, arXiv:1512.03385, Eq. 2).
  bool residual = false;
};

/// How the memory starts.
struct InitialStateRow {
  std::string_view name;  ///< as users type it
  std::string_view help;  ///< one line
  bool trainable;         ///< has angles of its own
};

/// All initial states, the default first.
std::span<const InitialStateRow> initial_states();

/// How the memory is read after a step.
struct MeasurementRow {
  std::string_view name;  ///< as users type it
  std::string_view help;  ///< one line
  bool shots;             ///< estimates expectations from finitely many shots
  bool collapses;         ///< projects the memory on a drawn outcome
};

/// All measurements, the default first.
std::span<const MeasurementRow> measurements();

/// The choices and sizes of a ControlledCell. Names are rows of their tables.
struct ControlledOptions {
  int inputs = 1;                  ///< numbers a time step, E
  int qubits = 4;                  ///< of the memory, n
  bool first_ry = true;            ///< RY on every qubit in front of the layers, as the paper has
  std::string ansatz = "zz-ring";  ///< a row of ansaetze(); all its angles are the network's
  std::optional<Ansatz> custom_ansatz = std::nullopt;  ///< taken instead of `ansatz` where given
  int layers = 1;                                      ///< of the ansatz, L
  FeedForwardOptions ffn = {};                         ///< from [x_t; z_{t-1}] to the angles
  double angle_scale = 0.1;  ///< radians: the network's outputs are multiplied by it
  /// What is read, as parse_readout() takes it.
  std::vector<std::string> readout = {"XYZ"};
  std::string initial = "zero";             ///< a row of initial_states()
  std::string measurement = "expectation";  ///< a row of measurements()
  int shots = 1000;                         ///< of measurement "shots", for each readout
  std::vector<int> measured = {};           ///< qubits of measurement "sampled"; empty: all
  bool reset = false;                       ///< "sampled": measured qubits start the next step in |0>
  /// A row of gradient_memories(). "auto" is "uncompute", which costs no time here; "sampled" always stores.
  std::string gradient_memory = "auto";
  bool every_step = true;       ///< outputs after every step, or after the last only
  double init = 0.1;            ///< the angles of a trainable initial state start uniform within it, radians
  std::string freeze = "none";  ///< a row of freezes() but "circuit": the network writes all angles
  bool entanglement = true;     ///< false: the ansatz without its two-wire gates
  /// How its circuits run on a device; its shots are those of measurement "shots".
  NoiseUse noisy = {};
};

/// Throws Error for options that are out of range, unknown, or do not fit together.
void check(const ControlledOptions& options);

/// The ansatz that the options name or bring along, without entanglement where they say so. Throws Error
/// where there is none of that name.
Ansatz ansatz_of(const ControlledOptions& options);

/// The row of initial_states() or measurements() of that name. Throws Error with the nearest name.
const InitialStateRow& find_initial_state(std::string_view name);
const MeasurementRow& find_measurement(std::string_view name);  ///< likewise

/// Where the angles of a controlled circuit come from.
enum class AngleSource {
  kPerSample,  ///< the network: per-sample parameters 0, 1, ...
  kShared,     ///< the trainable initial state: shared parameters 0, 1, ...
};

/// The circuit PQC(theta) of a step: RY on every qubit where `first_ry`, then the ansatz's layers.
Circuit controlled_circuit(const ControlledOptions& options, AngleSource source);

}  // namespace ebit::inline cell
