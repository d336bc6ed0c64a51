#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/ansatz.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;

// Every built-in ansatz: the one-wire gates that were there, in their order, each with an angle that no other
// place of the whole ansatz had unless it shared it before.
TEST(WithoutEntanglement, KeepsTheOneWireGatesOfEveryAnsatzAndTheirAngles) {
  for (const Ansatz& whole : ansaetze())
    for (int wires : {2, 3, 5}) {
      SCOPED_TRACE(testing::Message() << whole.name << " on " << wires);
      const Ansatz product = without_entanglement(whole);
      const int layers = 3;
      const Circuit before = build_ansatz(whole, wires, layers), after = build_ansatz(product, wires, layers);
      const int each = product.angles_per_layer(wires);
      EXPECT_LE(each, whole.angles_per_layer(wires));
      std::vector<Operation> expected;
      for (const Operation& o : before.operations())
        if (gate(o.gate).wires == 1) expected.push_back(o);
      ASSERT_EQ(after.operations().size(), expected.size());
      std::map<int, int> number;  // old to new
      std::set<int> used;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const Operation &was = expected[i], &is = after.operations()[i];
        EXPECT_EQ(is.gate, was.gate);
        EXPECT_EQ(is.wires[0], was.wires[0]);
        for (std::size_t k = 0; k < static_cast<std::size_t>(gate(was.gate).angles); ++k) {
          const auto [at, fresh] = number.try_emplace(was.angles[k].index, is.angles[k].index);
          EXPECT_EQ(at->second, is.angles[k].index);
          EXPECT_EQ(used.insert(is.angles[k].index).second, fresh);
        }
      }
      EXPECT_EQ(static_cast<int>(used.size()), layers * each);
      EXPECT_EQ(after.shared_parameters(), layers * each);
    }
}

TEST(WithoutEntanglement, DropsAnglesOfTwoWireGates) {
  const Ansatz zz = without_entanglement(find_ansatz("zz-ring"));
  EXPECT_EQ(zz.angles_per_layer(4), 12);
  EXPECT_EQ(summary_of(zz, 4), "zz-ring without entanglement (12 of 16 angles a layer)");
  EXPECT_EQ(summary_of(*zz.whole, 4), "zz-ring");
  EXPECT_EQ(without_entanglement(find_ansatz("crz-all")).angles_per_layer(3), 6);
  EXPECT_EQ(without_entanglement(find_ansatz("basic-entangler-ry")).angles_per_layer(1), 1);
}

TEST(WithoutEntanglement, WorksOnGateListsAndRefusesThoseThatHaveNothingToDrop) {
  const Ansatz mixed = parse_ansatz(R"(gates = [
    {gate = "CRX", wires = "chain", angles = ["c"]},
    {matrix_re = [[0, 1], [1, 0]], wires = [1]},
    {gate = "RY", wires = "all", angles = ["-a/2"]},
    {gate = "RX", wires = [0], angles = ["c0"]}])",
                                    "mixed.toml");
  const Ansatz product = without_entanglement(mixed);
  EXPECT_EQ(product.angles_per_layer(3), 4);
  const Circuit circuit = build_ansatz(product, 3, 1);
  ASSERT_EQ(circuit.operations().size(), 5u);
  EXPECT_GE(circuit.operations()[0].matrix, 0);
  EXPECT_EQ(circuit.operations()[1].angles[0].scale, -0.5);
  EXPECT_EQ(circuit.operations()[4].angles[0].index, 3);
  const Ansatz local =
      parse_ansatz(R"(gates = [{gate = "RY", wires = "all", angles = ["a"]}])", "local.toml");
  EXPECT_THAT(error_of([&] { without_entanglement(local).angles_per_layer(2); }),
              HasSubstr("'local' has no two-qubit gates"));
}

TEST(WithoutEntanglement, IsChosenByOptions) {
  EXPECT_EQ(chosen_ansatz("ring-ry", std::nullopt, true).name, "ring-ry");
  EXPECT_EQ(chosen_ansatz("ring-ry", std::nullopt, false).name, "ring-ry without entanglement");
  EXPECT_EQ(chosen_ansatz("ring-ry", find_ansatz("zz-ring"), false).name, "zz-ring without entanglement");
  EXPECT_THAT(error_of([] { chosen_ansatz("ring-rxy", std::nullopt, false); }),
              HasSubstr("did you mean 'ring-rx'"));
}

}  // namespace
}  // namespace ebit::inline cell
