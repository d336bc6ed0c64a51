#include "ebit/data/panel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/testing/error_of.h"
#include "ebit/data/baseline.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Row {
  std::string id;
  int day;
  double y;
  double promo = 0;
  std::string shop = {};
};

std::string text_of(const std::vector<Row>& rows) {
  std::string text = "unique_id,ds,y,promo,shop\n";
  for (const Row& r : rows)
    text +=
        fmt::format("{},2024-01-{:02},{},{},{}\n", r.id, r.day, r.y, r.promo, r.shop.empty() ? "n" : r.shop);
  return text;
}

// Two series of 30 days of other sizes, shops and promotions, row after row in turns.
std::vector<Row> two() {
  std::vector<Row> rows;
  for (int day = 1; day <= 30; ++day) {
    rows.push_back({"A", day, static_cast<double>(day * day % 11), static_cast<double>(day % 2), "north"});
    rows.push_back({"B", day, 1000.0 + 100 * (day * 3 % 7), 0, "south"});
  }
  return rows;
}

SeriesOptions reading(const std::string& missing = "error") {
  SeriesOptions options;
  options.id = "unique_id";
  options.texts = {"shop"};
  options.missing = missing;
  return options;
}

Panel load(const std::vector<Row>& rows, const SeriesOptions& options = reading(),
           const std::vector<std::string>& wanted = {"y", "promo", "shop"}) {
  return panel_of(parse_csv(text_of(rows), options.csv, "t.csv"), options, wanted);
}

DatasetOptions options(double validation = 0.2) {
  DatasetOptions o;
  o.targets = {"y"};
  o.window = 3;
  o.train = 0.6, o.validation = validation;
  return o;
}

PanelDatasets made(const Panel& panel, const DatasetOptions& o, const std::string& unusable = "error") {
  return make_panel(panel, std::vector<DatasetOptions>(panel.series.size(), o), unusable);
}

TEST(Panel, RowsOfSeriesMayLieAnywhere) {
  const Panel panel = load(two());
  EXPECT_EQ(panel.id, "unique_id");
  ASSERT_EQ(panel.series.size(), 2u);
  EXPECT_EQ(panel.series[0].id, "A");
  EXPECT_EQ(panel.series[1].id, "B");
  std::vector<Row> sorted = two();
  std::ranges::stable_sort(sorted, {}, &Row::id);
  std::vector<Row> backwards = two();
  std::ranges::reverse(backwards);
  for (const auto& rows : {sorted, backwards}) {
    const Panel same = load(rows);
    for (const Series& series : same.series) {
      const Series& own = panel.series[series.id == "A" ? 0 : 1];
      EXPECT_EQ(series.values, own.values);
      EXPECT_EQ(series.times, own.times);
    }
  }
}

TEST(Panel, EachSeriesIsWhatItWouldBeAlone) {
  std::vector<Row> alone;
  for (const Row& row : two())
    if (row.id == "B") alone.push_back(row);
  SeriesOptions single = reading();
  single.id = {};
  const Series series =
      series_of(parse_csv(text_of(alone), {}, "t.csv"), single, std::vector<std::string>{"y"});
  const Dataset b = make_dataset(series, options());
  const Dataset own = made(load(two(), reading(), {"y"}), options()).series.at(1);
  EXPECT_EQ(own.scalers[0][0].offset, b.scalers[0][0].offset);
  EXPECT_EQ(own.scalers[0][0].scale, b.scalers[0][0].scale);
  EXPECT_EQ(own.train.rows, b.train.rows);
  EXPECT_EQ(own.test.y, b.test.y);
  EXPECT_EQ(own.part_begin, b.part_begin);
}

