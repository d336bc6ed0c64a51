// Small files as people have them, in tests/data: each was once read wrongly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/error.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/corpus/embeddings.h"
#include "ebit/corpus/sentiment.h"
#include "ebit/corpus/translation.h"
#include "ebit/data/continue_times.h"
#include "ebit/data/dataset.h"
#include "ebit/data/load.h"
#include "ebit/info/matrix_file.h"
#include "ebit/info/unitary.h"

namespace ebit {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

std::string file(const std::string& name) { return std::string(EBIT_SOURCE_DIR) + "/tests/data/" + name; }

Series load(const std::string& name, const Names& wanted, const SeriesOptions& options = {}) {
  return load_series(file(name), options, wanted);
}

Names next(const Series& series, int steps) { return continue_times(series.times, steps, series.date_order); }

TEST(RealFiles, HeadersMadeOfNumbers) {
  const Series one = load("numeric-header-small.csv", {"1958"});
  EXPECT_EQ(one.rows(), 20u);
  EXPECT_EQ(one.values[0], 340);
  EXPECT_THAT(one.warnings, Contains(AllOf(HasSubstr("'month, 1958'"), HasSubstr("--header no"))));
  const Series years = load("numeric-header-years.csv", {"1959", "1958"});
  EXPECT_EQ(years.rows(), 60u);
  EXPECT_THAT(years.names, ElementsAre("1959", "1958"));
  EXPECT_EQ(years.values[0], 360);
}

TEST(RealFiles, ThousandsMarks) {
  const Series point = load("thousands-point-small.csv", {"Faelle"});
  EXPECT_THAT(std::vector<double>(point.values.begin(), point.values.begin() + 5),
              ElementsAre(900, 950, 990, 1005, 1020));
  EXPECT_EQ(load("thousands-comma-volume.csv", {"Volume"}).values[0], 1500);
}

TEST(RealFiles, TimeGoesOnByTheCalendar) {
  EXPECT_THAT(next(load("months-small.csv", {"y"}), 3),
              ElementsAre("2021-01-01 00:00:00", "2021-02-01 00:00:00", "2021-03-01 00:00:00"));
  EXPECT_THAT(next(load("months-day30.csv", {"y"}), 3),
              ElementsAre("2020-01-30", "2020-02-29", "2020-03-30"));
  SeriesOptions mdy;
  mdy.time.date_order = "mdy";
  EXPECT_THAT(next(load("months-small-mdy.csv", {"y"}, mdy), 2), ElementsAre("01/01/2021", "02/01/2021"));
  EXPECT_THAT(next(load("yahoo-small.csv", {"Close"}), 2),
              ElementsAre("2024-05-20 00:00:00-04:00", "2024-05-21 00:00:00-04:00"))
      << "a Monday";
}

TEST(RealFiles, CommentsAboveTheHeader) {
  const Series logger = load("comments-logger.csv", {"temperature"});
  EXPECT_EQ(logger.values[0], 20.0);
  EXPECT_THAT(logger.warnings, Contains(AllOf(HasSubstr("lines 1 to 2"), HasSubstr("Instrument ABC"))));
}

TEST(RealFiles, FittedExtremesAreWhatTheArccosEncoderTakes) {
  DatasetOptions options;
  options.targets = {"temp"}, options.window = 3;
  const Dataset dataset = make_dataset(load("arccos-temps.csv", {"temp"}), options);
  for (const double x : dataset.train.rows) EXPECT_LE(std::abs(x), 1.0) << fmt::format("{}", x);
}

TEST(RealFiles, ALoneCrShiftsNoPair) {
  const RawPairs pairs =
      read_two_files(file("lone-cr-small-src.txt"), file("lone-cr-small-tgt.txt"), "utf-8");
  ASSERT_EQ(pairs.source.size(), 4u);
  EXPECT_EQ(pairs.target[3], "H I");
}

TEST(RealFiles, ASentenceOfAnUnbreakableSpaceIsEmpty) {
  EXPECT_THAT(error_of([] { read_pairs(file("empty-tokens-p0.tsv"), false, "utf-8"); }),
              HasSubstr("line 2: an empty sentence"));
}

TEST(RealFiles, VectorsWithACutTokenAreRead) {
  const Vocabulary words({{"the", 1}, {"film", 1}, {"fine", 1}});
  const Embeddings vectors = read_embeddings(file("vectors-cut-byte.txt"), words, 1);
  EXPECT_EQ(vectors.found, 3u);
  EXPECT_EQ(vectors.skipped, 1u);
}

TEST(RealFiles, TheRankOfAUnitaryInSinglePrecision) {
  const Eigen::MatrixXcd matrix = read_matrix(file("matrix-cnot-locals-c64.npy")).matrix;
  EXPECT_EQ(operator_schmidt_rank(make_unitary(2, 2, matrix, "cnot")), 2);
}

}  // namespace
}  // namespace ebit
