// A batch of sequences with what is to be said of them, as plain numbers: what problems give to models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ebit::fit {

/// A batch of B sequences. A problem fills one and uses its memory again for the next batch.
struct Examples {
  std::size_t samples = 0;   ///< B
  std::size_t steps = 0;     ///< T, of the longest sequence
  std::size_t features = 0;  ///< F, numbers of a step; 0: steps are tokens

  std::vector<double> x = {};              ///< [B, T, F] where steps are numbers
  std::vector<std::int64_t> tokens = {};   ///< [B, T] where steps are tokens
  std::vector<std::int64_t> lengths = {};  ///< [B] steps of each sequence, from 1 to T; empty: all are T long

  /// [B, T] the word that a cell's memory is projected on after each step, -1: drawn; empty: all are drawn.
  /// Models without such a memory do not look at it.
  std::vector<std::int64_t> outcomes = {};

  std::vector<double> y = {};  ///< Answer::kNumbers: [B, O]
  std::vector<std::int64_t> labels =
      {};  ///< kClass: [B]; kClasses: [B, T]; kTranslation: [B, T'], the targets

  std::size_t target_steps = 0;                   ///< kTranslation: T'
  std::vector<std::int64_t> previous = {};        ///< kTranslation: [B, T'] the target before each one
  std::vector<std::int64_t> target_lengths = {};  ///< kTranslation: [B], from 1 to T'

  /// The sequences go on where those of the batch before ended (models that carry a state; others ignore it).
  bool goes_on = false;

  /// Steps of sequence b.
  std::size_t length(std::size_t b) const {
    return lengths.empty() ? steps : static_cast<std::size_t>(lengths[b]);
  }
};

}  // namespace ebit::fit
