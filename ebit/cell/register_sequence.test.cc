// What a batch costs in memory: nothing new from call to call, and no more for longer coherent sequences.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>

#include "ebit/base/parallel.h"
#include "ebit/cell/cell_problem.h"

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  void* const p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!p) throw std::bad_alloc();
  return p;
}

}  // namespace

// These replace the global ones in this test program.
[[gnu::noinline]] void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace ebit {
namespace {

// Forward and backward over and over; @returns how many allocations the last call makes.
std::size_t allocations_of(const RegisterOptions& options) {
  CellProblem<double> problem(options, 20, 7, 1);
  std::vector<double> y(problem.output_numbers()), last(problem.d_last.size()), d_x(problem.x.size());
  std::vector<double> d_parameters(problem.parameters.size());
  Tape<double> tape;
  const auto once = [&] {
    problem.cell.forward(problem.parameters, problem.input(), y.data(), last.data(), &tape);
    problem.cell.backward(problem.parameters, problem.input(), tape, problem.d_y.data(),
                          problem.d_last.data(), {d_parameters.data(), d_x.data(), nullptr});
  };
  for (int i = 0; i < 3; ++i) once();
  const std::size_t before = allocations;
  once();
  return allocations - before;
}

TEST(RegisterSequence, AllocatesNothingAfterTheFirstCalls) {
  for (const char* engine : {"fold", "gates"})
    for (const auto& update : hidden_updates<double>())
      for (const char* encoder : {"linear-amplitude", "arctan-angle"}) {
        if (update.memory == Memory::kWholeState && encoder == std::string("linear-amplitude")) continue;
        RegisterOptions options;
        options.engine = engine, options.hidden = update.name, options.encoder = encoder;
        EXPECT_EQ(allocations_of(options), 0u) << engine << ", " << update.name << ", " << encoder;
      }
}

RegisterOptions coherent(const char* engine, const char* memory) {
  RegisterOptions options;
  options.encoder = "arccos-angle", options.ansatz = "zz-ring", options.hidden = "coherent";
  options.layers_dis = 0, options.engine = engine, options.gradient_memory = memory;
  return options;
}

TEST(RegisterSequence, CoherentTapesDoNotGrowWithTheSequence) {
  for (const char* engine : {"fold", "gates"})
    for (std::size_t steps : {10u, 1000u}) {
      CellProblem<double> problem(coherent(engine, "uncompute"), 1, steps, 17);
      Tape<double> tape;
      std::vector<double> y(1);
      problem.cell.forward(problem.parameters, problem.input(), y.data(), nullptr, &tape);
      EXPECT_EQ(tape.hidden.size(), problem.cell.hidden_numbers() * kLanes<double>) << "one state";
      EXPECT_EQ(tape.states.size() + tape.outcome.size(), 0u);
    }
}

// 10,000 steps there and back. Norms drift by less than 1e-11 (float32: 1e-2), and the states that
// un-computation recovers are those that were stored: the first step's gradient, read off the state recovered
// last, agrees to 1e-9 of the largest (float32: 5e-2).
template <class T>
void ten_thousand_steps(double drift, double recovered) {
  for (const char* engine : {"fold", "gates"}) {
    SCOPED_TRACE(engine);
    CellProblem<T> kept(coherent(engine, "store"), 1, 10000, 17),
        undone(coherent(engine, "uncompute"), 1, 10000, 17);
    std::vector<T> y(1), last(kept.cell.hidden_numbers());
    kept.cell.forward(kept.parameters, kept.input(), y.data(), last.data());
    double norm = 0;
    for (T number : last) norm += static_cast<double>(number) * number;
    EXPECT_LT(std::abs(norm - 1), drift);
    const auto a = kept.gradient(), b = undone.gradient();
    double size = 0, first = 0;
    for (T d : a.x) size = std::max(size, std::abs(static_cast<double>(d)));
    for (std::size_t i = 0; i < static_cast<std::size_t>(kept.cell.options().features); ++i)
      first = std::max(first, std::abs(static_cast<double>(a.x[i]) - static_cast<double>(b.x[i])));
    EXPECT_GT(size, 0.1);
    EXPECT_LT(first, recovered * size);
    EXPECT_LT(largest_difference(a.x, b.x), recovered * size);
  }
}

TEST(RegisterSequence, TenThousandCoherentStepsInFloat64) { ten_thousand_steps<double>(1e-11, 1e-9); }
TEST(RegisterSequence, TenThousandCoherentStepsInFloat32) { ten_thousand_steps<float>(1e-2, 5e-2); }

}  // namespace
}  // namespace ebit
