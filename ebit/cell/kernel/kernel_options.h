// What a kernel cell is made of: its choices, their tables, and the sizes that follow from them.
#pragma once

#include <span>
#include <string>

#include "ebit/base/choice.h"
#include "ebit/cell/noisy/noise_use.h"
#include "ebit/sim/circuit.h"

namespace ebit::inline cell {

/// Where reference vectors start.
std::span<const Choice> reference_starts();
/// Whose the reference vectors are: of all gates, or of each.
std::span<const Choice> reference_owners();
/// Whether a trained linear map stands in front of the kernel.
std::span<const Choice> kernel_linears();

/// The choices and sizes of a KernelCell. Names are rows of their tables.
struct KernelOptions {
  int inputs = 1;                       ///< numbers a time step, F
  std::string kernel = "quantum";       ///< a row of kernels_of_cells()
  std::string encoder = "rz-ry-chain";  ///< quantum: the feature map, a row of gate_encoders()
  int repetitions = 1;                  ///< quantum: the feature map so many times
  double width = 1;                     ///< rbf: where it starts
  bool trained_width = true;            ///< rbf: false: it stays
  std::string order = "h-first";        ///< a row of gate_orders()
  int qubits = 4;                       ///< n, wires of the map: numbers that the kernel compares
  int hidden = 0;                       ///< numbers of h, H; 0: see sizes_of()
  std::string linear_in = "none";       ///< a row of kernel_linears(): from v to n numbers
  int references = 8;                   ///< M, reference vectors of a gate
  std::string owner = "shared";         ///< a row of reference_owners()
  std::string start = "random";         ///< a row of reference_starts()
  double init_low = -1;                 ///< random references start uniform from here
  double init_high = 1;                 ///< to here
  bool trained_references = true;       ///< false: they stay where they start
  bool bias = true;                     ///< of each gate and hidden number
  std::string freeze = "none";          ///< a row of freezes() but "circuit": there are no angles
  bool every_step = true;               ///< outputs after every step, or after the last only
  NoiseUse noisy = {};                  ///< quantum: how overlaps are measured on a device
};

/// The sizes that follow from the options.
struct KernelSizes {
  int hidden;      ///< H: where the option is 0, n with linear_in; without it what x leaves of the qubits
  int width;       ///< numbers of v, F + H
  int references;  ///< R, of all gates together
};

/// Throws Error for options that are out of range, unknown, or do not fit together.
void check(const KernelOptions& options);

/// Throws Error for noise or shots of a kernel without circuits, or of more qubits than are read at once.
void check_device(const KernelOptions& options);

/// Where the overlap of y and r is the probability to read 0 on every wire: the map of y, and that of r
/// undone (Havlicek et al. 2019, arXiv:1804.11326). Angles of a sample: those of y, then those of r.
Circuit overlap_circuit(const KernelOptions& options);

/// The sizes of checked options.
KernelSizes sizes_of(const KernelOptions& options);

}  // namespace ebit::inline cell
