#include "ebit/analysis/written_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ebit/base/atomic_file.h"
#include "ebit/base/testing/error_of.h"

namespace ebit::analysis {
namespace {

TEST(WrittenJson, WhateverIsWrongIsOneLine) {
  const std::filesystem::path path = std::filesystem::path(EBIT_TEST_TMP) / "written.json";
  double value = 0;
  const auto read = [&] {
    use_json(path, "delete it", [&](const nlohmann::ordered_json& json) {
      value = json.at("models").at(0).at("value").get<double>();
    });
  };
  write_file_atomically(path, R"({"models": [{"value": 2.5}]})");
  read();
  EXPECT_EQ(value, 2.5);
  for (const char* const text : {"", "{", "[]", "{}", R"({"models": []})", R"({"models": {"0": 1}})",
                                 R"({"models": [{"value": "x"}]})", "\xff"}) {
    write_file_atomically(path, text);
    EXPECT_THAT(error_of(read), testing::EndsWith("written.json' is damaged: delete it")) << text;
  }
  std::filesystem::remove(path);
  EXPECT_THAT(error_of(read), testing::HasSubstr("cannot read"));
}

}  // namespace
}  // namespace ebit::analysis
