// Counts allocations: replaces the global operator new of this test program.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "ebit/cell/tape.h"
#include "ebit/fit/optimizers.h"
#include "ebit/fit/test_support.h"

namespace {
thread_local std::size_t allocations = 0;

void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* place = std::aligned_alloc(alignment, (size / alignment + 1) * alignment);
  if (place == nullptr) throw std::bad_alloc();
  return place;
}
}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
// std::stable_sort asks in this way; left alone it would be the sanitizer's, and the delete below ours.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
// Seen through the new above, which it inlines under sanitizers, gcc takes what is freed for another's.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }

namespace ebit::fit {
namespace {

// What the cell allocates by itself, forward and backward, is not the step's.
std::size_t allocations_of_cell(const ModelSpec& spec, const Examples& examples, int repeats) {
  const auto cell = make_cell<double>(std::get<CellOptions>(spec.core));
  const std::size_t B = examples.samples, T = examples.steps;
  const std::vector<double> parameters(cell->parameters(), 0.3);
  std::vector<double> y(B * T * cell->outputs(), 0.1), state(B * cell->state_numbers()), entropy(B * T, 0.1),
      d_parameters(cell->parameters());
  const bool with_entropy = spec.entropy.weight != 0;
  TapeMemory memory;
  const std::span<std::byte> tape = memory.take(cell->tape_bytes(B, T));
  const SequenceInput<double> input{.samples = B, .steps = T, .x = examples.x.data()};
  std::size_t before = 0;
  for (int i = 0; i <= repeats; ++i) {
    if (i == 1) before = allocations;  // every buffer has its size
    cell->forward(parameters, input,
                  {.y = y.data(),
                   .state = spec.stateful ? state.data() : nullptr,
                   .entropy = with_entropy ? entropy.data() : nullptr},
                  tape);
    cell->backward(parameters, input, tape,
                   {.y = y.data(), .entropy = with_entropy ? entropy.data() : nullptr},
                   {.parameters = d_parameters.data()});
  }
  return allocations - before;
}

void expect_nothing_allocated(const ModelSpec& spec, const TrainOptions& options, const std::string& what) {
  const auto model = make_model(spec);
  Examples one = random_examples(model->spec(), 5, 4, 1), two = random_examples(model->spec(), 5, 4, 2);
  one.goes_on = two.goes_on = true;
  const auto step = model->make_step(options);
  step->start_epoch(0.01);
  for (std::uint64_t i = 0; i < 3; ++i) step->run(one, i);
  const std::size_t before = allocations;
  for (std::uint64_t i = 0; i < 10; ++i) step->run(i % 2 ? one : two, i);
  const std::size_t during = allocations - before;
  EXPECT_LE(during, allocations_of_cell(model->spec(), one, 10)) << what;
}

TEST(CellStepMemory, NothingIsAllocatedFromBatchToBatch) {
  for (const OptimizerRow& row : optimizers())
    for (const std::string dtype : {"float64", "float32"})
      for (const bool head : {false, true})
        for (const bool stateful : {false, true})
          for (const std::string stage : {"", "disentangled", "entangled"}) {
            ModelSpec spec = register_spec(1, head, stateful);
            spec.dtype = dtype;
            if (!stage.empty())
              spec.entropy.weight = 0.1, spec.entropy_kind = "von-neumann", spec.entropy_stage = stage;
            const TrainOptions options{
                .optimizer = std::string(row.name), .optimizer_options = {.momentum = 0.5}, .clip = 1e-3};
            expect_nothing_allocated(spec, options, std::string(row.name) + dtype + stage);
          }
}

TEST(CellStepMemory, NothingIsAllocatedForAnyCellAndAnswer) {
  for (const TriedCore& tried : tried_cores())
    for (const Answer answer : {Answer::kNumbers, Answer::kClass, Answer::kClasses})
      for (const char* pool : {"last", "mean"}) {
        ModelSpec spec;
        spec.core = tried.core;
        spec.input.width = tried.width;
        spec.head = {.answer = answer, .outputs = 3, .pool = pool};
        expect_nothing_allocated(spec, {}, tried.name);
      }
}

TEST(CellStepMemory, TheCountSeesAllocations) {
  const std::size_t before = allocations;
  const auto kept = std::make_unique<std::vector<double>>(100, 1.0);
  EXPECT_EQ(allocations - before, 2u);
  EXPECT_EQ(kept->back(), 1.0);
}

}  // namespace
}  // namespace ebit::fit
