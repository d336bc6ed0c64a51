// Cells against reference values: outputs, states and gradients of every file in tests/golden/gated.
#include "ebit/cell/reference.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline cell {
namespace {

using Numbers = std::vector<double>;

void expect_near(const Numbers& own, const Numbers& theirs, double tolerance, const std::string& what) {
  ASSERT_EQ(own.size(), theirs.size()) << what;
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], theirs[i], tolerance) << what << " " << i;
}

// Row `step` of every sample of [B, T, width].
Numbers row_of(const Numbers& all, std::size_t samples, std::size_t steps, std::size_t step) {
  const std::size_t width = all.size() / (samples * steps);
  Numbers row;
  for (std::size_t b = 0; b < samples; ++b)
    for (std::size_t i = 0; i < width; ++i) row.push_back(all[(b * steps + step) * width + i]);
  return row;
}

// Samples' [c, h] from [B, C] and [B, H]; c may be empty.
Numbers joined(const Numbers& c, const Numbers& h, std::size_t samples) {
  Numbers both;
  for (std::size_t b = 0; b < samples; ++b)
    for (const Numbers* part : {&c, &h}) {
      const auto width = static_cast<std::ptrdiff_t>(part->size() / samples);
      const auto from = part->begin() + static_cast<std::ptrdiff_t>(b) * width;
      both.insert(both.end(), from, from + width);
    }
  return both;
}

Numbers optional_tensor(const DocumentPlace& table, const char* name) {
  return table.find(name).present() ? read_tensor(table.at(name)) : Numbers{};
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(EBIT_SOURCE_DIR "/tests/golden/gated"))
    if (entry.path().extension() == ".json") all.push_back(entry.path());
  std::ranges::sort(all);
  return all;
}

class Reference : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Reference, OutputsAndStatesAfterEveryStep) {
  const DocumentPlace file = DocumentPlace::open(GetParam());
  const ReferenceCase given = read_reference(file);
  const ReferenceResult own = run_reference(given);
  const DocumentPlace results = file.at("results");
  const std::size_t head = given.head ? given.weight.size() + given.bias.size() : 0;
  EXPECT_EQ(given.parameters.size() + head, static_cast<std::size_t>(file.at("parameter_count").integer()));
  expect_near(own.y, read_tensor(results.at("y")), 1e-12, "y");
  EXPECT_NEAR(own.loss, results.at("loss").number(), 1e-12);
  const Numbers c = optional_tensor(results, "c"), h = optional_tensor(results, "h");
  for (std::size_t t = 0; t < given.steps && !h.empty(); ++t) {
    const auto at = [&](const Numbers& all) {
      return all.empty() ? all : row_of(all, given.samples, given.steps, t);
    };
    expect_near(own.states[t], joined(at(c), at(h), given.samples), 1e-12, fmt::format("step {}", t));
  }
  const Numbers state = optional_tensor(results, "state");  // a vector or a density matrix, re then im
  if (!state.empty()) expect_near(own.states.back(), state, 1e-12, "state");
}

TEST_P(Reference, Gradients) {
  const DocumentPlace file = DocumentPlace::open(GetParam());
  const ReferenceCase given = read_reference(file);
  const ReferenceResult own = run_reference(given);
  const DocumentPlace grad = file.at("grad");
  Numbers parameters;
  const auto cell = make_cell<double>(given.options);
  for (const Segment& segment : cell->segments()) {
    const Numbers part = read_tensor(grad.at(reference_name(segment)));
    parameters.insert(parameters.end(), part.begin(), part.end());
  }
  expect_near(own.d_parameters, parameters, 1e-10, "parameter");
  expect_near(own.d_x, read_tensor(grad.at("x")), 1e-10, "x");
  if (!given.state.empty())
    expect_near(own.d_state, joined(optional_tensor(grad, "c0"), optional_tensor(grad, "h0"), given.samples),
                1e-10, "state");
  if (!given.head) return;
  expect_near(own.d_weight, read_tensor(grad.at("head.weight")), 1e-10, "head.weight");
  expect_near(own.d_bias, read_tensor(grad.at("head.bias")), 1e-10, "head.bias");
}

INSTANTIATE_TEST_SUITE_P(Files, Reference, testing::ValuesIn(files()), [](const auto& row) {
  std::string name = row.param.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(ReferenceFile, WhatIsWrongIsNamedWithItsLine) {
  const auto message = [](const std::string& text) {
    return error_of([&] { read_reference(DocumentPlace::parse(text, "a.json")); });
  };
  EXPECT_THAT(
      message(R"({"model": "qlstn", "options": {}, "params": {}, "inputs": {}})"),
      testing::AllOf(testing::StartsWith("a.json:1: model"), testing::HasSubstr("'qlstn' is unknown")));
  EXPECT_THAT(message(R"({"model": "d-qnn", "options": {"features": 1}, "params": {}, "inputs": {}})"),
              testing::HasSubstr("window"));
}

}  // namespace
}  // namespace ebit::inline cell
