#include "ebit/corpus/language.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string spell(const Vocabulary& vocabulary, const Ids& ids) {
  std::string text;
  for (const std::int64_t id : ids) text += vocabulary.token(id);
  return text;
}

TEST(Language, CharactersOfOneTextInItsOrder) {
  const TestFolder folder;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "zeile ü " + std::to_string(i % 7) + "\r\n";
  const LanguageData data =
      load_language({.corpus = folder.file("t.txt", text).string(), .validation = 0.1, .test = 0.2});
  std::string expected = text;
  std::erase(expected, '\r');
  EXPECT_EQ(spell(data.vocabulary, data.train.ids) + spell(data.vocabulary, data.validation.ids) +
                spell(data.vocabulary, data.test.ids),
            expected);
  EXPECT_EQ(data.train.characters, data.train.ids.size());
  EXPECT_NEAR(static_cast<double>(data.test.characters) / 1000, 0.2, 0.011);
  EXPECT_EQ(data.vocabulary.size(), 4u + 7 + 7) << "the letters of 'zeile', blank, ü, line end, seven digits";
}

TEST(Language, ThreeFilesAndWords) {
  const TestFolder folder;
  folder.file("w/wiki.train.tokens", "a b <unk> a\n\n b a \n");
  folder.file("w/wiki.valid.tokens", "a\n");
  folder.file("w/wiki.test.tokens", "c b <eos>\n");
  const LanguageData data = load_language(
      {.corpus = (folder.path() / "w").string(), .tokenizer = {.name = "whitespace", .lower_case = false}});
  EXPECT_THAT(data.train.ids, ElementsAre(4, 5, 1, 4, 3, 3, 5, 4, 3));
  EXPECT_THAT(data.test.ids, ElementsAre(1, 5, 3, 3));
  EXPECT_EQ(data.train.characters, 12u + 1 + 6);
  folder.shell("tar cJf w.tar.xz w");
  EXPECT_EQ(load_language({.corpus = (folder.path() / "w.tar.xz").string(),
                           .tokenizer = {.name = "whitespace", .lower_case = false}})
                .train.ids,
            data.train.ids);
  const LanguageData few = load_language({.corpus = (folder.path() / "w").string(),
                                          .tokenizer = {.name = "whitespace", .lower_case = false},
                                          .limit = 6});
  EXPECT_EQ(few.train.ids.size(), 6u);
}

TEST(Language, WhatIsNoTextIsRefused) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& content) {
    const auto path = folder.file("t.txt", content);
    return error_of([&] { load_language({.corpus = path.string()}); });
  };
  EXPECT_THAT(refusal("one line"), HasSubstr("too few lines"));
  EXPECT_THAT(refusal("a\nb\n\xFF\n"), HasSubstr("line 3: not UTF-8"));
  folder.file("w/train.txt", "a\n");
  EXPECT_THAT(error_of([&] { load_language({.corpus = (folder.path() / "w").string()}); }),
              HasSubstr("too few lines"));
  folder.file("w/test.txt", "a\n");
  EXPECT_THAT(error_of([&] { load_language({.corpus = (folder.path() / "w").string()}); }),
              HasSubstr("no three files"));
  folder.file("w/more.train.txt", "a\n");
  EXPECT_THAT(error_of([&] { load_language({.corpus = (folder.path() / "w").string()}); }),
              HasSubstr("several files"));
}

TEST(Streams, EveryTokenIsPredictedOnceAndRowsGoOn) {
  Ids ids(103);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
  const TextStreams streams(ids, 4, 7);  // streams of 25 tokens, 24 predictions
  ASSERT_EQ(streams.windows(), 4u);
  EXPECT_EQ(streams.tokens(), 96u);
  std::vector<std::int64_t> next{0, 25, 50, 75};
  for (std::size_t w = 0; w < streams.windows(); ++w) {
    const StreamWindow window = streams.window(w);
    EXPECT_EQ(window.steps, w == 3 ? 3u : 7u);
    for (std::size_t b = 0; b < 4; ++b) {
      for (std::size_t t = 0; t < window.steps; ++t) {
        EXPECT_EQ(window.x[b * window.steps + t], next[b]);
        EXPECT_EQ(window.y[b * window.steps + t], ++next[b]);
      }
    }
  }
  EXPECT_THAT(next, ElementsAre(24, 49, 74, 99));
  EXPECT_THAT(error_of([&] { TextStreams(ids, 60, 7); }), HasSubstr("103 tokens are too few for 60 streams"));
  EXPECT_THAT(error_of([&] { TextStreams(ids, 0, 7); }), HasSubstr("1 row"));
  EXPECT_THAT(error_of([&] { streams.window(4); }), HasSubstr("no window 4"));
}

TEST(Language, TheCorporaThemselves) {
  EBIT_NEEDS_SHARED("tinyshakespeare.txt");
  const LanguageData plays = load_language({.corpus = "tinyshakespeare", .folder = shared_data()});
  EXPECT_EQ(plays.train.characters + plays.validation.characters + plays.test.characters, 1115394u);
  EXPECT_EQ(plays.vocabulary.size(), 65u + 4);
  const LanguageData wiki = load_language({.corpus = "wikitext-2",
                                           .folder = shared_data(),
                                           .tokenizer = {.name = "whitespace", .lower_case = false}});
  EXPECT_EQ(wiki.vocabulary.size(), 33278u + 2) << "the published 33278 hold <unk> and <eos>";
  EXPECT_EQ(wiki.train.ids.size(), 2088628u);
  EXPECT_EQ(wiki.validation.ids.size(), 217646u);
  EXPECT_EQ(wiki.test.ids.size(), 245569u);
}

}  // namespace
}  // namespace ebit::inline corpus
