// Circuits by their entangling power: gate lists and angles that make, destroy or spread as much entanglement
// between a system and an ancilla register as is wanted.
//
// Chosen powers are what Daskin 2025 (arXiv:2505.06774) promises of U_en and U_dis; E_up and E_down are those
// of Linden, Smolin, Winter 2009 (quant-ph/0511217), the average power e_p that of Zanardi, Zalka, Faoro 2000
// (quant-ph/0005031).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ebit/info/unitary.h"
#include "ebit/sim/circuit.h"
#include "ebit/sim/coupling.h"

namespace ebit::analysis {

/// A number of a circuit that can be wanted.
struct WishRow {
  std::string_view name;  ///< as users type it
  std::string_view help;  ///< one line
};

/// All of them: e-up, e-down, gap, e-p, e-p-per-gate.
std::span<const WishRow> wishes();

/// One thing wanted of a circuit.
struct Wish {
  std::string name;             ///< a row of wishes()
  std::optional<double> value;  ///< as near to it as can be; none: as much as can be
};

/// Reads "e-up=1.0,e-down=0.5", "gap" or "e-p". Throws Error for a name that is none, with the nearest, for a
/// value that is no number of 0 or more, and for a name that is there twice.
std::vector<Wish> parse_wishes(std::string_view text);

/// The edges of a map of `wires` wires, see find_coupling().
std::vector<Edge> read_edges(const std::string& connect, int wires);

/// What to search among, and how.
struct DesignOptions {
  int system = 2;   ///< wires of the system register, the first ones
  int ancilla = 2;  ///< wires of the ancilla register
  std::vector<std::string> gates = {"rx", "ry", "rz", "cnot"};  ///< rows of gates() on one and two wires
  std::vector<Edge> edges;   ///< where two-wire gates may stand, see read_edges()
  int two_qubit = 4;         ///< two-wire gates at most
  std::vector<Wish> wishes;  ///< at least one
  std::array<int, 2> partners{
      1, 1};               ///< dimensions of ancillas A', B' of the powers beside the registers, 1: none
  bool exact = false;      ///< all of them, where fewer would do
  int restarts = 12;       ///< random circuits to begin with
  int steps = 30;          ///< changes of the gate list tried from each
  std::uint64_t seed = 1;  ///< decides everything
};

/// Qubits of both registers at most.
inline constexpr int kMostDesignWires = 8;

/// A circuit that was found, angles and all.
struct Design {
  Circuit circuit{1};          ///< every angle of a gate a shared parameter of its own
  std::vector<double> angles;  ///< of those, in (-pi, pi]
  double loss = 0;             ///< what was minimised: squares of missed values, minus what was to be large
  int two_qubit = 0;           ///< two-wire gates in it
  int restart = 0;             ///< where it was found
  int restarts = 0;            ///< how many were made
  long circuits = 0;           ///< gate lists tried
};

/// Throws Error, in one line, for options among which nothing can be found: a wish beyond the bounds of the
/// registers or of so many gates, no two-wire gate, a map that does not join the registers, numbers below
/// those of DesignOptions, names that are none.
void check_design(const DesignOptions& options);

/// Searches for the circuit that comes nearest to the wishes: random gate lists whose angles are optimised by
/// exact gradients (L-BFGS), then changes of one gate, wire or place that are kept where they help. Of
/// circuits as good the one with fewer two-wire gates is taken. Restarts run in parallel; the result is a
/// function of the options alone. @param progress is called before each round of restarts with how many are
/// done; false from it ends the search with what is there. Throws Error as check_design().
Design search_design(const DesignOptions& options,
                     const std::function<bool(int done, int all)>& progress = {});

/// The unitary of a circuit across system : ancilla.
BipartiteUnitary unitary_across(const Circuit& circuit, std::span<const double> angles, int system);

/// Ebits that the two-wire gates between the registers make at most, one after the other, with ancillas of
/// any size: 1 for a gate of operator-Schmidt rank 2, 2 for any other. No circuit of them has a greater E_up
/// or E_down.
double crossing_bound(const Circuit& circuit, int system);

/// What neither E_up nor E_down can pass by the registers, partners and gates of `options`.
double power_bound(const DesignOptions& options);

/// The circuit as an ansatz file: every angle trainable, and beginning at the design's where the model's own
/// angles begin at 0. `name` and `help` stand in it.
std::string ansatz_text(const Design& design, const std::string& name, const std::string& help);

}  // namespace ebit::analysis
