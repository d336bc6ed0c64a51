#include "ebit/analysis/inspect/sequences.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ebit/analysis/inspect/step_columns.h"

namespace ebit::analysis {
namespace {

using Numbers = std::vector<double>;

// Answers with the sum of the first `past` steps before the last one, and the last one; its gradient in step
// t is t + 1.
class Sum : public fit::Model {
 public:
  explicit Sum(bool past) : fit::Model({}), past_(past) {}
  NumberCounts counts() const override { return {}; }
  fit::Tensors weights() const override { return {}; }
  void load(const fit::Tensors&, std::string_view) override {}
  void reset_state() override {}
  void seed_draws(std::uint64_t, std::uint64_t) override {}
  double mean_loss(std::string_view, std::span<const double>, std::span<const double>) const override {
    return 0;
  }
  std::unique_ptr<fit::TrainStep> make_step(const fit::TrainOptions&) override { return nullptr; }
  fit::Answers answer(const fit::Examples& examples) override {
    fit::Answers answers{.outputs = 1};
    for (std::size_t b = 0; b < examples.samples; ++b) {
      const auto last = static_cast<std::size_t>(examples.lengths[b]) - 1;
      double sum = 0;
      for (std::size_t t = past_ ? 0 : last; t <= last; ++t) sum += examples.x[b * examples.steps + t];
      answers.numbers.push_back(sum);
    }
    return answers;
  }
  std::vector<double> input_gradient(const fit::Examples& examples) override {
    Numbers gradient;
    for (std::size_t b = 0; b < examples.samples; ++b)
      for (std::size_t t = 0; t < examples.steps; ++t) gradient.push_back(static_cast<double>(t + 1));
    return gradient;
  }

 private:
  bool past_;
};

// Three steps and one step; what lies past the end must not count.
Sequences two() {
  Sequences all{
      .examples = {.samples = 2, .steps = 3, .features = 1, .x = {1, 2, 4, 8, 99, 99}, .lengths = {3, 1}},
      .x = {1, 2, 4, 8, 99, 99},
      .lengths = {3, 1},
      .samples = 2,
      .steps = 3,
      .window = 3};
  return all;
}

TEST(InspectSequences, GradientsByStepAndAtBothEnds) {
  Sum model(true);
  const Dependence found = dependence(model, two(), 1);
  EXPECT_EQ(found.by_step, (Numbers{1, 2, 3}));
  EXPECT_DOUBLE_EQ(found.first, 1);
  EXPECT_DOUBLE_EQ(found.last, std::sqrt((9.0 + 1) / 2)) << "each sequence's own last step";
}

TEST(InspectSequences, ThePastOfOthersIsExchanged) {
  Sum with_past(true), without(false);
  const Dependence remembers = dependence(with_past, two(), 1), forgets = dependence(without, two(), 1);
  EXPECT_EQ(remembers.answers, (Numbers{7, 8}));
  EXPECT_EQ(remembers.exchanged, (Numbers{4, 1 + 2 + 8})) << "the other's length, one's own last step";
  EXPECT_EQ(forgets.answers, forgets.exchanged);
}

TEST(InspectSequences, ColumnsLeaveOutWhatIsPastTheEnd) {
  const StepColumn column = step_column(two(), "x", "x", {1, 2, 4, 8, 99, 99});
  EXPECT_EQ(column.mean, (Numbers{4.5, 2, 4}));
  EXPECT_EQ(column.least, (Numbers{1, 2, 4}));
  EXPECT_EQ(column.greatest, (Numbers{8, 2, 4}));
}

// Windows that are one sequence for the cell are shown as windows.
TEST(InspectSequences, CarriedWindowsAreShownOneByOne) {
  Sequences all{.samples = 1, .steps = 6, .window = 3, .carried = true};
  EXPECT_EQ(all.count(), 2u);
  EXPECT_EQ(step_column(all, "x", "x", {1, 2, 3, 5, 6, 7}).mean, (Numbers{3, 4, 5}));
}

}  // namespace
}  // namespace ebit::analysis
