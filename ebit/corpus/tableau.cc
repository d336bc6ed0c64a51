#include "ebit/corpus/tableau.h"

#include <bit>

#include "ebit/base/error.h"

namespace ebit::inline corpus {
namespace {

constexpr std::string_view kLetters = "IXYZ";

// Y is i X Z: the phase of a string with sign +.
int positive(const PauliString& string) { return std::popcount(string.x & string.z) & 3; }

}  // namespace

PauliString pauli_string(std::string_view letters) {
  PauliString string;
  for (std::size_t q = 0; q < letters.size(); ++q) {
    const std::size_t letter = kLetters.find(letters[q]);
    require(letter != std::string_view::npos, "a Pauli string has the letters I, X, Y and Z, not '{}'",
            letters);
    string.x |= static_cast<std::uint32_t>(letter == 1 || letter == 2) << q;
    string.z |= static_cast<std::uint32_t>(letter >= 2) << q;
  }
  return string;
}

PauliString pauli_string(std::uint64_t number, int qubits) {
  PauliString string;
  for (int q = qubits; q-- > 0; number >>= 2) {
    const std::uint64_t letter = number & 3;
    string.x |= static_cast<std::uint32_t>(letter == 1 || letter == 2) << q;
    string.z |= static_cast<std::uint32_t>(letter >= 2) << q;
  }
  return string;
}

Tableau::Tableau(int qubits) {
  require(qubits >= 1 && qubits <= kMostQubits, "a tableau has 1 to {} qubits, not {}", kMostQubits, qubits);
  stabilizers_.resize(static_cast<std::size_t>(qubits)), partners_.resize(stabilizers_.size());
  reset();
}

void Tableau::reset() {
  for (std::size_t q = 0; q < stabilizers_.size(); ++q) {
    stabilizers_[q] = {{0, std::uint32_t{1} << q}, 0};
    partners_[q] = {{std::uint32_t{1} << q, 0}, 0};
  }
}

bool Tableau::commute(const PauliString& a, const PauliString& b) {
  return (std::popcount(a.x & b.z) + std::popcount(a.z & b.x)) % 2 == 0;
}

// Z^z X^x = (-1)^(z.x) X^x Z^z.
void Tableau::multiply(Row& row, const Row& by) {
  row.phase = (row.phase + by.phase + 2 * std::popcount(row.string.z & by.string.x)) & 3;
  row.string.x ^= by.string.x, row.string.z ^= by.string.z;
}

int Tableau::outcome(const PauliString& string) const {
  for (const Row& row : stabilizers_)
    if (!commute(row.string, string)) return -1;
  // It is plus or minus the product of the stabilizers whose partners it anticommutes with.
  Row product;
  for (std::size_t k = 0; k < partners_.size(); ++k)
    if (!commute(partners_[k].string, string)) multiply(product, stabilizers_[k]);
  return ((product.phase - positive(string)) & 3) / 2;
}

void Tableau::project(const PauliString& string, int outcome) {
  require(outcome == 0 || outcome == 1, "an outcome is 0 or 1, not {}", outcome);
  std::size_t first = 0;
  while (first < stabilizers_.size() && commute(stabilizers_[first].string, string)) ++first;
  if (first == stabilizers_.size()) {
    require(this->outcome(string) == outcome, "outcome {} of this measurement is impossible", outcome);
    return;
  }
  const Row old = stabilizers_[first];
  for (std::size_t k = 0; k < stabilizers_.size(); ++k) {
    if (k != first && !commute(stabilizers_[k].string, string)) multiply(stabilizers_[k], old);
    if (k != first && !commute(partners_[k].string, string)) multiply(partners_[k], old);
  }
  partners_[first] = old;
  stabilizers_[first] = {string, (positive(string) + 2 * outcome) & 3};
}

}  // namespace ebit::inline corpus
