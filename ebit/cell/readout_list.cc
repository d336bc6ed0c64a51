#include "ebit/cell/readout_list.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

bool is_letters(std::string_view entry) {
  return !entry.empty() && entry.find_first_not_of("XYZ") == std::string_view::npos;
}

// `letters` of two Paulis, on every pair of qubits.
void add_pairs(std::string_view letters, std::string_view entry, int qubits, std::vector<Observable>& to) {
  require(qubits >= 2, "readout '{}' is of pairs of qubits, and there is {}", entry, qubits);
  for (int q = 0; q < qubits; ++q)
    for (int r = q + 1; r < qubits; ++r)
      to.push_back(parse_observable(fmt::format("{}{}*{}{}", letters[0], q, letters[1], r), qubits));
}

}  // namespace

std::vector<Observable> parse_readout(std::span<const std::string> readout, int qubits) {
  require(!readout.empty(), "a cell needs something to read, such as Z or XYZ");
  std::vector<Observable> observables;
  for (const std::string& entry : readout) {
    if (entry == "PP") {
      for (const char first : {'X', 'Y', 'Z'})
        for (const char second : {'X', 'Y', 'Z'})
          add_pairs(std::string{first, second}, entry, qubits, observables);
    } else if (!is_letters(entry)) {
      observables.push_back(parse_observable(entry, qubits));
    } else if (entry.size() == 2 && entry[0] == entry[1]) {
      add_pairs(entry, entry, qubits, observables);
    } else {
      for (char letter : entry) {
        require(std::count(entry.begin(), entry.end(), letter) == 1,
                "readout '{0}' has {1} twice: {1}{1} alone reads every pair, and Z0*Z1 is one of them", entry,
                letter);
        for (int q = 0; q < qubits; ++q)
          observables.push_back(parse_observable(fmt::format("{}{}", letter, q), qubits));
      }
    }
  }
  return observables;
}

}  // namespace ebit::inline cell
