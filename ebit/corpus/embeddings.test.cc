#include "ebit/corpus/embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::HasSubstr;

const Vocabulary& words() {
  static const Vocabulary vocabulary({{"cat", 3}, {"dog", 2}, {"bird", 1}});
  return vocabulary;
}

TEST(Embeddings, TokensOfTheFileGetItsVectors) {
  const TestFolder folder;
  const std::string lines = "the 9 9 9\ndog 1 -2 0.5\ncat 2e-1 0 4\n";
  const Embeddings e = read_embeddings(folder.file("g.txt", lines), words(), 1);
  EXPECT_EQ(e.dimension, 3u);
  EXPECT_EQ(e.found, 2u);
  ASSERT_EQ(e.vectors.size(), words().size() * 3);
  const auto row = [&](std::int64_t id) {
    const auto begin = e.vectors.begin() + 3 * id;
    return std::vector<float>(begin, begin + 3);
  };
  EXPECT_EQ(row(words().id("cat")), (std::vector<float>{0.2F, 0, 4}));
  EXPECT_EQ(row(words().id("dog")), (std::vector<float>{1, -2, 0.5F}));
  EXPECT_EQ(row(Vocabulary::kPad), (std::vector<float>{0, 0, 0}));
  EXPECT_NE(row(words().id("bird")), (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(e.vectors, read_embeddings(folder.path() / "g.txt", words(), 1).vectors);
  EXPECT_NE(e.vectors, read_embeddings(folder.path() / "g.txt", words(), 2).vectors);
  const Embeddings headed = read_embeddings(folder.file("w.txt", "3 3\n" + lines), words(), 1);
  EXPECT_EQ(headed.vectors, e.vectors);
}

TEST(Embeddings, UnknownTokensSpreadAsTheFoundOnes) {
  const TestFolder folder;
  TokenCounts counts{{"known", 1}};
  for (int i = 0; i < 300; ++i) counts["w" + std::to_string(i)] = 1;
  std::string line = "known";
  for (int e = 0; e < 100; ++e) line += e % 2 == 0 ? " 0.3" : " -0.3";
  const Vocabulary many(counts);
  const Embeddings e = read_embeddings(folder.file("g.txt", line + "\n"), many, 7);
  double squares = 0;
  for (const float value : e.vectors) squares += double{value} * value;
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>((many.size() - 1) * 100)), 0.3, 0.006);
}

TEST(Embeddings, TokensThatAreNotUtf8AreSkippedAndCounted) {
  const TestFolder folder;
  const Embeddings e = read_embeddings(folder.file("g.txt",
                                                   "\xEF\xBB\xBF"
                                                   "cat 1 2\nt\xC3 0.1 0.2\n\xE2\x82 3 4\ndog 5 6\n"),
                                       words(), 1);
  EXPECT_EQ(e.found, 2u);
  EXPECT_EQ(e.skipped, 2u);
  EXPECT_THAT(error_of([&] { read_embeddings(folder.file("n.txt", "t\xC3 0.1\nother 2\n"), words(), 1); }),
              HasSubstr("1 lines whose token is not UTF-8"));
}

TEST(Embeddings, BadFilesAreRefusedWithTheirLine) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& text) {
    const auto path = folder.file("g.txt", text);
    return error_of([&] { read_embeddings(path, words(), 1); });
  };
  EXPECT_THAT(refusal("cat 1 2\ndog 1 2 3\n"), HasSubstr("line 2: 3 numbers where the first vector has 2"));
  EXPECT_THAT(refusal("cat 1 2\ndog 1 x\n"), HasSubstr("line 2: 'x' is no number"));
  EXPECT_THAT(refusal("cat 1 nan\n"), HasSubstr("line 1"));
  EXPECT_THAT(refusal("Katze 1 2\n"), HasSubstr("none of the vocabulary's 7 tokens"));
  EXPECT_THAT(refusal("cat\n"), HasSubstr("no numbers behind the token 'cat'"));
}

}  // namespace
}  // namespace ebit::inline corpus
