// How the memory's entanglement changes over a training: entropy.csv of --track-entropy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ebit/cell/cells.h"
#include "ebit/fit/examples.h"
#include "ebit/report/plot.h"

namespace ebit::experiment {

/// Sequences that a sample looks at, at most: enough for means to two digits, little against an epoch.
inline constexpr std::size_t kTrackedSequences = 64;

/// The memory after an epoch: means and extremes over sequences and steps, in bits.
struct EntropySample {
  int epoch = 0;             ///< 0: before the first
  double ancilla[3] = {};    ///< mean entropy of the ancilla before U_en, after it, after U_dis
  double system[3] = {};     ///< of the system; of a pure memory the same
  double en_made = 0;        ///< the most that U_en made in a step, of the system's entropy
  double en_destroyed = 0;   ///< the most that it destroyed
  double dis_made = 0;       ///< the most that U_dis made
  double dis_destroyed = 0;  ///< the most that it destroyed
};

/// Looks at the memory of a register cell now.
/// @param parameters [P], see fit::cell_parameters(). @param inputs sequences whose x [B, T, F] is what
/// enters the cell, see fit::Model::core_inputs(); lengths count. @param seed of the draws of hidden update
/// "sample". Throws Error for a cell of another family, and for x of another size.
EntropySample sample_entropy(int epoch, const CellOptions& cell, std::span<const double> parameters,
                             const fit::Examples& inputs, std::uint64_t seed);

/// entropy.csv of some samples, numbers to the last bit.
std::string entropy_csv(const std::vector<EntropySample>& samples);

/// The samples of an entropy.csv; none where the file is not there. Throws Error for one that is damaged.
std::vector<EntropySample> read_entropy_csv(const std::filesystem::path& path);

/// The samples of one training: taken every so many epochs, before the first and after the last one.
class EntropyTrack {
 public:
  /// Takes up what the file holds of a training that is at epoch `done`: rows beyond it, and the row of an
  /// earlier last epoch that is not a multiple of `every`, are dropped.
  EntropyTrack(std::filesystem::path file, int every, int done);

  /// Whether a sample is wanted of this epoch.
  bool due(int epoch, bool last) const;
  /// Appends a sample.
  void add(const EntropySample& sample) { samples_.push_back(sample); }
  /// Writes the file, whole. Called before each checkpoint, so that no row is missing behind one.
  void write() const;

 private:
  std::filesystem::path file_;
  int every_;
  std::vector<EntropySample> samples_;
};

/// The entropies over the epochs of a training. @param seeds one list of samples for each training; of
/// several the means over those that have the epoch. @param mixed whether the memory is a mixture, whose
/// entropy is not entanglement alone.
Figure training_figure(const std::vector<std::vector<EntropySample>>& seeds, bool mixed);

}  // namespace ebit::experiment
