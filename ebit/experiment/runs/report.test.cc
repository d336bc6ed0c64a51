#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/experiment/runs/run.h"
#include "ebit/experiment/runs/testing/made_results.h"
#include "ebit/experiment/runs/training_figures.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::series_results;
using testing::task_results;

// Has nothing but what a page shows.
class PageProblem : public Problem {
 public:
  std::string description() const override { return "made"; }
  std::string loss_name() const override { return "mse"; }
  std::vector<MetricName> metrics() const override { return {}; }
  std::vector<Reference> references() const override { return {}; }
  fit::InputSpec input() const override { return {}; }
  fit::HeadSpec head() const override { return {}; }
  std::vector<fit::Batch> batches(int, std::uint64_t) const override { return {}; }
  const fit::Examples& examples(const fit::Batch&) override { return none_; }
  bool validated() const override { return true; }
  fit::Validation validate(fit::Model&, std::uint64_t) const override { return {}; }
  fit::Examples sequences(std::size_t, std::size_t) const override { return {}; }
  Scores scores(fit::Model&, std::uint64_t, bool) const override { return {}; }
  std::uint64_t data_hash() const override { return 0; }
  std::vector<std::pair<std::string, std::string>> facts() const override {
    return {{"data credit", "made by hand"}};
  }
  std::vector<Exhibit> exhibits(std::span<const Scores* const> seeds) const override {
    Figure figure;
    figure.title = "Seeds";
    figure.series = {{.x = {0, 1}, .y = {0, static_cast<double>(seeds.size())}}};
    return {{.name = "predictions", .caption = "All seeds.", .sheet = Sheet{.panels = {figure}}}};
  }

 private:
  fit::Examples none_;
};

std::vector<std::string> names_of_exhibits(const std::vector<Exhibit>& exhibits) {
  std::vector<std::string> names;
  for (const Exhibit& exhibit : exhibits) names.push_back(exhibit.name);
  return names;
}

const Figure& figure_of(const Exhibit& exhibit) { return exhibit.sheet->panels[0]; }

TEST(LossExhibits, ShowTheModelAndAllModels) {
  const std::vector<Exhibit> series = loss_exhibits(series_results());
  EXPECT_THAT(names_of_exhibits(series), ElementsAre("loss", "losses"));
  const Figure& all = figure_of(series[1]);
  EXPECT_EQ(all.y_label, "validation: mse");
  ASSERT_EQ(all.series.size(), 3u) << "a band and two lines; persistence has no loss";
  EXPECT_EQ(all.series[0].style, PlotStyle::kBand);
  EXPECT_EQ(all.series[1].y, (std::vector<double>{5, 3}));
  EXPECT_EQ(all.series[2].label, "lstm");
}

TEST(LossExhibits, ShowLevelsAndValidationMetrics) {
  const std::vector<Exhibit> task = loss_exhibits(task_results());
  EXPECT_THAT(names_of_exhibits(task), ElementsAre("loss", "losses", "validation-recalled"));
  const PlotSeries& level = figure_of(task[1]).series.back();
  EXPECT_EQ(level.label, "no memory");
  EXPECT_EQ(level.y, (std::vector<double>{0.9, 0.9}));
}

TEST(LossExhibits, TrainingLossesStandForValidation) {
  Results results = task_results();
  results.validation_metrics.clear();
  for (fit::EpochRecord& record : results.models[0].seeds[0].history)
    record.validation_loss = testing::kNaN, record.metrics.clear();
  const std::vector<Exhibit> task = loss_exhibits(results);
  EXPECT_EQ(figure_of(task[1]).y_label, "training: cross-entropy, nats");
  EXPECT_EQ(figure_of(task[1]).series[0].y, (std::vector<double>{4, 2}));
  results.models.resize(1);
  EXPECT_THAT(names_of_exhibits(loss_exhibits(results)), ElementsAre("loss")) << "there is nothing beside it";
}

TEST(LossExhibits, OneEpochIsNoCourse) {
  Results results = task_results();
  for (ModelResult& model : results.models)
    for (SeedResult& seed : model.seeds)
      if (!seed.history.empty()) seed.history.resize(1);
  EXPECT_THAT(loss_exhibits(results), ::testing::IsEmpty()) << "as of what is solved in closed form";
}

TEST(EntropyExhibits, AreThereWhereAnEntropyWasInTheLoss) {
  Results results = series_results();
  ModelConfig model;
  EXPECT_TRUE(entropy_exhibits(results, model).empty());
  for (SeedResult& seed : results.models[0].seeds)
    for (fit::EpochRecord& record : seed.history) record.entropy = 0.5;
  model.entropy.target = 0.7;
  const std::vector<Exhibit> exhibits = entropy_exhibits(results, model);
  EXPECT_THAT(names_of_exhibits(exhibits), ElementsAre("entropy-in-loss"));
  EXPECT_EQ(figure_of(exhibits[0]).levels[0].at, 0.7);
}

class Report : public ::testing::Test {
 protected:
  RunResult run(Results results) const {
    RunResult result;
    result.folder =
        fs::path(EBIT_TEST_TMP) / "report" / ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(result.folder);
    fs::create_directories(result.folder);
    result.problem = std::make_shared<PageProblem>();
    result.config.data.generator = "henon";
    result.results = std::move(results);
    return result;
  }
};

TEST_F(Report, OfASeries) {
  RunResult result = run(series_results());
  write_report(result);
  const std::string page = read_file(result.folder / files::kReport);
  for (const char* words :
       {"daskin on henon", "test RMSE", "test R2", "persistence: 3.5", "daskin cannot be told from lstm",
        "2 missing values", "on the training part", "All seeds.", "made by hand"})
    EXPECT_THAT(page, HasSubstr(words));
  for (const char* name : {"comparison", "predictions", "loss", "losses"})
    for (const char* extension : {".svg", ".png"})
      EXPECT_TRUE(fs::exists(result.folder / files::kPlots / (std::string(name) + extension))) << name;
}

TEST_F(Report, OfATaskWithTexts) {
  RunResult result = run(task_results());
  result.config.problem.name = "copying";
  result.results.models[0].seeds[0].scores.exhibits = {
      {.name = "sample", .caption = "Drawn text.", .sheet = {}, .text = "abc"}};
  write_report(result);
  const std::string page = read_file(result.folder / files::kReport);
  for (const char* words : {"qrnn on copying", "test recalled", "test cross-entropy", "no memory: 0.25",
                            "qrnn beats no memory", "Drawn text.", "<pre>", "abc"})
    EXPECT_THAT(page, HasSubstr(words));
  EXPECT_TRUE(fs::exists(result.folder / files::kPlots / "validation-recalled.png"));
}

TEST_F(Report, NeedsResults) { EXPECT_THROW(write_report(run({})), Error); }

}  // namespace
}  // namespace ebit::experiment