TEST(Panel, IdsMayBeNumbersOrDatesOrQuoted) {
  std::vector<Row> rows = two();
  for (Row& row : rows) row.id = row.id == "A" ? "1001" : "1002";
  EXPECT_EQ(load(rows).series[1].id, "1002");
  for (Row& row : rows) row.id = row.id == "1001" ? "\"x, y\"" : "2024-05-01";
  const Panel panel = load(rows);
  EXPECT_EQ(panel.series[0].id, "x, y");
  EXPECT_EQ(panel.series[1].id, "2024-05-01");
  EXPECT_EQ(panel.series[1].times[0], "2024-01-01") << "the id is no time";
}

TEST(Panel, TwoRowsOfOneSeriesAndTimeAreRefused) {
  std::vector<Row> rows = two();
  rows.push_back({"B", 4, 1500});
  EXPECT_THAT(
      error_of([&] { load(rows); }),
      AllOf(HasSubstr("series 'B': lines 9 and 62 are both of 2024-01-04"), HasSubstr("--duplicates")));
  rows.back().y = 1000.0 + 100 * (4 * 3 % 7);
  rows.back().shop = "south";
  EXPECT_THAT(error_of([&] { load(rows); }), HasSubstr("lines 9 and 62")) << "equal ones too";
  SeriesOptions mean = reading();
  mean.duplicates = "mean";
  EXPECT_EQ(load(rows, mean).series[1].rows(), 30u);
}

TEST(Panel, ARowWithoutASeriesIsToldByItsLine) {
  std::vector<Row> rows = two();
  rows[6].id = "";
  EXPECT_THAT(error_of([&] { load(rows); }), HasSubstr("t.csv line 8, column 'unique_id'"));
}

TEST(Panel, GapsAndMissingValuesAreOfTheSeries) {
  std::vector<Row> rows = two();
  std::erase_if(rows, [](const Row& r) { return r.id == "B" && (r.day == 9 || r.day == 10); });
  const Panel told = load(rows);
  EXPECT_THAT(told.series[0].warnings, IsEmpty());
  EXPECT_THAT(told.series[1].warnings,
              ElementsAre(AllOf(HasSubstr("series 'B': 2 rows are absent"), HasSubstr("2024-01-09"))));
  const Panel filled = load(rows, reading("interpolate"));
  EXPECT_EQ(filled.series[0].rows(), 30u);
  ASSERT_EQ(filled.series[1].rows(), 30u);
  EXPECT_EQ(filled.series[1].times[8], "2024-01-09");
  // Days 8 and 11 have 1000 + 100 * (24 % 7) and 1000 + 100 * (33 % 7).
  EXPECT_NEAR(filled.series[1].at(8, 0), 1300 + 200.0 / 3, 1e-9);
  EXPECT_EQ(filled.series[1].texts.at("shop")[static_cast<std::size_t>(filled.series[1].at(8, 2))], "south");
}

TEST(Panel, TheIdIsNothingToSeeAndNoTime) {
  EXPECT_THAT(error_of([] {
                load(two(), reading(), {"y", "unique_id"});
              }),
              HasSubstr("names the series (--id)"));
  SeriesOptions wrong = reading();
  wrong.id = "uniqe_id";
  EXPECT_THAT(error_of([&] { load(two(), wrong); }), HasSubstr("unique_id"));
  SeriesOptions time = reading();
  time.time.columns = {"unique_id"};
  EXPECT_THAT(error_of([&] { load(two(), time); }), HasSubstr("cannot be the time"));
  SeriesOptions found = reading();
  found.texts.clear();
  EXPECT_THAT(load(two(), found, {}).series[0].names, ElementsAre("y", "promo"));
}

TEST(Panel, WithoutATimeColumnRowsOfASeriesAreInOrder) {
  const CsvTable table = parse_csv("k,v\nb,1\na,5\nb,2\na,6\n", {}, "t.csv");
  SeriesOptions options;
  options.id = "k";
  const Panel panel = panel_of(table, options, std::vector<std::string>{"v"});
  EXPECT_THAT(panel.series[0].values, ElementsAre(1, 2));
  EXPECT_THAT(panel.series[0].times, ElementsAre("0", "1"));
  EXPECT_THAT(panel.series[1].values, ElementsAre(5, 6));
  EXPECT_THAT(panel.warnings, Contains(HasSubstr("no time column found")));
}

