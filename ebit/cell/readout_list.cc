#include "ebit/cell/readout_list.h"

#include <algorithm>

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

bool is_letters(std::string_view entry) {
  return !entry.empty() && entry.find_first_not_of("XYZ") == std::string_view::npos;
}

}  // namespace

std::vector<Observable> parse_readout(std::span<const std::string> readout, int qubits) {
  require(!readout.empty(), "a cell needs something to read, such as Z or XYZ");
  std::vector<Observable> observables;
  for (const std::string& entry : readout) {
    if (!is_letters(entry)) {
      observables.push_back(parse_observable(entry, qubits));
    } else if (entry.size() == 2 && entry[0] == entry[1]) {
      require(qubits >= 2, "readout '{}' is of pairs of qubits, and there is {}", entry, qubits);
      for (int q = 0; q < qubits; ++q)
        for (int r = q + 1; r < qubits; ++r)
          observables.push_back(parse_observable(fmt::format("{0}{1}*{0}{2}", entry[0], q, r), qubits));
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
