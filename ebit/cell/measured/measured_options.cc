#include "ebit/cell/measured/measured_options.h"

#include "ebit/base/error.h"

namespace ebit::inline cell {
namespace {

constexpr int kMostShared = 14, kMostFree = 4;
constexpr Choice kForms[] = {
    {"shared", "a setting is a letter for each qubit, and the numbers of a letter are shared by all qubits"},
    {"free", "a setting is a number, and each has a unitary of its own"},
};

}  // namespace

std::span<const Choice> forms() { return kForms; }

int MeasuredOptions::qubits() const {
  if (form == "shared") return (inputs - 1) % 4 == 0 && inputs > 1 ? (inputs - 1) / 4 : 0;
  int n = 0;
  while (n < kMostFree && (1 << 2 * n) < inputs) ++n;
  return inputs > 1 && (1 << 2 * n) == inputs ? n : 0;
}

void check(const MeasuredOptions& o) {
  find_row(kForms, "no form of a measured cell is called", o.form);
  if (o.form == "shared") {
    require(o.qubits() > 0,
            "a step of a measured cell of form shared is four numbers a qubit and the outcome to project on: "
            "5, 9, 13, ... numbers, not {}",
            o.inputs);
    require(o.qubits() <= kMostShared, "a measured cell of form shared has at most {} qubits, not {}",
            kMostShared, o.qubits());
  } else {
    require(o.qubits() > 0,
            "a step of a measured cell of form free is one number a setting, 4^n - 1 for n from 1 to {}, and "
            "the outcome to project on: 4, 16, 64 or 256 numbers, not {}",
            kMostFree, o.inputs);
  }
  require(o.init_low < o.init_high, "numbers start in [{}, {}), which is empty", o.init_low, o.init_high);
}

}  // namespace ebit::inline cell
