#include "ebit/base/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"

namespace ebit::inline base {
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
    EXPECT_EQ(root.find("table")->find("day")->scalar_text(), std::nullopt);
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
  EXPECT_EQ(refusal("{\"a\": 5e408}", "x.json"), "x.json:1: broken JSON: number overflow parsing '5e408'");
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

TEST(Document, ValuesOfEveryKindInBothForms) {
  constexpr std::string_view kTomlKinds = "w = -3\nf = 2.0\nt = 'x'\nb = true\nl = []\n[s]\n";
  constexpr std::string_view kJsonKinds =
      R"({"w": -3, "f": 2.0, "t": "x", "b": true, "l": [], "s": {}, "n": null})";
  for (const auto& [text, name] : {std::pair(kTomlKinds, "x.toml"), std::pair(kJsonKinds, "a file")}) {
    SCOPED_TRACE(name);
    const DocumentValue root = parse_document(text, name);
    EXPECT_EQ(root.find("w")->whole, -3);
    EXPECT_EQ(root.find("w")->number, -3);
    EXPECT_EQ(root.find("f")->whole, std::nullopt);
    EXPECT_EQ(root.find("f")->number, 2);
    EXPECT_TRUE(root.find("b")->flag);
    EXPECT_EQ(root.find("w")->scalar_text(), "-3");
    EXPECT_EQ(root.find("f")->scalar_text(), "2");
    EXPECT_EQ(root.find("t")->scalar_text(), "x");
    EXPECT_EQ(root.find("b")->scalar_text(), "true");
    EXPECT_EQ(root.find("l")->scalar_text(), std::nullopt);
    EXPECT_EQ(root.find("s")->kind_text(), "a table");
  }
  EXPECT_EQ(parse_document("d = 2024-01-02", "x.toml").find("d")->kind_text(), "a date or time");
  EXPECT_EQ(parse_document(kJsonKinds, "x.json").find("n")->kind_text(), "null");
  // Beyond 64 bits with a sign, JSON's whole numbers are as good as any double.
  EXPECT_EQ(parse_document("{\"n\": 18446744073709551615}", "x.json").find("n")->whole, std::nullopt);
  EXPECT_EQ(parse_document("{\"n\": 9223372036854775807}", "x.json").find("n")->whole, INT64_MAX);
  // No double is equal to it, as of every odd one above 2^53.
  EXPECT_EQ(parse_document("n = 9223372036854775807", "x.toml").find("n")->whole, INT64_MAX);
  EXPECT_EQ(parse_document("n = 9223372036854775807", "x.toml").find("n")->number, 0x1p63);
}

TEST(Document, QuotedTextsAreReadBack) {
  for (const char* text : {"", "plain", "it's", "a \"quote\"", "back\\slash", "two\nlines", "\u00e9"})
    EXPECT_EQ(parse_document(fmt::format("a = {}", toml_quoted(text)), "x.toml").find("a")->text, text);
}

std::string complaint(const std::function<void(const DocumentPlace&)>& read) {
  const auto place = DocumentPlace::parse(R"({
    "n": 2.5, "big": 10000000, "t": "x", "none": null,
    "in": {"rows": [[1, 2],
                    [3, 4]], "flag": true}})",
                                          "spec.json");
  try {
    read(place);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DocumentPlace, ReadsWhatIsThere) {
  EXPECT_EQ(complaint([](const DocumentPlace& p) {
              EXPECT_EQ(p.at("n").number(), 2.5);
              EXPECT_EQ(p.at("t").text(), "x");
              EXPECT_FALSE(p.find("none").present());
              EXPECT_FALSE(p.find("absent").present());
              const DocumentPlace rows = p.at("in").at("rows");
              EXPECT_TRUE(rows.is_list());
              EXPECT_EQ(rows.size(), 2u);
              EXPECT_EQ(rows.at(1).at(0).integer(), 3);
              EXPECT_EQ(rows.at(1).at(0).where(), "spec.json:4");
              EXPECT_THAT(rows.array({2, -1}, "all"), testing::ElementsAre(1, 2, 3, 4));
              EXPECT_TRUE(p.at("in").at("flag").flag());
              EXPECT_THAT(p.at("in").keys(), testing::ElementsAre("rows", "flag"));
              p.at("in").check_keys({"flag", "rows", "more"});
            }),
            "accepted");
}

TEST(DocumentPlace, SaysWhereAndWhatIsWrong) {
  using P = const DocumentPlace&;
  EXPECT_EQ(complaint([](P p) { p.at("n").integer(); }), "spec.json:2: n must be a whole number, not 2.5");
  EXPECT_EQ(complaint([](P p) { p.at("big").integer(); }), "spec.json:2: big is out of range: 10000000");
  EXPECT_EQ(complaint([](P p) { p.at("t").number(); }), "spec.json:2: t must be a number, not 'x'");
  EXPECT_EQ(complaint([](P p) { p.at("n").text(); }), "spec.json:2: n must be a text, not 2.5");
  EXPECT_EQ(complaint([](P p) { p.at("n").flag(); }), "spec.json:2: n must be true or false, not 2.5");
  EXPECT_EQ(complaint([](P p) { p.at("none"); }), "spec.json:2: none is missing");
  EXPECT_EQ(complaint([](P p) { p.at("in").at("absent"); }), "spec.json: in.absent is missing");
  EXPECT_EQ(complaint([](P p) { p.find("absent").find("more"); }),
            "spec.json: absent must be a table, not null");
  EXPECT_EQ(complaint([](P p) { p.at("n").size(); }), "spec.json:2: n must be a list, not 2.5");
  EXPECT_EQ(complaint([](P p) { p.at("in").at("rows").at(1).at(2); }),
            "spec.json:4: in.rows[1] has no entry 2");
  EXPECT_EQ(complaint([](P p) {
              p.at("in").at("rows").array({2, 3}, "a x b");
            }),
            "spec.json:3: in.rows must be finite numbers of shape 2 x 3 (a x b), but is 2 x 2");
  EXPECT_EQ(complaint([](P p) {
              p.at("in").check_keys({"row", "flag"});
            }),
            "spec.json:3: unknown key 'in.rows'; did you mean 'row'? known: row, flag");
  EXPECT_EQ(complaint([](P p) { p.fail_here("is odd"); }), "spec.json:1: is odd");
}

TEST(DocumentPlace, OpensFiles) {
  const std::string path = std::string(EBIT_TEST_TMP) + "/place.toml";
  write_file_atomically(path, "a = 1\nb = nan\n");
  EXPECT_EQ(DocumentPlace::open(path).at("a").integer(), 1);
  EXPECT_THROW(DocumentPlace::open(path).at("b").number(), Error);
  EXPECT_THROW(DocumentPlace::open("/nonexistent.toml"), Error);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace ebit::inline base
