#include "ebit/data/included.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/data/dataset.h"
#include "ebit/data/load.h"

namespace ebit::inline data {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Sets EBIT_DATA_DIR for the time of a test.
struct DataDir {
  explicit DataDir(const std::string& folder) { setenv("EBIT_DATA_DIR", folder.c_str(), 1); }
  ~DataDir() { unsetenv("EBIT_DATA_DIR"); }
};

TEST(Included, EveryRowIsFilledAndItsFileTrains) {
  const std::string readme = read_file(data_folder() / "README.md");
  for (const auto& row : included_table()) {
    EXPECT_FALSE(row.licence.empty() || row.credit.empty() || row.help.empty()) << row.name;
    EXPECT_THAT(readme, HasSubstr(std::string(row.file)));
    EXPECT_EQ(find_included(row.name), &row);

    const Series series =
        load_series(find_data(std::string(row.name)), {}, std::vector{std::string(row.target)});
    EXPECT_THAT(row.help, HasSubstr(std::to_string(series.rows()) + " rows"));
    DatasetOptions options;
    options.targets = {std::string(row.target)};
    EXPECT_GT(make_dataset(series, options).test.count, 10u) << row.name;
    EXPECT_GE(row.season, 1);

    const CsvTable table = read_csv(find_data(std::string(row.name)));
    std::vector<std::string> warnings;
    const auto time = read_time_column(table, {}, {}, warnings);
    ASSERT_EQ(time.columns.size(), 1u) << row.name;
    EXPECT_EQ(table.names[time.columns[0]], row.time);
  }
}

TEST(Included, FilesGoBeforeNames) {
  const auto path = std::filesystem::path(EBIT_TEST_TMP) / "included_test.csv";
  write_file_atomically(path, "a\n1\n");
  EXPECT_EQ(find_data(path.string()), path);
  EXPECT_EQ(find_included("nothing"), nullptr);
}

TEST(Included, UnknownNamesSuggestTheNearest) {
  EXPECT_THAT(error_of([] { find_data("seatle-weather"); }),
              AllOf(HasSubstr("no file 'seatle-weather'"), HasSubstr("did you mean 'seattle-weather'?")));
}

TEST(Included, TheFolderCanBeGiven) {
  {
    const DataDir elsewhere(EBIT_TEST_TMP);
    EXPECT_EQ(data_folder(), EBIT_TEST_TMP);
    EXPECT_THAT(error_of([] { find_data("co2"); }), HasSubstr("'co2' is not in"));
  }
  const DataDir nowhere("/no/such/folder");
  EXPECT_THAT(error_of([] { data_folder(); }),
              HasSubstr("EBIT_DATA_DIR is '/no/such/folder', which is not a folder"));
}

}  // namespace
}  // namespace ebit::inline data
