#include "ebit/sim/state_preparation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline sim {
namespace {

// 1 - |<a|b>| of what the gates make and what was asked for, both of norm 1.
double distance(const Circuit& circuit, std::span<const Complex> amplitudes) {
  const Eigen::VectorXcd made = oracle::circuit_matrix(circuit, {}).col(0);
  Eigen::VectorXcd wanted(made.size());
  for (Eigen::Index i = 0; i < wanted.size(); ++i) wanted[i] = amplitudes[static_cast<std::size_t>(i)];
  wanted.normalize();
  const Complex overlap = wanted.dot(made);
  return (made - overlap / std::abs(overlap) * wanted).lpNorm<Eigen::Infinity>();
}

TEST(StatePreparation, MakesTheStatesOfTheReferenceFile) {
  const auto file =
      nlohmann::json::parse(read_file(EBIT_SOURCE_DIR "/tests/golden/noise/export/state_preparation.json"));
  ASSERT_EQ(file.size(), 20u);
  for (const auto& entry : file) {
    const int wires = entry.at("wires");
    const std::string kind = entry.at("kind");
    const auto re = entry.at("amplitudes").at("re").get<std::vector<double>>();
    const auto im = entry.at("amplitudes").at("im").get<std::vector<double>>();
    std::vector<Complex> amplitudes;
    for (std::size_t k = 0; k < re.size(); ++k) amplitudes.emplace_back(re[k], im[k]);
    std::vector<int> on;
    for (int q = 0; q < wires; ++q) on.push_back(q);
    Circuit circuit(wires);
    append_state_preparation(circuit, on, amplitudes);
    EXPECT_LT(distance(circuit, amplitudes), 1e-14) << kind << " on " << wires;
    const std::size_t full = (std::size_t{1} << wires) - 1 + (std::size_t{1} << wires) - 2;
    if (kind.starts_with("real"))
      EXPECT_EQ(circuit.operations().size(), wires == 2 ? 4u : full);
    else
      EXPECT_EQ(circuit.operations().size(), 2 * full);
  }
}

TEST(StatePreparation, WiresMayStandAnywhereAndSizesAreChecked) {
  const std::vector<Complex> amplitudes = {0.1, Complex(0, -2), 0.7, Complex(-0.3, 0.4)};
  Circuit circuit(3);
  const int on[] = {2, 0};
  append_state_preparation(circuit, on, amplitudes);
  // Wire 2 is the high bit, wire 0 the low one: index of the register is bit(0) 4 + bit(2).
  const std::vector<Complex> spread = {amplitudes[0], amplitudes[2], 0, 0,
                                       amplitudes[1], amplitudes[3], 0, 0};
  EXPECT_LT(distance(circuit, spread), 1e-14);
  EXPECT_THROW(append_state_preparation(circuit, on, std::vector<Complex>(4)), Error);
  EXPECT_THROW(append_state_preparation(circuit, on, std::vector<Complex>(2, 1.0)), Error);
}

}  // namespace
}  // namespace ebit::inline sim
