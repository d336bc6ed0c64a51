// `ebit probe` against the values of the authors' code, and against specs that are wrong.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;

const std::string kGolden = EBIT_SOURCE_DIR "/tests/golden/";
const char* const kResults[] = {"steps", "z_per_step", "final_step_mse", "all_steps_mse",
                                "batch3_final_step_mse"};

json read(const std::string& path) {
  std::ifstream in(path);
  return json::parse(in);
}

// Largest differences between a reference and what the program printed; a value that is not there is
// infinitely far.
struct Differences {
  double state = 0, gradient = 0;

  void compare(const json& reference, const json& got, bool in_gradient) {
    double& worst = in_gradient ? gradient : state;
    if (reference.is_object()) {
      for (const auto& [key, value] : reference.items()) {
        if (key == "argmax_margin" || key == "norm") continue;  // of the reference only
        if (!got.contains(key)) {
          worst = INFINITY;
          ADD_FAILURE() << key << " is missing";
          return;
        }
        compare(value, got[key], in_gradient || key == "grad");
      }
    } else if (reference.is_array()) {
      ASSERT_EQ(reference.size(), got.size());
      for (std::size_t i = 0; i < reference.size(); ++i) compare(reference[i], got[i], in_gradient);
    } else if (reference.is_number()) {
      worst = std::max(worst, std::abs(reference.get<double>() - got.get<double>()));
    }
  }
};

Differences differences(const std::string& name, const std::string& options) {
  const json reference = read(kGolden + name);
  const Outcome outcome = run("ebit probe " + kGolden + name + options);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const json got = json::parse(outcome.out);
  Differences d;
  for (const char* key : kResults) d.compare(reference.at(key), got.at(key), false);
  return d;
}

class Golden : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Files, Golden,
                         testing::Values("collapsed_2p2_L2.json", "collapsed_2p2_L3.json",
                                         "density_1p2_L2.json", "density_2p2_L2.json",
                                         "extended_2p2_L4.json"),
                         [](const auto& row) {
                           return std::string(row.param).substr(0, std::string(row.param).find('.'));
                         });

TEST_P(Golden, Float64AgreesWithTheAuthorsCode) {
  const Differences d = differences(GetParam(), "");
  EXPECT_LT(d.state, 1e-12);
  EXPECT_LT(d.gradient, 1e-10);
}

TEST_P(Golden, Float32AgreesToItsPrecision) {
  const Differences d = differences(GetParam(), " --dtype float32");
  EXPECT_LT(d.state, 1e-5);
  EXPECT_LT(d.gradient, 1e-4);
}

// Files of cells whose memory is numbers: printed as they are written.
TEST(Probe, ReferenceFilesAreComputedAnew) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden + "gated")) {
    SCOPED_TRACE(entry.path().filename().string());
    json reference = read(entry.path().string());
    // What the cells do not show.
    if (reference["model"] == "fellner-qrnn") reference["results"].erase("state");
    if (reference["model"] == "d-qnn") reference["trace"].erase("linear_in");
    const Outcome outcome = run("ebit probe " + entry.path().string());
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json got = json::parse(outcome.out);
    Differences d;
    for (const char* key : {"results", "trace", "grad"})
      d.compare(reference.at(key), got.at(key), std::string(key) == "grad");
    EXPECT_LT(d.state, 1e-12);
    EXPECT_LT(d.gradient, 1e-10);
    EXPECT_EQ(got.at("parameter_count"), reference.at("parameter_count"));
    ++files;
  }
  EXPECT_GE(files, 18);
  const Outcome narrow = run("ebit probe --dtype float32 " + kGolden + "gated/qk-lstm_zz_n3_M4.json");
  Differences d;
  d.compare(read(kGolden + "gated/qk-lstm_zz_n3_M4.json").at("results"),
            json::parse(narrow.out).at("results"), false);
  EXPECT_LT(d.state, 1e-5);
}

TEST(Probe, RvqeAgreesWithTheAuthorsCode) {
  for (const char* name : {"rvqe/rvqe_w1_W3_S2_o1_d3.json", "rvqe/rvqe_w2_W2_S1_o2_d2.json"}) {
    const json reference = read(kGolden + name);
    const Outcome outcome = run("ebit probe " + kGolden + name);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json got = json::parse(outcome.out);
    Differences d;
    d.compare(reference.at("results"), got.at("results"), false);
    for (const char* key : {"grad", "grad_loss_last", "grad_nll"})
      d.compare(reference.at(key), got.at(key), true);
    EXPECT_LT(d.state, 1e-12);
    EXPECT_LT(d.gradient, 1e-10);
  }
}

