// ebit power, as its user would try it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/info/power.h"
#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(PowerCommand, PrintsPowersAndTheStatesThatReachThem) {
  const std::string text = output_of("ebit power cnot");
  for (const char* line :
       {"CNOT on 2x2, ebits\n", "E_up    2x2       1.000000", "operator-Schmidt rank     2\n",
        "average power             0.222222", "perfect entangler         yes\n",
        "E_up   none  0.7071 |0,0> + 0.7071 |1,0>\n", "E_down none  0.7071 |0,0> + 0.7071 |1,1>\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(output_of("ebit power swap --ancilla none"), Not(HasSubstr("2x2       ")));
}

TEST(PowerCommand, JsonHasEveryFieldAndAStateThatCertifies) {
  const json swap = json::parse(output_of("ebit power swap --json"));
  EXPECT_NEAR(swap["e_up"].get<double>(), 2, 1e-9);
  EXPECT_NEAR(swap["without_ancillas"]["e_up"].get<double>(), 0, 1e-9);
  const json none = json::parse(output_of("ebit power swap --ancilla 0x0 --json"));
  EXPECT_NEAR(none["e_up"].get<double>(), 0, 1e-9);
  EXPECT_EQ(none["ancilla"], json({1, 1}));

  const json linden = json::parse(output_of("ebit power linden --ancilla 2x3 --json"));
  EXPECT_NEAR(linden["e_up"].get<double>(), 2, 1e-9);
  EXPECT_NEAR(linden["e_down"].get<double>(), 1.947865, 1e-6);
  EXPECT_EQ(linden["upper_bound"], 2.0);
  EXPECT_EQ(linden["schmidt_rank"], 4);
  EXPECT_NEAR(linden["operator_schmidt_entropy"].get<double>(), 1.922575, 1e-6);
  EXPECT_NEAR(linden["average_power"].get<double>(), 0.305099, 1e-6);
  EXPECT_TRUE(linden["weyl_coordinates"].is_null());
  for (const char* power : {"up", "down"}) {
    const json& result = linden[power];
    EXPECT_EQ(result["state_dims"], json({2, 2, 3, 3}));
    EXPECT_EQ(result["state"]["re"].size(), 36u);
    EXPECT_GE(result["starts_agreed"].get<int>(), 1);
    const double change =
        result["final_entanglement"].get<double>() - result["initial_entanglement"].get<double>();
    EXPECT_NEAR(std::abs(change), result["value"].get<double>(), 1e-12);
  }
}

TEST(PowerCommand, ReadsMatricesFromFiles) {
  const std::string csv = "printf '1,0,0,0\\n0,0,1i,0\\n0,i,0,0\\n0,0,0,1\\n' > u.csv; ";
  EXPECT_NEAR(json::parse(output_of(csv + "ebit power u.csv --json"))["e_up"].get<double>(), 2, 1e-9);
  // The matrix says its own dimensions; --dims says others.
  const std::string file = R"(printf '{"dims": [3, 2], "re": [[0,1,0,0,0,0],[1,0,0,0,0,0],[0,0,1,0,0,0],)"
                           R"([0,0,0,1,0,0],[0,0,0,0,1,0],[0,0,0,0,0,1]]}' > u.json; )";
  EXPECT_EQ(json::parse(output_of(file + "ebit power u.json --json --ancilla none"))["dims"], json({3, 2}));
  EXPECT_EQ(json::parse(output_of(file + "ebit power u.json --json --dims 2x3 --ancilla none"))["dims"],
            json({2, 3}));
  EXPECT_THAT(output_of("printf '1,0\\n0,1.01\\n' > m.csv; ebit power m.csv --dims 1x2 --nearest"),
              HasSubstr("the nearest unitary is taken"));
}

TEST(PowerCommand, SweepsAndDraws) {
  const json sweep = json::parse(output_of("ebit power 'rzz(0:pi/2)' --points 3 --json --starts 8"));
  ASSERT_EQ(sweep["points"].size(), 3u);
  EXPECT_NEAR(sweep["points"][0]["e_up"].get<double>(), 0, 1e-9);
  EXPECT_NEAR(sweep["points"][2]["e_up"].get<double>(), 1, 1e-9);
  EXPECT_NEAR(sweep["points"][1]["angle"].get<double>(), std::acos(-1.0) / 4, 1e-12);
  EXPECT_THAT(
      output_of("ebit power 'rzz(0:3.1416)' --points 5 --starts 4 --plot out.svg && head -c 200 out.svg"),
      testing::AllOf(HasSubstr("plot: out.svg"), HasSubstr("<svg")));
}

TEST(PowerCommand, TheNumberOfThreadsChangesNothing) {
  EXPECT_EQ(output_of("ebit power linden --json --threads 1 --starts 8"),
            output_of("ebit power linden --json --threads 3 --starts 8"));
}

TEST(PowerCommand, RefusesWhatIsWrong) {
  expect_refused("ebit power cnto", "did you mean 'CNOT'");
  expect_refused("ebit power rzz", "RZZ takes 1 angle, not 0");
  expect_refused("ebit power toffoli", "say how by --dims");
  expect_refused("ebit power cnot --dims 2x3", "2x3 need a matrix of 6 rows, not 4");
  expect_refused("ebit power cnot --dims 2by2", "--dims must be two dimensions");
  expect_refused("ebit power cnot --ancilla 2", "--ancilla must be two dimensions");
  expect_refused("ebit power cnot --ancilla 999x999", "amplitudes");
  expect_refused("ebit power cnot --starts 0", "--starts must be from 1");
  expect_refused("ebit power cnot --plot a.svg", "--plot draws a sweep");
  expect_refused("ebit power 'rzz(0:1)' --points 1", "--points must be from 2");
  expect_refused("ebit power 'rzz(0:1)' --points 2 --starts 1 --plot a.pdf", ".svg");
  expect_refused("ebit power none.npy", "cannot read 'none.npy'");
  expect_refused("printf '1,0\\n0,1.5\\n' > u.csv; ebit power u.csv --dims 1x2",
                 "not unitary: U^+ U differs from 1 by 1.25");
  expect_refused("printf '1,0\\n0,nan\\n' > u.csv; ebit power u.csv --dims 1x2",
                 "row 2, column 2 is not a finite number");
  expect_refused("printf '1,0,0\\n0,1,0\\n0,0,1\\n' > u.csv; ebit power u.csv", "say how by --dims");
  expect_refused("printf '{\"re\": [[1, 0], [0' > u.json; ebit power u.json", "u.json: broken JSON");
  expect_refused("head -c 100 \"$EBIT\" > u.npy; ebit power u.npy", "this is no NPY file");
}

#if EBIT_WITH_TORCH
TEST(ReproduceCommand, LindenIsASearchWithAFolder) {
  expect_refused("ebit reproduce linden --epochs 3", "linden trains nothing");
  expect_refused("mkdir x; touch x/y; ebit reproduce linden -o x", "holds something else");
  expect_refused("mkdir x; touch x/unitary.json; ebit reproduce linden -o x", "add --overwrite");
  expect_refused("ebit reproduce lindn", "did you mean 'linden'");
}
#endif

}  // namespace
}  // namespace ebit::test
