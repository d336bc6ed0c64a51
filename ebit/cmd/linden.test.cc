#include "ebit/cmd/linden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cmd/command.h"
#include "ebit/info/matrix_file.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kFolder = fs::path(EBIT_TEST_TMP) / "linden_test";
constexpr GapOptions kShort{
    .samples = 3, .descents = 1, .steps = 3, .starts = 3, .last_starts = 3, .larger_starts = 1, .seed = 1};

TEST(Linden, WritesAFolderWithAUnitaryThatHasTheGapItSays) {
  fs::remove_all(kFolder);
  testing::internal::CaptureStdout();
  const int status = reproduce_linden(
      {.folder = kFolder, .search = kShort, .overwrite = false, .json = true, .quiet = true});
  const auto result = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  EXPECT_EQ(status, kOk);
  for (const char* file : {"gap.svg", "gap.png", "samples.csv", "report.html"})
    EXPECT_GT(fs::file_size(kFolder / file), 100u) << file;
  EXPECT_EQ(result["samples"].size(), 3u);

  const MatrixFile file = read_matrix(kFolder / "unitary.json");
  ASSERT_EQ(file.dims, (std::vector<int>{2, 3}));
  const BipartiteUnitary u = make_unitary(2, 3, file.matrix, "unitary.json");
  const PowerOptions options{.ancilla_a = 2, .ancilla_b = 3, .starts = 8};
  EXPECT_NEAR(entangling_power(u, options).value, 2, 1e-8);
  EXPECT_NEAR(disentangling_power(u, options).value, result["down"]["value"].get<double>(), 1e-6);

  // A finished search is replaced only where asked for.
  EXPECT_THROW(reproduce_linden(
                   {.folder = kFolder, .search = kShort, .overwrite = false, .json = true, .quiet = true}),
               Error);
  testing::internal::CaptureStdout();
  EXPECT_EQ(reproduce_linden(
                {.folder = kFolder, .search = kShort, .overwrite = true, .json = false, .quiet = true}),
            kOk);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("after the descents"));
  fs::remove_all(kFolder);
}

}  // namespace
}  // namespace ebit::cmd