// A spec with one place changed.
std::string error_of(const std::function<void(json&)>& change) {
  json spec = read(kGolden + "collapsed_2p2_L2.json");
  change(spec);
  const std::string path = EBIT_TEST_TMP "/spec.json";
  std::ofstream(path) << spec;
  const Outcome outcome = run("ebit probe " + path);
  EXPECT_EQ(outcome.status, 2) << outcome.out;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  return outcome.err;
}

TEST(Probe, SaysWhatIsWrongWithASpec) {
  using testing::HasSubstr;
  EXPECT_THAT(error_of([](json& s) { s["inputs"]["params"]["U_params"][0].push_back(1); }),
              HasSubstr("inputs.params.U_params must be finite numbers of shape 2 x 4 (num_layers x qubits), "
                        "but is 2 x 5"));
  EXPECT_THAT(error_of([](json& s) { s["inputs"]["params"].erase("input_proj.bias"); }),
              HasSubstr("inputs.params.input_proj.bias is missing"));
  EXPECT_THAT(error_of([](json& s) { s["inputs"]["params"]["V_params"] = 1; }),
              HasSubstr("V_params is not a parameter of this model"));
  EXPECT_THAT(error_of([](json& s) { s["variant"] = "collapse"; }), HasSubstr("did you mean 'collapsed'?"));
  EXPECT_THAT(error_of([](json& s) { s["n_system_qubits"] = 40; }), HasSubstr("would take"));
  EXPECT_THAT(error_of([](json& s) { s["n_system_qubits"] = 0; }), HasSubstr("at least 1 wire"));
  EXPECT_THAT(error_of([](json& s) { s["num_layers"] = "two"; }),
              HasSubstr("num_layers must be a whole number"));
  EXPECT_THAT(error_of([](json& s) { s["measured_wire"] = 4; }), HasSubstr("wire 4 is not there"));
  EXPECT_THAT(error_of([](json& s) { s["inputs"]["h0"] = {0, 0, 0, 0}; }), HasSubstr("zero vector"));
  EXPECT_THAT(error_of([](json& s) { s["inputs"]["x_sequences"][1].erase(3); }),
              HasSubstr("inputs.x_sequences"));
  EXPECT_THAT(error_of([](json& s) { s["inputs"]["targets"] = {1, 2}; }), HasSubstr("inputs.targets"));
  EXPECT_THAT(error_of([](json& s) { s.erase("inputs"); }), HasSubstr("inputs is missing"));
}

TEST(Probe, SaysWhereAFileIsBroken) {
  const std::string path = EBIT_TEST_TMP "/broken.json";
  std::ofstream(path) << "{\n \"variant\": \"collapsed\",\n \"num_layers\": }\n";
  EXPECT_THAT(run("ebit probe " + path).err, testing::HasSubstr("broken.json:3: broken JSON"));
  std::ofstream(path) << "{\n \"variant\": \"coll";
  EXPECT_THAT(run("ebit probe " + path).err, testing::HasSubstr("broken.json:2: broken JSON"));
  EXPECT_EQ(run("ebit probe /nonexistent.json").status, 2);
}

// Files that name a model: the parts that the program prints too.
TEST(ProbeOfAModel, AgreesWithTheReferenceValues) {
  for (const char* name : {"fellner-qrnn_n4_D2_henon", "fellner-qrnn_n4_D2_L2_mackey_reset", "d-qnn_n4_L2_F2",
                           "qlstm-2020_n4_L2", "qgru_n4_L2_shared"}) {
    SCOPED_TRACE(name);
    const std::string path = fmt::format("{}gated/{}.json", kGolden, name);
    const json reference = read(path);
    const Outcome outcome = run("ebit probe " + path);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json got = json::parse(outcome.out);
    Differences d;
    d.compare(reference["results"]["y"], got["results"]["y"], false);
    d.compare(reference["results"]["loss"], got["results"]["loss"], false);
    for (const char* state : {"c", "h"})
      if (reference["results"].contains(state))
        d.compare(reference["results"][state], got["results"].at(state), false);
    for (const auto& [key, value] : reference["grad"].items())
      if (key != "h0" && key != "c0")  // a register cell has a layer's angles in one row
        d.compare(value["data"], got["grad"].at(key).at("data"), true);
    EXPECT_LT(d.state, 1e-12);
    EXPECT_LT(d.gradient, 1e-10);
  }
  const std::string path = kGolden + "gated/d-qnn_n4_L2_F2.json";
  expect_refused("sed s/d-qnn/d-qn/ " + path + " > a.json; ebit probe a.json", "'d-qn' is unknown");
}

}  // namespace
}  // namespace ebit::test
