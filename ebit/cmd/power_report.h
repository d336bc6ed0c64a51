// What `ebit power` computes of one unitary, apart from how it is printed.
#pragma once

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "ebit/info/power.h"

namespace ebit::cmd {

/// Both powers of a unitary with ancillas of one size.
struct Powers {
  std::array<int, 2> ancilla{1, 1};  ///< dimensions of A' and B', 1: none
  PowerResult up;                    ///< E_up
  PowerResult down;                  ///< E_down
};

/// All that is said of a unitary.
struct PowerReport {
  std::string name;                           ///< as given
  BipartiteUnitary unitary;                   ///< the matrix
  std::vector<Powers> powers;                 ///< by size of the ancillas
  double upper_bound = 0;                     ///< 2 log2 min(d_a, d_b)
  int schmidt_rank = 0;                       ///< of the operator
  double schmidt_entropy = 0;                 ///< of the operator, in bits
  double average_power = 0;                   ///< Zanardi's
  std::optional<std::array<double, 3>> weyl;  ///< of a two-qubit gate
  bool perfect_entangler = false;             ///< of a two-qubit gate
};

/// Computes all of it. @param ancilla dimensions of A' and B'; {1, 1} leaves out the search with ancillas.
/// @param search starts and seed.
PowerReport power_report(std::string name, const BipartiteUnitary& unitary, std::array<int, 2> ancilla,
                         const PowerOptions& search);

/// The report for people: a table of powers, numbers of the operator, and the states that reach the powers.
std::string power_text(const PowerReport& report);

/// The report as JSON; its fields are described in docs/entanglement.md.
nlohmann::ordered_json power_json(const PowerReport& report);

/// One power with the state that reaches it, as JSON.
nlohmann::ordered_json power_result_json(const PowerResult& result, const BipartiteUnitary& u,
                                         const std::array<int, 2>& ancilla);

/// "0.707 |01,2> - 0.5i |10,0>": a state's amplitudes by size, at most `most` of them. Digits of the kets are
/// levels of A, A', comma, B, B'; ancillas of one level are left out.
std::string state_text(const std::vector<Complex>& state, const BipartiteUnitary& u,
                       std::array<int, 2> ancilla, std::size_t most);

}  // namespace ebit::cmd
