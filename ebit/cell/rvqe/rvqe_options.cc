#include "ebit/cell/rvqe/rvqe_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

constexpr int kMostBits = 10, kMostQubits = 20, kMostOrder = 5;

// All subsets of `size` elements behind the first `chosen`, in lexicographic order of their places.
void add_subsets(const std::vector<int>& sources, std::size_t size, std::size_t first,
                 std::vector<int>& chosen, std::vector<std::vector<int>>& all) {
  if (chosen.size() == size) {
    all.push_back(chosen);
    return;
  }
  for (std::size_t k = first; k < sources.size(); ++k) {
    chosen.push_back(sources[k]);
    add_subsets(sources, size, k + 1, chosen, all);
    chosen.pop_back();
  }
}

NeuronTerms terms_of(const RvqeOptions& o, int qubit, std::string name) {
  NeuronTerms terms{qubit, std::move(name), {}, {}};
  std::vector<int> sources, chosen;
  for (int q = o.bits(); q < o.qubits(); ++q)
    if (q != qubit) sources.push_back(q);
  for (int q = 0; q < o.bits(); ++q)
    if (q != qubit) sources.push_back(q);
  for (int size = 1; size <= o.degree; ++size)
    add_subsets(sources, static_cast<std::size_t>(size), 0, chosen, terms.subsets);
  for (const std::vector<int>& subset : terms.subsets) {
    std::size_t mask = 0;
    for (const int q : subset) mask |= std::size_t{1} << (o.qubits() - 2 - (q > qubit ? q - 1 : q));
    terms.masks.push_back(mask);
  }
  return terms;
}

}  // namespace

void check(const RvqeOptions& o) {
  require(o.inputs >= 2,
          "a step of an rvqe is the bits of a word and the word to project on, 2 numbers or "
          "more, not {}",
          o.inputs);
  require(o.bits() <= kMostBits, "words of an rvqe have at most {} bits, not {}", kMostBits, o.bits());
  require(o.workspace >= 1, "an rvqe needs a workspace of at least 1 qubit, not {}", o.workspace);
  require(o.qubits() <= kMostQubits,
          "words of {} bits and a workspace of {} are {} qubits, and an rvqe has at most {}", o.bits(),
          o.workspace, o.qubits(), kMostQubits);
  require(o.stages >= 0, "an rvqe has 0 stages or more, not {}", o.stages);
  require(o.order >= 1 && o.order <= kMostOrder, "the order of a neuron is 1 to {}, not {}", kMostOrder,
          o.order);
  require(o.degree >= 1 && o.degree < o.qubits(), "the degree of a neuron with {} sources is 1 to {}, not {}",
          o.qubits() - 1, o.qubits() - 1, o.degree);
}

std::vector<NeuronTerms> neurons_of(const RvqeOptions& o) {
  std::vector<NeuronTerms> all;
  for (int q = 0; q < o.workspace; ++q) all.push_back(terms_of(o, o.bits() + q, fmt::format("input.{}", q)));
  for (int s = 0; s < o.stages; ++s)
    for (int q = 0; q < o.workspace; ++q)
      all.push_back(terms_of(o, o.bits() + q, fmt::format("stages.{}.neurons.{}", s, q)));
  for (int q = 0; q < o.bits(); ++q) all.push_back(terms_of(o, q, fmt::format("output.{}", q)));
  return all;
}

}  // namespace ebit::inline cell