TEST(Panel, SeriesOfDifferentStepsAreTold) {
  SeriesOptions options;
  options.id = "k";
  const auto warnings = [&](const std::string& weekly) {
    std::string text = "k,day,v\n";
    for (int row = 1; row <= 4; ++row) text += fmt::format("daily,2024-01-0{},{}\n", row, row);
    return panel_of(parse_csv(text + weekly, {}, "t.csv"), options, std::vector<std::string>{"v"}).warnings;
  };
  EXPECT_THAT(warnings("w,2024-01-01,1\nw,2024-01-08,2\nw,2024-01-15,3\n"),
              Contains(HasSubstr("rows of 'w' are 7 times as far apart in time as those of 'daily'")));
  EXPECT_THAT(warnings("w,2024-01-01,1\nw,2024-01-02,2\nw,2024-01-03,3\n"),
              Not(Contains(HasSubstr("different steps"))));
  EXPECT_THAT(warnings("w,2024-01-01,1\n"), Not(Contains(HasSubstr("different steps"))));
}

TEST(Panel, SeriesThatEndAtDifferentTimesAreTold) {
  SeriesOptions options;
  options.id = "k";
  const auto warnings = [&](const std::string& more) {
    const std::string text =
        "k,day,v\na,2024-01-01,1\na,2024-01-02,2\nb,2024-01-01,1\nb,2024-01-02,2\n" + more;
    return panel_of(parse_csv(text, {}, "t.csv"), options, std::vector<std::string>{"v"}).warnings;
  };
  EXPECT_THAT(warnings(""), Not(Contains(HasSubstr("different times"))));
  EXPECT_THAT(warnings("b,2024-01-03,3\n"),
              Contains(HasSubstr("end at different times: 'a' at 2024-01-02, 'b' at 2024-01-03")));
  // Whatever the times are written like; b has a row more than a.
  const auto ends = [&](std::string_view column, std::vector<std::string> labels) {
    std::string text = fmt::format("k,{},v\n", column);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      text += fmt::format("b,{},{}\n", labels[i], i);
      if (i + 1 < labels.size()) text += fmt::format("a,{},{}\n", labels[i], i);
    }
    return panel_of(parse_csv(text, {}, "t.csv"), options, std::vector<std::string>{"v"}).warnings;
  };
  const auto told = [](std::string_view a, std::string_view b) {
    return Contains(HasSubstr(fmt::format("end at different times: 'a' at {}, 'b' at {}", a, b)));
  };
  EXPECT_THAT(ends("day", {"30.01.2024", "31.01.2024", "01.02.2024"}), told("31.01.2024", "01.02.2024"));
  EXPECT_THAT(ends("day", {"1/30/2024", "1/31/2024", "2/1/2024"}), told("1/31/2024", "2/1/2024"));
  EXPECT_THAT(ends("day", {"202311", "202312", "202401"}), told("202312", "202401"));
  EXPECT_THAT(ends("year", {"8", "9", "10"}), told("9", "10"));
  EXPECT_THAT(ends("text", {"x", "y", "z"}), Not(Contains(HasSubstr("different times"))))
      << "without a time rows are counted";
}

TEST(Panel, FirstRowsAreOfEachSeries) {
  SeriesOptions first = reading();
  first.first_rows = 12;
  for (const Series& series : load(two(), first).series) EXPECT_EQ(series.rows(), 12u);
}

