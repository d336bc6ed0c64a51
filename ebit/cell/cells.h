// The table of families of cells: the options of each, and how a cell is made of them.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "ebit/cell/cell.h"
#include "ebit/cell/controlled/controlled_options.h"
#include "ebit/cell/echo/echo_options.h"
#include "ebit/cell/fast_weights/fast_weights_options.h"
#include "ebit/cell/gated/gated_options.h"
#include "ebit/cell/kernel/kernel_options.h"
#include "ebit/cell/measured/measured_options.h"
#include "ebit/cell/register/register_options.h"
#include "ebit/cell/rvqe/rvqe_options.h"
#include "ebit/cell/window/window_options.h"

namespace ebit::inline cell {

/// What makes a cell: the options of its family.
using CellOptions =
    std::variant<RegisterOptions, ControlledOptions, GatedOptions, KernelOptions, FastWeightsOptions,
                 EchoOptions, RvqeOptions, WindowOptions, MeasuredOptions>;

/// A row of the table of families; CellOptions::index() counts its rows.
struct CellFamily {
  std::string_view name;  ///< "register", "qrnn", "gated", "kernel", "fast-weights", "esn", "rvqe", "window",
                          ///< "measured"
  std::string_view help;  ///< one line
  std::string_view source;  ///< the paper
  /// Why its memory is not quantum, in a few words: there is no entropy in it, and nothing to inspect or
  /// study. Empty: it is.
  std::string_view classical = {};
  /// Why it has gradients by the adjoint method alone. Empty: it has all of gradient_methods().
  std::string_view adjoint_only = {};
  /// Its outputs are the probabilities of words, and a step's last number is the word that its memory is
  /// projected on: -1, drawn.
  bool words = false;
  /// Why noise, shots and trajectories have no meaning for it. Empty: they have.
  std::string_view noiseless = {};
};

/// All families, in the order of CellOptions.
std::span<const CellFamily> cell_families();

/// The family of these options.
const CellFamily& family_of(const CellOptions& options);

/// The same cell for steps of `inputs` numbers, read after every step or after the last.
CellOptions with_sizes(CellOptions options, int inputs, bool every_step);

/// The same cell giving the entropy `kind` of its memory (a row of entropies()) at `stage` (a row of
/// entropy_stages()). Throws Error for a family that has none.
CellOptions with_entropy(CellOptions options, std::string_view kind, std::string_view stage);

/// The same cell with gradients by `method` (a row of gradient_methods()). Throws Error for a family that
/// does not have it.
CellOptions with_gradient(CellOptions options, std::string_view method);

/// The same cell with what a row of freezes() names frozen. Throws Error for one that is not there;
/// make_cell() does for one that the family does not have.
CellOptions with_freeze(CellOptions options, std::string_view what);

/// What the options have of noise, shots and what is done about errors; of families that have none: nothing.
NoiseUse noise_use(const CellOptions& options);

/// The same cell run so. Throws Error with the reason for a family on which noise has no meaning.
CellOptions with_noise_use(CellOptions options, const NoiseUse& use);

/// What of the noise was cut, or is not there though it is asked for, one line each, for people to see.
std::vector<std::string> noise_notes(const CellOptions& options);

/// Makes the cell. Throws Error for options that are out of range, unknown or do not fit together, and for
/// sizes that the machine's memory does not hold.
template <class T>
std::unique_ptr<Cell<T>> make_cell(const CellOptions& options);

}  // namespace ebit::inline cell
