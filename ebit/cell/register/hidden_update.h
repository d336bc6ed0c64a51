// The table of hidden updates: what of the ancilla register survives a time step.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "ebit/cell/register/lane_kernels.h"
#include "ebit/sim/state.h"

namespace ebit::inline cell {

/// Sizes of the two registers; the system's wires come first.
struct RegisterShape {
  int system;                                                       ///< n_s wires
  int ancilla;                                                      ///< n_a wires
  std::size_t systems() const { return std::size_t{1} << system; }  ///< 2^n_s, outcomes i of the system
  std::size_t ancillas() const {
    return std::size_t{1} << ancilla;
  }  ///< 2^n_a, basis states j of the ancilla
};

/// What the hidden state is.
enum class Memory {
  kAncillaState,  ///< numbers that make a pure state of the ancilla
  kMixture,       ///< a density matrix of the ancilla
  kWholeState,    ///< the state of both registers: nothing is measured
};

/// What an update reads besides h. All arrays are of one tile.
template <class T>
struct UpdateInput {
  RegisterShape shape;  ///< wires of the two registers
  Tile<T> psi;          ///< psi_out; amplitude (i, j) has index i * ancillas() + j
  T epsilon;            ///< RegisterOptions::epsilon
  const T* uniform;     ///< [kLanes] random numbers in [0, 1) for Born's rule; null where not drawn
  int* outcome;         ///< [kLanes] the system's outcome i*: written by update, read by update_backward
  Tile<T> scratch;      ///< [2^n_a] for update_backward to work in; where `real`, its im is left alone
  const LaneKernels<T>& kernels;  ///< loops
  bool real;                      ///< imaginary parts of psi, h and cotangents need not be written
  const int* forced = nullptr;    ///< [kLanes] outcomes that are given, -1: drawn; null: all are drawn
};

/// A row of the table. The functions are those of Memory::kAncillaState; the other kinds are their own engine
/// (ancilla_memory.h, mixture_memory.h, whole_memory.h). h is [numbers, kLanes].
template <class T>
struct HiddenUpdate {
  std::string_view name;    ///< as users type it
  std::string_view help;    ///< one line: what is kept
  std::string_view source;  ///< the paper or code it follows
  Memory memory;            ///< what h is, which picks the engine
  bool draws;               ///< needs random numbers
  bool normalises;  ///< h is not a unit vector and is normalised, jointly with the encoded input, when it
                    ///< enters
  bool imaginary = true;  ///< the second half of h are imaginary parts
  bool measures = false;  ///< one outcome of the system is kept, and UpdateInput::outcome says which
  /// h of |0...0> has a 1 first in every block of so many numbers; 0: all of h is one block.
  std::size_t block = 0;
  /// Real numbers of h a sample.
  std::size_t (*numbers)(RegisterShape shape);
  /// The ancilla state that h stands for. @param ancilla [2^n_a], written.
  void (*prepare)(RegisterShape shape, const T* h, const Tile<T>& ancilla);
  /// Adds to d_h the cotangent of prepare. @param ancilla as prepare left it.
  void (*prepare_backward)(RegisterShape shape, const T* h, const Tile<T>& ancilla, const Tile<T>& g_ancilla,
                           T* d_h);
  /// Writes the next h.
  void (*update)(const UpdateInput<T>& in, T* h);
  /// Adds to g the cotangent of update. @param h as update left it.
  void (*update_backward)(const UpdateInput<T>& in, const T* h, const T* d_h, const Tile<T>& g);
};

/// All hidden updates.
template <class T>
std::span<const HiddenUpdate<T>> hidden_updates();

/// The hidden update called `name`. Throws Error with the nearest name where there is none.
template <class T>
const HiddenUpdate<T>& find_hidden_update(std::string_view name);

}  // namespace ebit::inline cell
