// What a measured cell is made of: a quantum memory on which a step's setting is measured.
#pragma once

#include <span>
#include <string>

#include "ebit/base/choice.h"

namespace ebit::inline cell {

/// The rows of forms(): how a setting becomes the unitary in front of a measurement.
std::span<const Choice> forms();

/// The choices and sizes of a MeasuredCell.
struct MeasuredOptions {
  /// Numbers of a step, F: form "shared": four for the letter of each memory qubit, 4n, form "free": one for
  /// each setting, 4^n - 1; and behind them the outcome to project on.
  int inputs = 9;
  std::string form = "shared";                ///< a row of forms()
  double init_low = 0;                        ///< numbers start at random from here, radians
  double init_high = 3.14159265358979323846;  ///< to here, radians
  std::string freeze = "none";                ///< a row of freezes()
  bool every_step = true;                     ///< outputs after every step, or after the last only

  /// n, qubits of the memory; 0: `inputs` fits no number of qubits.
  int qubits() const;
};

/// Throws Error for sizes and names that are out of range.
void check(const MeasuredOptions& options);

}  // namespace ebit::inline cell
