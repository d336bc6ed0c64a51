// What an RVQE cell is made of, and the neurons that follow from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ebit::inline cell {

/// The sizes of an RvqeCell.
struct RvqeOptions {
  int inputs = 4;               ///< numbers of a step: w bits of a word and the word to project on, F = w + 1
  int workspace = 5;            ///< qubits of the memory, W
  int stages = 1;               ///< rotations and neurons of the memory once more, S
  int order = 2;                ///< of every neuron: sin and cos are raised to 2^order
  int degree = 3;               ///< of the polynomial of a neuron: bits of a term at most
  std::string freeze = "none";  ///< a row of freezes()
  bool every_step = true;       ///< outputs after every step, or after the last only

  int bits() const { return inputs - 1; }            ///< w, qubits that take a word and are measured
  int qubits() const { return bits() + workspace; }  ///< of the whole state
};

/// Throws Error for sizes that are out of range.
void check(const RvqeOptions& options);

/// A neuron on one of the qubits 0 ... w + W - 1 (in/out first). Its other qubits are sources: the mask of a
/// set of them has a bit for each, the first qubit's the most significant.
struct NeuronTerms {
  int qubit = 0;                          ///< that it turns
  std::string name;                       ///< "input.0", "stages.1.neurons.2", "output.0"
  std::vector<std::vector<int>> subsets;  ///< qubits of each term: by size, workspace before in/out
  std::vector<std::size_t> masks;         ///< the same as masks of sources
};

/// The neurons in the order in which they act: W of the input, W of each stage, w of the output.
std::vector<NeuronTerms> neurons_of(const RvqeOptions& options);

}  // namespace ebit::inline cell
