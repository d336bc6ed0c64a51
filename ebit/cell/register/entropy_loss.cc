#include "ebit/cell/register/entropy_loss.h"

#include <algorithm>
#include <cmath>

#include "ebit/base/error.h"
#include "ebit/info/entropy.h"

namespace ebit::inline cell {

void check_entropy_loss(const EntropyLoss& loss, const RegisterOptions& cell) {
  require(std::isfinite(loss.weight), "--entropy-weight must be finite, not {}", loss.weight);
  if (loss.weight == 0) {
    require(!loss.target, "--entropy-target {} has no effect without --entropy-weight: give a weight above 0",
            *loss.target);
    return;
  }
  require(!cell.entropy.empty(),
          "an entropy in the loss needs a cell that gives one: RegisterOptions::entropy");
  if (!loss.target) return;
  require(loss.weight > 0,
          "--entropy-weight {} with a target would drive the entropy away from it: give a weight above 0",
          loss.weight);
  const int smaller = std::min(cell.system, cell.ancilla);
  const double largest = largest_entropy(entropy(cell.entropy), std::size_t{1} << smaller);
  require(*loss.target >= 0 && *loss.target <= largest,
          "--entropy-target must be from 0 to {:.6g}, the largest {} entropy of registers of {}+{} qubits, "
          "not {}",
          largest, cell.entropy, cell.system, cell.ancilla, *loss.target);
}

template <class T>
double entropy_loss(const EntropyLoss& loss, std::span<const T> entropy, T* d_entropy) {
  const T share = static_cast<T>(loss.weight / static_cast<double>(entropy.size()));
  double sum = 0;
  for (std::size_t i = 0; i < entropy.size(); ++i) {
    const T distance = entropy[i] - static_cast<T>(loss.target.value_or(0));
    sum += loss.target ? distance * distance : -entropy[i];
    d_entropy[i] = loss.target ? 2 * share * distance : -share;
  }
  return loss.weight * sum / static_cast<double>(entropy.size());
}

template double entropy_loss(const EntropyLoss&, std::span<const float>, float*);
template double entropy_loss(const EntropyLoss&, std::span<const double>, double*);

}  // namespace ebit::inline cell
