// What a batch costs in memory, of any cell: nothing new from call to call, and no more for longer coherent
// sequences.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>

#include "ebit/cell/testing/every_cell.h"

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

namespace ebit::inline cell {
namespace {

// Forward and backward over and over; @returns how many allocations the last call makes.
std::size_t allocations_of(const NamedCell& cell, bool padded) {
  CellProblem<double> problem(cell.options, 20, 7, 1);
  problem.training = cell.training;
  for (std::size_t b = 0; padded && b < 20; ++b) problem.lengths.push_back(static_cast<std::int64_t>(b % 8));
  std::vector<double> d_x(problem.x.size()), d_parameters(problem.parameters.size());
  TapeMemory memory;
  const auto once = [&] {
    const auto tape = memory.take(problem.cell->tape_bytes(20, 7));
    problem.cell->forward(problem.parameters, problem.input(), {problem.y.data(), problem.last.data()}, tape);
    problem.cell->backward(problem.parameters, problem.input(), tape, problem.cotangent(),
                           {d_parameters.data(), d_x.data(), nullptr});
  };
  for (int i = 0; i < 3; ++i) once();
  const std::size_t before = allocations;
  once();
  return allocations - before;
}

TEST(EveryCell, AllocatesNothingAfterTheFirstCalls) {
  for (const NamedCell& cell : every_cell())
    for (bool padded : {false, true}) EXPECT_EQ(allocations_of(cell, padded), 0u) << cell.name;
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
      const RegisterCell<double> cell(coherent(engine, "uncompute"));
      EXPECT_EQ(cell.tape_bytes(1, steps),
                kAlignment + cell.state_numbers() * kLanes<double> * sizeof(double))
          << "one state";
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
    kept.forward();
    double norm = 0;
    for (T number : kept.last) norm += static_cast<double>(number) * number;
    EXPECT_LT(std::abs(norm - 1), drift);
    const auto a = kept.gradient(), b = undone.gradient();
    double size = 0, first = 0;
    for (T d : a.x) size = std::max(size, std::abs(static_cast<double>(d)));
    for (std::size_t i = 0; i < kept.cell->inputs(); ++i)
      first = std::max(first, std::abs(static_cast<double>(a.x[i]) - static_cast<double>(b.x[i])));
    EXPECT_GT(size, 0.1);
    EXPECT_LT(first, recovered * size);
    EXPECT_LT(largest_difference(a.x, b.x), recovered * size);
  }
}

TEST(RegisterSequence, TenThousandCoherentStepsInFloat64) { ten_thousand_steps<double>(1e-11, 1e-9); }
TEST(RegisterSequence, TenThousandCoherentStepsInFloat32) { ten_thousand_steps<float>(1e-2, 5e-2); }

}  // namespace
}  // namespace ebit::inline cell
