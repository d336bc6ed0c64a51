// Reference files of noisy circuits: a circuit, its noise as a rule and as a program, and the exact numbers.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ebit/noise/noise_model.h"

namespace ebit::inline noise {

/// A circuit up to a place at which the density matrix is asked for.
struct NoisePart {
  Circuit circuit;       ///< with all its channels
  std::string snapshot;  ///< the name of the place behind it; "": the end
};

/// What a file says.
struct NoiseFile {
  int wires = 0;                      ///< of the circuit
  int system = 0;                     ///< of the system register; 0: the file is of no recurrent cell
  std::vector<NoisePart> parts = {};  ///< one behind the other
  NoiseModel model = {};              ///< its readout errors too
  std::vector<std::string> expectations = {};       ///< observables that the file has
  std::vector<std::string> read_expectations = {};  ///< likewise with readout errors
};

/// Whether a document is such a file: its format is "ebit-noise-golden/1".
bool is_noise_file(const DocumentPlace& document);

/// From where the channels of a file come.
enum class NoiseSource {
  kProgram,  ///< from its list of gates and channels
  kRule,     ///< from its circuit, by its rule or its device's table
};

/// Reads a file; the table of a device lies beside it. Throws Error with file and line.
NoiseFile read_noise_file(const std::string& path, NoiseSource source);

/// Exact numbers of a file.
struct NoiseValues {
  std::vector<Complex> density_matrix = {};                       ///< [2^n, 2^n] at the end
  std::vector<std::pair<std::string, double>> expectations = {};  ///< in the file's order
  std::vector<double> probabilities = {};                         ///< [2^n] of outcomes
  std::vector<double> read_probabilities = {};  ///< as they are read; empty: no readout errors
  std::vector<std::pair<std::string, double>> read_expectations = {};        ///< likewise
  std::vector<std::pair<std::string, std::vector<Complex>>> snapshots = {};  ///< density matrices on the way
  std::vector<double> y = {};  ///< Z of the last system wire before each reset; empty: no recurrent cell
};

/// Computes them by the simulator of density matrices.
NoiseValues exact_values(const NoiseFile& file);

/// The density matrix of the last wires, the first `traced` wires traced out.
std::vector<Complex> trace_first(const std::vector<Complex>& rho, int wires, int traced);

}  // namespace ebit::inline noise
