// Unitaries by name: the gate table's, and some that are known for their entangling power.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebit::inline info {

/// A unitary known by name that is no row of the gate table.
struct KnownUnitary {
  std::string_view name;                                       ///< as users write it
  int d_a;                                                     ///< dimension of A
  int d_b;                                                     ///< dimension of B
  int angles;                                                  ///< number of angles, in radians
  Eigen::MatrixXcd (*matrix)(std::span<const double> angles);  ///< [d_a d_b, d_a d_b], perhaps rounded
  std::string_view help;                                       ///< one sentence, with the source
};

/// The known unitaries.
std::span<const KnownUnitary> known_unitaries();

/// From where to where an angle goes, in radians; the same twice where it stays.
struct AngleRange {
  double from = 0;  ///< at the first point of a sweep
  double to = 0;    ///< at the last point
};

/// A unitary as named on a command line: "cnot", "rzz(0.7)", "canonical(pi/2, 0, 0)", "rzz(0:pi)".
struct UnitaryText {
  std::string name;                ///< of the gate or known unitary, as its table writes it
  int d_a = 0;                     ///< dimension of A; 0 where the name does not say (a gate of three wires)
  int d_b = 0;                     ///< dimension of B, or 0
  std::vector<AngleRange> angles;  ///< as written

  bool sweeps() const;                            ///< whether any angle goes somewhere
  std::vector<double> angles_at(double t) const;  ///< at t from 0 (from) to 1 (to)
  Eigen::MatrixXcd matrix(double t = 0) const;    ///< the matrix there
  std::string text(double t = 0) const;           ///< "rzz(0.7)" there
};

/// Whether `text` begins with the name of a gate or a known unitary.
bool names_unitary(std::string_view text);

/// Reads NAME or NAME(ANGLE, ...), where an angle is a number, a multiple such as pi/2, -3*pi/4, or a range
/// FROM:TO. Throws Error for an unknown name (with the nearest), a gate of one wire, angles that are missing,
/// too many, not numbers or not finite.
UnitaryText parse_unitary(std::string_view text);

}  // namespace ebit::inline info
