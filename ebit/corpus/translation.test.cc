#include "ebit/corpus/translation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Translation, PairsFromOneFileOrTwo) {
  const TestFolder folder;
  const std::string lines = "Hi.\tHallo!\tlicence\nGo.\tGeh.\n";
  const RawPairs pairs = read_pairs(folder.file("p.tsv", lines), false);
  EXPECT_THAT(pairs.source, ElementsAre("Hi.", "Go."));
  EXPECT_THAT(pairs.target, ElementsAre("Hallo!", "Geh."));
  folder.file("z/deu.txt", lines);
  folder.file("z/_about.txt", "no pairs");
  folder.shell("python3 -m zipfile -c z.zip z/deu.txt z/_about.txt");
  const RawPairs swapped = read_pairs(folder.path() / "z.zip", true);
  EXPECT_EQ(swapped.source, pairs.target);
  EXPECT_EQ(swapped.target, pairs.source);
  const RawPairs two =
      read_two_files(folder.file("a.en", "Hi.\nGo.\n"), folder.file("a.de", "Hallo!\r\nGeh."));
  EXPECT_EQ(two.source, pairs.source);
  EXPECT_EQ(two.target, pairs.target);
}

TEST(Translation, BadFilesAreRefusedWithTheirPlace) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& text) {
    const auto path = folder.file("p.tsv", text);
    return error_of([&] { read_pairs(path, false); });
  };
  EXPECT_THAT(refusal("a\tb\nc\n"), HasSubstr("line 2: no tab"));
  EXPECT_THAT(refusal("a\tb\n\td\n"), HasSubstr("line 2: an empty sentence"));
  EXPECT_THAT(refusal("a\tb\n\u00A0 \td\n"), HasSubstr("line 2: an empty sentence"));
  EXPECT_THAT(refusal("a\tb\nc\t\u3000\n"), HasSubstr("line 2: an empty sentence"));
  EXPECT_THAT(refusal("a\tb\n\xE4\td\n"), HasSubstr("line 2: not UTF-8"));
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  const auto one = folder.file("a.en", "Hi.\nGo.\n"), other = folder.file("a.de", "Hallo!\n");
  EXPECT_THAT(error_of([&] { read_two_files(one, other); }),
              AllOf(HasSubstr("a.en' has 2 lines"), HasSubstr("a.de' 1")));
  const auto blank = folder.file("b.de", "Hallo!\n \n");
  EXPECT_THAT(error_of([&] { read_two_files(one, blank); }), HasSubstr("b.de', line 2: an empty sentence"));
}

TEST(Translation, ALoneCrInsideALineShiftsNoPair) {
  const TestFolder folder;
  const RawPairs pairs = read_two_files(folder.file("s.txt", "a b\nc d\r e\nf g\nh i\n"),
                                        folder.file("t.txt", "A B\nC D E\nF\r G\nH I\n"));
  ASSERT_EQ(pairs.source.size(), 4u) << "as wc -l counts";
  EXPECT_EQ(pairs.source[3], "h i");
  EXPECT_EQ(pairs.target[3], "H I");
}

std::string many_pairs() {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    const std::string n = std::to_string(i % 100);
    text += "I have s" + n + ".\tIch habe t" + std::to_string(i % 200) + ".\n";
  }
  return text + "one two three four five six\tzu lang\n";
}

TEST(Translation, ASourceIsNeverInTwoParts) {
  const TestFolder folder;
  const TranslationData data = load_translation({.corpus = folder.file("p.tsv", many_pairs()).string(),
                                                 .source_vocabulary = {.min_count = 1},
                                                 .target_vocabulary = {.min_count = 1},
                                                 .max_length = 5,
                                                 .split = {.validation = 0.2, .test = 0.2, .seed = 2}});
  // 200 different pairs of 100 sources: 60, 20 and 20 of them.
  EXPECT_EQ(data.train.count(), 120u);
  EXPECT_EQ(data.validation.count(), 20u);
  EXPECT_EQ(data.test.count(), 20u);
  EXPECT_EQ(data.test.references[0].size(), 2u) << "both translations of a source are its references";
  EXPECT_EQ(data.train.references[0].size(), 1u);
  EXPECT_THAT(data.notes[0],
              HasSubstr("401 pairs; left out: 1 longer than 5 tokens, 200 that are there already"));
  const std::set<Ids> train(data.train.source.begin(), data.train.source.end());
  EXPECT_EQ(train.size(), 60u);
  for (const Ids& ids : data.test.source) {
    EXPECT_FALSE(train.contains(ids));
    EXPECT_EQ(std::ranges::count(ids, Vocabulary::kUnk), 1) << "the vocabulary is of the training part";
  }
  EXPECT_THAT(data.test.references[0][0], HasSubstr("ich habe t"));
  EXPECT_EQ(data.source_vocabulary.tokens(data.train.source[0]).front(), "i");
}

TEST(Translation, TwoFilesTheOtherWayRound) {
  const TestFolder folder;
  std::string source, target;
  for (int i = 0; i < 50; ++i)
    source += "s" + std::to_string(i) + "\n", target += "t" + std::to_string(i) + "\n";
  const TranslationData data = load_translation({.corpus = folder.file("a", source).string(),
                                                 .target_file = folder.file("b", target).string(),
                                                 .swapped = true,
                                                 .source_vocabulary = {.min_count = 1}});
  EXPECT_EQ(data.source_vocabulary.tokens(data.train.source[0]).front()[0], 't');
}

TEST(Translation, TheCorpusItself) {
  EBIT_NEEDS_SHARED("tatoeba-deu-eng-20180513.zip");
  const TranslationData data = load_translation({.corpus = "tatoeba-deu-eng",
                                                 .folder = shared_data(),
                                                 .swapped = true,
                                                 .max_length = 8,
                                                 .split = {.limit = 20000}});
  EXPECT_THAT(data.notes[0], HasSubstr("169813 pairs"));
  EXPECT_EQ(data.train.count(), 20000u);
  EXPECT_NE(data.source_vocabulary.id("ich"), Vocabulary::kUnk);
  EXPECT_NE(data.target_vocabulary.id("i"), Vocabulary::kUnk);
  const std::set<Ids> train(data.train.source.begin(), data.train.source.end());
  for (const Ids& ids : data.test.source) EXPECT_TRUE(!train.contains(ids) || std::ranges::count(ids, 1) > 0);
}

}  // namespace
}  // namespace ebit::inline corpus
