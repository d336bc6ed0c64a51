#include "ebit/cell/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/base/error.h"

namespace ebit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(std::string_view text, std::string_view source_name) {
  try {
    parse_document(text, source_name);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

constexpr std::string_view kToml = R"(a = 1.5
list = [
  2,
  "three",
  {four = 4},
]

[table]
day = 2024-01-02)";

constexpr std::string_view kJson = R"({"a": 1.5,
"list": [
  2
  ,"three",
  {"four": 4}
],

"table": {
"day": null}})";

TEST(Document, BothFormsMakeTheSameTreeWithTheSameLines) {
  for (const auto& [text, name] : {std::pair(kToml, "x.toml"), std::pair(kJson, "x.json")}) {
    SCOPED_TRACE(name);
    const DocumentValue root = parse_document(text, name);
    ASSERT_EQ(root.kind, DocumentValue::Kind::kTable);
    EXPECT_EQ(root.table.size(), 3u);
    EXPECT_EQ(root.find("nothing"), nullptr);
    EXPECT_EQ(root.find("a")->number, 1.5);
    EXPECT_EQ(root.find("a")->line, 1);
    const DocumentValue& list = *root.find("list");
    ASSERT_EQ(list.list.size(), 3u);
    EXPECT_EQ(list.line, 2);
    EXPECT_EQ(list.list[0].number, 2);
    EXPECT_EQ(list.list[0].line, 3);
    EXPECT_EQ(list.list[1].text, "three");
    EXPECT_EQ(list.list[1].line, 4);
    EXPECT_EQ(list.list[2].find("four")->number, 4);
    EXPECT_EQ(list.list[2].line, 5);
    EXPECT_EQ(root.find("table")->find("day")->kind, DocumentValue::Kind::kOther);
    EXPECT_EQ(root.find("table")->line, 8);
    EXPECT_EQ(root.find("table")->find("day")->line, 9);
  }
}

TEST(Document, BrokenTextsAreRefusedWithTheirLine) {
  EXPECT_THAT(refusal("a = 1\nb = [1,\n", "x.toml"), StartsWith("x.toml:2: broken TOML: "));
  EXPECT_THAT(refusal("a = 1\na = 2\n", "x.toml"), StartsWith("x.toml:2: broken TOML: "));
  EXPECT_THAT(refusal("{\"a\": 1,\n \"b\": }\n", "x.json"), StartsWith("x.json:2: broken JSON: "));
  EXPECT_THAT(refusal("{\"a\": 1\n\n", "x.json"), StartsWith("x.json:2: broken JSON: "));
  EXPECT_THAT(refusal("{\"a\": 1,\n \"a\": 2}", "x.json"), StartsWith("x.json:2: 'a' is given twice"));
  EXPECT_THAT(refusal("", "x.json"), StartsWith("x.json:1: broken JSON: "));
  EXPECT_THAT(refusal("[1]", "x.json"), StartsWith("x.json:1: an object {...} is needed, not a list"));
  EXPECT_THAT(refusal("\"\xff\"", "x.json"), StartsWith("x.json:1: broken JSON: "));
  EXPECT_THAT(refusal("a = \"\xff\"", "x.toml"), StartsWith("x.toml:1: broken TOML: "));
}

TEST(Document, DeepNestingIsRefusedNotFollowed) {
  const std::string open(100000, '[');
  EXPECT_THAT(refusal("{\"a\": " + open, "x.json"), HasSubstr("nested deeper than 32"));
  EXPECT_THAT(refusal("a = " + open, "x.toml"), StartsWith("x.toml:1: "));
  const std::string forty(40, '['), closed(40, ']');
  EXPECT_THAT(refusal("a = " + forty + closed, "x.toml"), HasSubstr("nested deeper than 32"));
}

}  // namespace
}  // namespace ebit