TEST(PanelDatasets, WhatIsConstantInASeriesIsScaledByAll) {
  DatasetOptions o = options();
  o.features = {"y", "promo"};
  const PanelDatasets panel = made(load(two()), o);
  const Dataset& a = panel.series[0];
  const Dataset& b = panel.series[1];
  EXPECT_EQ(a.scalers[0][1].offset, b.scalers[0][1].offset);
  EXPECT_EQ(a.scalers[0][1].scale, b.scalers[0][1].scale) << "B has no promotion at all";
  EXPECT_EQ(b.train.x(0)[1], -1);
  EXPECT_NE(a.scalers[0][0].scale, b.scalers[0][0].scale) << "targets are scaled by themselves";
  EXPECT_THAT(a.ahead, ElementsAre(false, false)) << "promo changes in A";
  // In both it changes: each by itself.
  std::vector<Row> rows = two();
  for (Row& row : rows)
    if (row.id == "B") row.promo = 5 * (row.day % 3);
  const PanelDatasets own = made(load(rows), o);
  EXPECT_NE(own.series[0].scalers[0][1].scale, own.series[1].scalers[0][1].scale);
}

TEST(PanelDatasets, TextsAreThoseOfAllTrainingPartsAndStaticOnesAreKnownAhead) {
  DatasetOptions o = options();
  o.categories = {"shop"};
  const PanelDatasets panel = made(load(two()), o);
  for (const Dataset& dataset : panel.series) {
    EXPECT_THAT(dataset.series.names, ElementsAre("y", "shop=north", "shop=south"));
    EXPECT_THAT(dataset.options.fixed, ElementsAre("shop"));
    EXPECT_THAT(dataset.ahead, ElementsAre(false, true, true));
  }
  EXPECT_EQ(panel.series[0].train.x(0)[1], 1);
  EXPECT_EQ(panel.series[1].train.x(0)[1], 0);
  std::vector<Row> rows = two();
  for (Row& row : rows)
    if (row.id == "A" && row.day == 25) row.shop = "west";
  EXPECT_THAT(
      error_of([&] { made(load(rows), o); }),
      AllOf(HasSubstr("series 'A' row 25 (2024-01-25), column 'shop': 'west'"), HasSubstr("north, south")));
  for (Row& row : rows)
    if (row.id == "B" && row.day == 2) row.shop = "west";
  EXPECT_THAT(made(load(rows), o).series[0].options.fixed, IsEmpty()) << "known from B, and it changes";
}

TEST(PanelDatasets, SeriesThatCannotBeUsedAreNamedOrLeftOut) {
  std::vector<Row> rows = two();
  for (int day = 1; day <= 6; ++day) rows.push_back({"short", day, static_cast<double>(day)});
  for (int day = 1; day <= 30; ++day) rows.push_back({"flat", day, 7});
  const Panel panel = load(rows);
  EXPECT_THAT(error_of([&] { made(panel, options()); }),
              AllOf(HasSubstr("series 'short': the training part has 3 of 6 rows"),
                    HasSubstr("a window of 3"), HasSubstr("--unusable drop")));
  const PanelDatasets left = made(panel, options(), "drop");
  EXPECT_EQ(left.series.size(), 2u);
  EXPECT_THAT(left.left_out, ElementsAre(HasSubstr("series 'short'"),
                                         AllOf(HasSubstr("series 'flat'"), HasSubstr("constant"))));
  DatasetOptions long_window = options();
  long_window.window = 40;
  EXPECT_THAT(error_of([&] { made(panel, long_window, "drop"); }),
              AllOf(HasSubstr("3 more series"), HasSubstr("no series of the panel can be used")));
  DatasetOptions random = options();
  random.split = "random";
  EXPECT_THAT(error_of([&] { made(panel, random); }), HasSubstr("is split by time"));
  EXPECT_THAT(error_of([&] { made(panel, options(), "keep"); }), HasSubstr("drop"));
}

