// How the memory's entanglement goes up and down, step by step, while a register cell reads sequences.
//
// A pure memory (all but "density") enters a step as a pure state, so the entropy of the ancilla is its
// entanglement with the system. A mixture's is not: it counts what is not known of the ancilla as well. Then
// entropy, mutual information and negativity say different things and are kept apart. The bounds
// -E_down <= Delta S <= E_up hold for a mixture too, of the *system's* entropy: let R purify the ancilla, and
// the whole is pure with R as an ancilla beside the ancilla register, so that S(system) is the entanglement
// across system : (ancilla, R), which is what the powers bound.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "ebit/cell/register/register_cell.h"

namespace ebit::inline cell {

/// The points of a step that a trace looks at; indices of MemoryTrace::at.
enum class TracePoint {
  kEntered,       ///< before U_en
  kEntangled,     ///< after U_en
  kDisentangled,  ///< after U_dis, before the hidden update
};

/// How many points there are.
inline constexpr std::size_t kTracePoints = 3;

/// Entropies of the two registers at one point of every step, in bits.
struct RegisterEntropies {
  std::vector<double> ancilla;  ///< [B, T] S(ancilla); of a pure memory: entanglement, in ebits
  std::vector<double> system;   ///< [B, T] S(system), which the powers bound; of a pure memory: the same
  std::vector<double> mutual_information;  ///< [B, T] I(system : ancilla); of a pure memory: none
  std::vector<double> negativity;          ///< [B, T] of the same cut; of a pure memory: none
};

/// What a register did with its memory. What lies past the end of a sequence is zero.
struct MemoryTrace {
  std::size_t samples = 0;                         ///< B
  std::size_t steps = 0;                           ///< T
  bool mixed = false;                              ///< the memory is a mixture: entropy is not entanglement
  std::array<RegisterEntropies, kTracePoints> at;  ///< by TracePoint
  /// [B, T] the outcome of the system that the hidden update kept; empty where none is measured.
  std::vector<int> outcome;
  /// [B, T] its probability; empty likewise.
  std::vector<double> probability;
  /// [B, T] <h|rho|h>, the next hidden state in the ancilla's reduced state after U_dis: how much of it the
  /// update lets live, 1 where nothing is lost. Empty for updates that lose nothing (density, coherent).
  std::vector<double> survived;
  /// [B, T, 2^n_a, 2^n_a] the ancilla's density matrix that leaves each step, row by row. Empty unless asked
  /// for.
  std::vector<Complex> hidden;

  /// The entropies at a point.
  const RegisterEntropies& operator[](TracePoint point) const { return at[static_cast<std::size_t>(point)]; }
};

/// What to trace besides the entropies of single registers.
struct TraceOptions {
  bool negativity = true;  ///< of mixtures: the one number that costs 8^n operations a step
  bool hidden = false;     ///< MemoryTrace::hidden
};

/// Runs sequences through a cell and looks at the registers on the way. States are normalised before they
/// are looked at, as the cell's epsilon leaves them a little off. Samples run in parallel (parallel_for).
/// @param parameters [P]. Throws Error as RegisterCell::observe() does.
MemoryTrace trace_memory(RegisterCell<double>& cell, std::span<const double> parameters,
                         const SequenceInput<double>& input, const TraceOptions& options = {});

/// S(system) at `to` minus that at `from`, [B, T]: what the unitaries between made (or, below 0, destroyed).
std::vector<double> realised_change(const MemoryTrace& trace, TracePoint from, TracePoint to);

/// The pure state of one sample, step and point, normalised: [2^n_s, 1, 2^n_a, R] as
/// PowerOptions::more_starts takes it, system first. R is 1; of a mixture it is 2^n_a, and the last factor
/// purifies the ancilla. Throws Error for a sample or step that is not there.
std::vector<Complex> traced_state(RegisterCell<double>& cell, std::span<const double> parameters,
                                  const SequenceInput<double>& input, std::size_t sample, std::size_t step,
                                  TracePoint point);

/// F = <h|rho|h> of each sample and step, [B, T]: the fidelity of the pure hidden states of one trace with
/// the hidden states of another of the same sequences, pure or mixed. Throws Error where one did not keep
/// `hidden`, the shapes differ, or the first one's hidden states are not pure (density, coherent).
std::vector<double> hidden_fidelity(const MemoryTrace& pure, const MemoryTrace& other);

}  // namespace ebit::inline cell
