// Counts allocations: replaces the global operator new of this test program.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "ebit/cell/register_cell.h"
#include "ebit/nn/register_model.h"
#include "ebit/train/native_step.h"

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
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }

namespace ebit::train {
namespace {

constexpr std::size_t kBatch = 5, kSteps = 4;

Dataset small_data() {
  Dataset data;
  data.train = {
      .count = 20, .steps = kSteps, .features = 1, .outputs = 1, .x = {}, .y = {}, .target_row = {}};
  for (std::size_t i = 0; i < data.train.count * kSteps; ++i) data.train.x.push_back(0.01 * double(i) - 0.4);
  for (std::size_t i = 0; i < data.train.count; ++i) data.train.y.push_back(0.1 * double(i % 7));
  return data;
}

// What the cell allocates by itself, forward and backward, is not the step's.
std::size_t allocations_of_cell(const RegisterOptions& options, bool hidden_wanted, int repeats) {
  RegisterCell<double> cell(options);
  const std::vector<double> parameters(cell.parameters(), 0.3), x(kBatch * kSteps, 0.2);
  std::vector<double> y(kBatch * cell.outputs(), 0.1), hidden(kBatch * cell.hidden_numbers()),
      d_parameters(cell.parameters());
  Tape<double> tape;
  const SequenceInput<double> input{.samples = kBatch, .steps = kSteps, .x = x.data()};
  std::size_t before = 0;
  for (int i = 0; i <= repeats; ++i) {
    if (i == 1) before = allocations;  // the tape has its size
    cell.forward(parameters, input, y.data(), hidden_wanted ? hidden.data() : nullptr, &tape);
    cell.backward(parameters, input, tape, y.data(), nullptr, {d_parameters.data(), nullptr, nullptr});
  }
  return allocations - before;
}

TEST(NativeStepMemory, NothingIsAllocatedFromBatchToBatch) {
  const Dataset data = small_data();
  const Batch one = {3, 1, 4, 15, 9}, two = {2, 6, 5, 3, 0};
  for (const OptimizerRow& row : optimizer_table())
    for (const bool head : {false, true})
      for (const bool stateful : {false, true})
        for (const std::string stage : {"", "disentangled", "entangled"}) {
          TrainOptions options;
          options.optimizer = row.name;
          options.optimizer_options.momentum = 0.5;
          options.clip = 1e-3;
          options.step = "native";
          RegisterOptions cell;
          if (!stage.empty()) cell.entropy = "von-neumann", cell.entropy_stage = stage;
          nn::RegisterModel model(nn::RegisterModelOptions(nn::RegisterRNNOptions(cell), 1)
                                      .linear_head(head)
                                      .stateful(stateful)
                                      .entropy_loss({stage.empty() ? 0.0 : 0.1, std::nullopt}));
          const auto step = make_step({*model, data, options});
          step->start_epoch(0.01);
          for (std::uint64_t i = 0; i < 3; ++i) step->run(one, i);
          const std::size_t before = allocations;
          for (std::uint64_t i = 0; i < 10; ++i) step->run(i % 2 ? one : two, i);
          const std::size_t during = allocations - before;
          EXPECT_LE(during, allocations_of_cell(model->rnn->options(), stateful, 10))
              << row.name << head << stage;
        }
}

TEST(NativeStepMemory, TheCountSeesAllocations) {
  const std::size_t before = allocations;
  const auto kept = std::make_unique<std::vector<double>>(100, 1.0);
  EXPECT_EQ(allocations - before, 2u);
  EXPECT_EQ(kept->back(), 1.0);
}

}  // namespace
}  // namespace ebit::train