// Whatever is done about missing values: nothing can be done about a series that has none.
TEST(Panel, ASeriesWithoutValuesIsNamedOrLeftOut) {
  std::string text = "unique_id,ds,y,z\n";
  for (const auto& [id, y, z] : {std::array{"A", "1", "2"}, {"B", "", "2"}, {"C", "1", ""}, {"D", "1", "2"}})
    for (int day = 1; day <= 9; ++day) text += fmt::format("{},2024-01-0{},{},{}\n", id, day, y, z);
  for (const char* missing : {"error", "drop", "interpolate"}) {
    SeriesOptions o = reading(missing);
    o.texts = {};
    const std::string why = o.missing == "drop" ? "every row lacks a value" : "has no value at all";
    const auto panel = [&] {
      return panel_of(parse_csv(text, {}, "t.csv"), o, std::vector<std::string>{"y", "z"});
    };
    if (o.missing == "error") {
      EXPECT_THAT(error_of(panel), HasSubstr("line 11, column 'y': the value is missing"));
    } else {
      EXPECT_THAT(error_of(panel),
                  AllOf(HasSubstr("series 'B'"), HasSubstr(why), HasSubstr("--unusable drop")))
          << missing;
    }
    o.unusable = "drop";
    const Panel left = panel();
    ASSERT_EQ(left.series.size(), 2u) << missing;
    EXPECT_EQ(left.series[1].id, "D");
    EXPECT_THAT(left.warnings, AllOf(Contains(AllOf(HasSubstr("left out"), HasSubstr("'B'"), HasSubstr(why))),
                                     Contains(AllOf(HasSubstr("'C'"), HasSubstr(why)))));
  }
  SeriesOptions o = reading("drop");
  o.texts = {}, o.unusable = "drop";
  EXPECT_THAT(error_of([&] {
                panel_of(parse_csv("unique_id,ds,y\nA,2024-01-01,\nA,2024-01-02,\n", {}, "t.csv"), o,
                         std::vector<std::string>{"y"});
              }),
              AllOf(HasSubstr("no series of the panel can be used"), HasSubstr("every row lacks a value")));
  // One hole is a matter of --missing.
  o.missing = "error";
  EXPECT_THAT(error_of([&] {
                panel_of(parse_csv("unique_id,ds,y\nA,2024-01-01,\nA,2024-01-02,1\n", {}, "t.csv"), o,
                         std::vector<std::string>{"y"});
              }),
              HasSubstr("choose --missing drop"));
}

TEST(PanelDatasets, PartsByDateAreThoseOfEachSeries) {
  std::vector<Row> rows = two();
  std::erase_if(rows, [](const Row& row) { return row.id == "B" && row.day < 5; });
  DatasetOptions o = options();
  o.test_from = "2024-01-25";
  const PanelDatasets panel = made(load(rows), o);
  EXPECT_EQ(panel.series[0].part_begin[2], 24u);
  EXPECT_EQ(panel.series[1].part_begin[2], 20u);
  std::erase_if(rows, [](const Row& row) { return row.id == "B" && row.day > 24; });
  EXPECT_THAT(error_of([&] { made(load(rows), o); }),
              AllOf(HasSubstr("series 'B': --test-from 2024-01-25 leaves no rows for testing"),
                    HasSubstr("--unusable drop")));
}

TEST(PanelDatasets, TransformsAreOfEachSeries) {
  std::vector<Row> rows = two();
  for (Row& row : rows) row.y += 1;
  DatasetOptions o = options();
  o.transform = {"log", "difference"};
  const PanelDatasets panel = made(load(rows), o);
  for (const Dataset& d : panel.series) {
    const std::vector<double> back = unscaled(d, 2, d.test, d.test.y), truth = true_values(d, d.test);
    for (std::size_t i = 0; i < truth.size(); ++i) EXPECT_NEAR(back[i], truth[i], 1e-8);
  }
  rows[20].y = 0;
  EXPECT_THAT(error_of([&] { made(load(rows), o); }),
              AllOf(HasSubstr("series 'A' row 11"), HasSubstr("no logarithm")));
}

}  // namespace
}  // namespace ebit::inline data
