#include "ebit/cell/register/engine_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"
#include "ebit/cell/register/register_cell.h"

namespace ebit::inline cell {
namespace {

EngineChoice choice(int system, int ancilla, std::size_t samples, std::size_t steps, int layers = 2,
                    const char* engine = "auto", const char* ansatz = "basic-entangler-ry") {
  RegisterOptions options;
  options.system = system, options.ancilla = ancilla, options.layers_en = options.layers_dis = layers;
  options.engine = engine, options.ansatz = ansatz;
  return RegisterCell<double>(options).engine(samples, steps);
}

TEST(EngineChoice, FoldsFewWiresAndRunsManyByGates) {
  EXPECT_EQ(choice(2, 2, 5, 10).engine, Engine::kFold);
  EXPECT_EQ(choice(2, 2, 64, 16).engine, Engine::kFold);
  EXPECT_EQ(choice(6, 6, 32, 20).engine, Engine::kGates);
  EXPECT_EQ(choice(8, 8, 32, 20).engine, Engine::kGates);
}

TEST(EngineChoice, TakesTheCheaperOrWhatWasAskedFor) {
  for (int wires : {1, 2, 3, 4, 5})
    for (std::size_t samples : {1u, 5u, 64u})
      for (std::size_t steps : {1u, 20u}) {
        const EngineChoice best = choice(wires, wires, samples, steps);
        EXPECT_GT(best.fold_seconds, 0);
        EXPECT_GT(best.gates_seconds, 0);
        EXPECT_EQ(best.engine, best.fold_seconds < best.gates_seconds ? Engine::kFold : Engine::kGates);
        EXPECT_EQ(choice(wires, wires, samples, steps, 2, "gates").engine, Engine::kGates);
        EXPECT_EQ(choice(wires, wires, samples, steps, 2, "fold").engine, Engine::kFold);
      }
}

// Making the matrix is shared by all steps; one step of one sample does not pay for it.
TEST(EngineChoice, CountsWhatTheCircuitAndTheBatchCost) {
  EXPECT_EQ(choice(2, 2, 1, 1).engine, Engine::kGates);
  const EngineChoice few = choice(3, 3, 32, 20, 1), many = choice(3, 3, 32, 20, 8);
  EXPECT_GT(many.gates_seconds, 7 * few.gates_seconds);
  EXPECT_LT(many.fold_seconds, 2 * few.fold_seconds);
  EXPECT_GT(choice(2, 2, 64, 16, 2, "auto", "strongly-entangling").fold_seconds,
            2 * choice(2, 2, 64, 16).fold_seconds)
      << "complex arithmetic";
}

TEST(EngineChoice, StoresStatesOfShortSequencesUnlessToldOtherwise) {
  RegisterOptions options;
  EXPECT_TRUE(RegisterCell<double>(options).stores_states(10));
  EXPECT_FALSE(RegisterCell<double>(options).stores_states(100000));
  options.gradient_memory = "store";
  EXPECT_TRUE(RegisterCell<double>(options).stores_states(100000));
  options.gradient_memory = "uncompute";
  EXPECT_FALSE(RegisterCell<double>(options).stores_states(1));
}

TEST(EngineChoice, RowsAreCompleteAndNamesChecked) {
  EXPECT_EQ(engines().front().engine, Engine::kAuto);
  EXPECT_EQ(gradient_memories().front().memory, GradientMemory::kAuto);
  for (const EngineRow& row : engines()) {
    EXPECT_FALSE(row.help.empty());
    EXPECT_EQ(find_engine(row.name), row.engine);
  }
  for (const GradientMemoryRow& row : gradient_memories()) {
    EXPECT_FALSE(row.help.empty());
    EXPECT_EQ(find_gradient_memory(row.name), row.memory);
  }
  const auto message = [](auto call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(message([] { find_engine("flod"); }),
              testing::HasSubstr("unknown engine 'flod'; did you mean 'fold'?"));
  EXPECT_THAT(message([] { find_gradient_memory("stor"); }), testing::HasSubstr("did you mean 'store'?"));
}

}  // namespace
}  // namespace ebit::inline cell
