#include "ebit/corpus/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Tokenizer, WordsKeepWhatBelongsTogether) {
  EXPECT_THAT(tokenize("Don't pay 3.50, well-known O’Hara!", {.name = "words"}),
              ElementsAre("Don't", "pay", "3.50", ",", "well-known", "O'Hara", "!"));
  EXPECT_THAT(
      tokenize("'quoted' a. b - c- -d x..y 1,", {.name = "words"}),
      ElementsAre("'", "quoted", "'", "a", ".", "b", "-", "c", "-", "-", "d", "x", ".", ".", "y", "1", ","));
  EXPECT_THAT(tokenize("ÄRGER\u00a0Größe «日本»", {.name = "words", .lower_case = true}),
              ElementsAre("ärger", "größe", "«", "日本", "»"));
  EXPECT_THAT(tokenize("e\u0301a", {.name = "words"}), ElementsAre("e\u0301a"))
      << "a mark stays on its letter";
}

TEST(Tokenizer, TypographicQuotesAndDashesAreThePlainOnes) {
  EXPECT_EQ(tokenize("“don’t” ‘go’ 1990–2000 „so‟ a – b", {.name = "words"}),
            tokenize("\"don't\" 'go' 1990-2000 \"so\" a - b", {.name = "words"}));
  EXPECT_THAT(tokenize("well—no", {.name = "words"}), ElementsAre("well", "-", "no"));
  EXPECT_THAT(tokenize("’", {.name = "characters"}), ElementsAre("’"));
  EXPECT_THAT(tokenize("don’t", {.name = "whitespace"}), ElementsAre("don’t"));
}

TEST(Tokenizer, CharactersAndWhiteSpace) {
  EXPECT_THAT(tokenize("aß 日", {.name = "characters"}), ElementsAre("a", "ß", " ", "日"));
  EXPECT_THAT(tokenize(" a,b\t <unk>  @-@ ", {.name = "whitespace"}), ElementsAre("a,b", "<unk>", "@-@"));
}

TEST(Tokenizer, EveryRowPutsBackTogetherWhatItSplits) {
  for (const TokenizerRow& row : tokenizer_table()) {
    EXPECT_FALSE(row.help.empty()) << row.name;
    const TokenizerOptions options{.name = std::string(row.name)};
    const Tokens tokens = tokenize("The cat , 3.5 : ß", options);
    EXPECT_EQ(join_tokens(tokens, options), "The cat , 3.5 : ß") << row.name;
    EXPECT_TRUE(tokenize("", options).empty());
  }
  EXPECT_THAT(error_of([] { tokenize("a", {.name = "word"}); }), HasSubstr("did you mean 'words'?"));
}

TEST(Tokenizer, LowerCaseIsUnicodes) { EXPECT_EQ(lower_case("ÀÉÎÖÜŽΣЖ ABC ß 1"), "àéîöüžσж abc ß 1"); }

}  // namespace
}  // namespace ebit::inline corpus
