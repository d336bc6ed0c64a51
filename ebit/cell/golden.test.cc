// Cells against reference values: outputs, states, numbers on the way and gradients of every file in
// tests/golden/gated.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ebit/base/testing/error_of.h"
#include "ebit/cell/reference.h"
#include "ebit/cell/reference_models.h"

namespace ebit::inline cell {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

const std::string kFolder = EBIT_SOURCE_DIR "/tests/golden/gated/";

Json read(const std::filesystem::path& path) { return Json::parse(std::ifstream(path)); }

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".json") all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

// Every array of that part of the file is among those computed, of the same shape and numbers.
void expect_all(const Json& file, const char* part, const std::vector<ReferenceTensor>& own,
                double tolerance) {
  for (const auto& [name, tensor] : file[part].items()) {
    const auto found = std::ranges::find(own, name, &ReferenceTensor::name);
    if (found == own.end()) {
      ADD_FAILURE() << name << " is missing";
      continue;
    }
    const bool number = tensor.is_number();
    const std::vector<double> data =
        number ? std::vector{tensor.get<double>()} : tensor["data"].get<std::vector<double>>();
    if (!number) {
      EXPECT_EQ(found->shape, tensor["shape"].get<std::vector<std::int64_t>>()) << name;
    }
    ASSERT_EQ(found->data.size(), data.size()) << name;
    for (std::size_t i = 0; i < data.size(); ++i)
      EXPECT_NEAR(found->data[i], data[i], tolerance) << name << " " << i;
  }
}

class GoldenCells : public testing::TestWithParam<std::filesystem::path> {};

// Ways to run the file's circuits; the first is what the cell picks by itself.
std::vector<std::string> engines_of(const Json& file) {
  if (file["model"] == "qk-lstm-released") return {"auto", "gates"};  // its encoder cannot be folded
  return std::visit(
      [](const auto& options) -> std::vector<std::string> {
        if constexpr (requires { options.engine; }) return {"auto", "gates", "fold"};
        return {"auto"};
      },
      reference_model(DocumentPlace::parse(file.dump(), "spec.json")).cell);
}

TEST_P(GoldenCells, AgreeInFloat64) {
  const Json file = read(GetParam());
  for (const std::string& engine : engines_of(file)) {
    SCOPED_TRACE(engine);
    const ReferenceValues values = reference_values<double>(DocumentPlace::open(GetParam().string()), engine);
    EXPECT_EQ(values.parameter_count, file["parameter_count"].get<std::int64_t>());
    expect_all(file, "results", values.results, 1e-12);
    expect_all(file, "trace", values.trace, 1e-12);
    expect_all(file, "grad", values.grad, 1e-10);
  }
}

TEST_P(GoldenCells, AgreeInFloat32ToItsPrecision) {
  const Json file = read(GetParam());
  const ReferenceValues values = reference_values<float>(DocumentPlace::open(GetParam().string()));
  expect_all(file, "results", values.results, 2e-5);
  expect_all(file, "trace", values.trace, 2e-5);
  expect_all(file, "grad", values.grad, 2e-4);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenCells, testing::ValuesIn(files()), [](const auto& row) {
  std::string name = row.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Reference, SaysWhatIsWrongWithAFile) {
  const auto message = [](const char* name, auto change) {
    Json file = read(kFolder + name);
    change(file);
    return error_of([&] { reference_values<double>(DocumentPlace::parse(file.dump(), "spec.json")); });
  };
  const char* const kernel = "qk-lstm_zz_n3_M4.json";
  EXPECT_EQ(message(kernel, [](Json&) {}), "no error");
  EXPECT_THAT(message(kernel,
                      [](Json& f) {
                        f["params"]["references"]["shape"] = {4, 2};
                      }),
              HasSubstr("params.references must have the shape [4, 3], not [4, 2]"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["params"]["references"]["data"].push_back(1); }),
              HasSubstr("params.references.data"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["params"].erase("gates.cell.bias"); }),
              HasSubstr("gates.cell.bias is missing"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["params"]["gates.cel.bias"] = 1; }),
              HasSubstr("gates.cell.bias"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["options"]["repetition"] = 1; }), HasSubstr("repetitions"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["model"] = "qk-lstn"; }), HasSubstr("did you mean 'qk-lstm'"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["options"]["batch"] = 0; }), HasSubstr("must be 1 or more"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["options"]["qubits"] = 2; }), HasSubstr("take 3 qubits"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["inputs"]["theta0"] = 1; }), HasSubstr("theta0"));
  EXPECT_THAT(message(kernel, [](Json& f) { f["format"] = "other"; }), HasSubstr("ebit-gated-golden-1"));
  EXPECT_THAT(message("qfwp_n8_D2.json",
                      [](Json& f) {
                        f["inputs"]["theta0"]["shape"] = {2, 8, 2};
                      }),
              HasSubstr("theta0 must have the shape [2, 2, 8], not [2, 8, 2]"));
}

}  // namespace
}  // namespace ebit::inline cell
