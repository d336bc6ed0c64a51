// The four choices and the sizes that make a register cell, and the tables that no other file has.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/cell/ansatz.h"
#include "ebit/cell/noisy/noise_use.h"
#include "ebit/noise/noise_model.h"
#include "ebit/sim/observable.h"

namespace ebit::inline cell {

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
  std::vector<std::string> readout;  ///< as parse_readout() takes them; empty: Z on the last system wire
  bool feedback = false;             ///< readouts enter with the next step's inputs: a FeedbackCell
  bool every_step = false;           ///< outputs after every step, or after the last only
  /// v/|v + epsilon| in the encoder and the collapse instead of v/|v|: 1e-12 as in Daskin's code, or 0.
  double epsilon = 0;
  std::string gradient = "adjoint";      ///< a row of gradient_methods()
  std::string engine = "auto";           ///< a row of engines()
  std::string gradient_memory = "auto";  ///< a row of gradient_memories()
  /// A row of entropies() (ebit/info/entropy.h): forward() can give the ancilla's too; empty: it cannot.
  std::string entropy;
  std::string entropy_stage = "disentangled";  ///< a row of entropy_stages(): where in a step it is taken
  double init_low = 0;                         ///< angles start uniform in [init_low, init_high), radians
  double init_high = 1;                        ///< the other end, not below init_low
  std::string freeze = "none";                 ///< a row of freezes()
  bool entanglement = true;                    ///< false: the ansatz without its two-wire gates
  std::optional<NoiseModel> noise = {};        ///< channels behind its gates, errors of its readout
  int shots = 0;               ///< outcomes that a readout is the mean of, drawn; 0: exact expectation values
  int trajectories = 0;        ///< with noise: so many trajectories of state vectors; 0: density matrices
  Mitigation mitigation = {};  ///< what is done about errors of readouts
  double perturbation = 0.1;   ///< of gradients by spsa, see NoiseUse
};

/// What it has of noise and shots.
NoiseUse noise_use(const RegisterOptions& options);

/// Whether a cell of these options is run with noise, shots or trajectories: then it is no RegisterCell.
bool is_noisy(const RegisterOptions& options);

/// What of the noise was cut, or is not there though it is asked for, one line each, for people to see.
std::vector<std::string> noise_notes(const RegisterOptions& options);

/// What is read, of both registers' wires.
std::vector<Observable> readouts_of(const RegisterOptions& options);

/// How U_dis is made of the ansatz and its own angles.
struct DisStructure {
  std::string_view name;                                          ///< as users type it
  std::string_view help;                                          ///< one line: how it relates to U_en
  Circuit (*build)(const Ansatz& ansatz, int wires, int layers);  ///< U_dis with angles [layers, angles]
};

/// All structures of U_dis, the default first.
std::span<const DisStructure> dis_structures();

/// The structure called `name`. Throws Error with the nearest name where there is none.
const DisStructure& find_dis_structure(std::string_view name);

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

/// The stage called `name`. Throws Error with the nearest name where there is none.
const EntropyStage& find_entropy_stage(std::string_view name);

/// The ansatz that the options name or bring along, without entanglement where they say so. Throws Error
/// where there is none of that name.
Ansatz ansatz_of(const RegisterOptions& options);

}  // namespace ebit::inline cell
