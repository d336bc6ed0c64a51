#include "ebit/corpus/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TokenCounts example() { return {{"b", 3}, {"a", 3}, {"c", 5}, {"rare", 1}, {"<unk>", 9}, {"<pad>", 9}}; }

TEST(Vocabulary, OrderIsByCountThenText) {
  const Vocabulary vocabulary(example());
  ASSERT_EQ(vocabulary.size(), 8u);
  EXPECT_THAT(vocabulary.ids({"c", "a", "b", "rare"}), ElementsAre(4, 5, 6, 7));
  EXPECT_EQ(vocabulary.count(4), 5);
  EXPECT_EQ(vocabulary.token(Vocabulary::kEos), "<eos>");
}

TEST(Vocabulary, WhatIsNotThereIsUnknown) {
  const Vocabulary vocabulary(example(), {.min_count = 3, .max_size = 6});
  ASSERT_EQ(vocabulary.size(), 6u);
  const Ids ids = vocabulary.ids({"a", "b", "zebra", "<unk>", "<pad>", "<bos>"});
  EXPECT_THAT(ids, ElementsAre(5, 1, 1, 1, 1, 1)) << "a text cannot write padding";
  EXPECT_DOUBLE_EQ(unknown_share(std::vector<Ids>{ids, {4, 4, 4, 4}}), 0.5);
  EXPECT_EQ(unknown_share({}), 0.0);
}

TEST(Vocabulary, TokensEndAtEos) {
  const Vocabulary vocabulary(example());
  EXPECT_THAT(vocabulary.tokens(Ids{2, 4, 1, 5, 0, 3, 6}), ElementsAre("c", "<unk>", "a"));
  EXPECT_THAT(error_of([&] { vocabulary.token(8); }), HasSubstr("no token has the number 8"));
  EXPECT_THAT(error_of([&] { vocabulary.token(-1); }), HasSubstr("-1"));
}

TEST(Vocabulary, FilesGiveItBack) {
  const TestFolder folder;
  const Vocabulary vocabulary({{"\n", 4}, {"\t", 3}, {"a\\b", 2}, {" ", 2}, {"ß", 1}, {"\r", 1}});
  vocabulary.save(folder.path() / "v.txt");
  const Vocabulary again = Vocabulary::load(folder.path() / "v.txt");
  ASSERT_EQ(again.size(), vocabulary.size());
  for (std::int64_t id = 0; id < static_cast<std::int64_t>(again.size()); ++id) {
    EXPECT_EQ(again.token(id), vocabulary.token(id));
    EXPECT_EQ(again.count(id), vocabulary.count(id));
    const bool special = id < Vocabulary::kSpecial;
    EXPECT_EQ(again.id(vocabulary.token(id)), special ? Vocabulary::kUnk : id);
  }
}

TEST(Vocabulary, ForeignFilesAreRefused) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& text) {
    const auto path = folder.file("v.txt", text);
    return error_of([&] { Vocabulary::load(path); });
  };
  EXPECT_THAT(refusal("a b c\n"), HasSubstr("is no vocabulary"));
  EXPECT_THAT(refusal("ebit vocabulary 1\n3\ta\nx\tb\n"), AllOf(HasSubstr("line 3"), HasSubstr("x\\tb")));
  EXPECT_THAT(refusal("ebit vocabulary 1\n3\ta\n2\ta\n"),
              HasSubstr("line 3: the token 'a' is there already"));
  EXPECT_THAT(refusal("ebit vocabulary 1\n3\ta\\q\n"), HasSubstr("line 2"));
  EXPECT_THAT(refusal("ebit vocabulary 1\n3\t<bos>\n"), HasSubstr("line 2"));
}

TEST(Vocabulary, OptionsAreChecked) {
  EXPECT_THAT(error_of([] { Vocabulary({}, {.min_count = 0}); }), HasSubstr("1 or more"));
  EXPECT_THAT(error_of([] { Vocabulary({}, {.max_size = 4}); }), HasSubstr("4 special tokens"));
}

}  // namespace
}  // namespace ebit::inline corpus
