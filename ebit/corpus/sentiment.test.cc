#include "ebit/corpus/sentiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Sentiment, LinesAndFilesOfTheKnownCorpora) {
  const TestFolder folder;
  folder.file("p/rt-polarity.neg", "bad film\n");
  folder.file("p/rt-polarity.pos", "tr\xE8s bien\n");
  const RawSentences polarity = read_sentiment("sentence-polarity", folder.path() / "p");
  EXPECT_THAT(polarity.texts, ElementsAre("bad film", "très bien"));
  EXPECT_THAT(polarity.labels, ElementsAre(0, 1));
  EXPECT_THAT(polarity.notes, ElementsAre(AllOf(HasSubstr("rt-polarity.pos"), HasSubstr("Windows-1252"))));

  folder.file("r/pos/a.txt", "a long\nreview\n");
  folder.file("r/neg/b.txt", "another\n");
  EXPECT_THAT(read_sentiment("movie-reviews", folder.path() / "r").labels, ElementsAre(0, 1));

  folder.file("u/yelp_labelled.txt", "Good  \t1\nBad\t0\n");
  EXPECT_THAT(read_sentiment("uci-sentences", folder.path() / "u").texts, ElementsAre("Good", "Bad"));
}

TEST(Sentiment, BadLinesAreRefusedWithTheirPlace) {
  const TestFolder folder;
  const auto refusal = [&](const std::string& text) {
    const auto path = folder.file("s.txt", text);
    return error_of([&] { read_sentiment("", path); });
  };
  EXPECT_THAT(refusal("good\t1\n \t0\n"), HasSubstr("line 2: an empty sentence"));
  EXPECT_THAT(refusal("good\t1\n\u00A0\t0\n"), HasSubstr("line 2: an empty sentence"));
  EXPECT_THAT(refusal("good\t1\n\n"), HasSubstr("line 2: no tab"));
  EXPECT_THAT(refusal("good\t2\n"), HasSubstr("line 1: the label is '2'"));
  EXPECT_THAT(refusal("g\xF6\xF6\x64\t1\n"), HasSubstr("line 1: not UTF-8"));
  EXPECT_THAT(refusal(""), HasSubstr("holds no sentences"));
  const auto latin = folder.file("l.txt", "g\xF6\xF6\x64\t1\n");
  EXPECT_THAT(read_sentiment("", latin, "latin-1").texts, ElementsAre("gööd"));
}

TEST(Sentiment, PartsShareNoSentenceAndTheVocabularyIsOfTheTrainingPart) {
  const TestFolder folder;
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += "Film w" + std::to_string(i * i % 151) + " w" + std::to_string(i % 5) + " !\t" +
            std::to_string(i % 2) + "\n";
  const SentimentData data = load_sentiment({.corpus = folder.file("s.txt", text).string(),
                                             .tokenizer = {.name = "words", .lower_case = true},
                                             .vocabulary = {.min_count = 1},
                                             .split = {.validation = 0.2, .test = 0.2, .seed = 3}});
  EXPECT_EQ(data.train.count() + data.validation.count() + data.test.count(), 300u);
  EXPECT_EQ(unknown_share(data.train.ids), 0.0);
  EXPECT_GT(unknown_share(data.test.ids), 0.0) << "their numbers stand in the training part only in part";
  const std::set<Ids> train(data.train.ids.begin(), data.train.ids.end());
  for (const Ids& ids : data.test.ids) EXPECT_TRUE(!train.contains(ids) || std::ranges::count(ids, 1) > 0);
  EXPECT_NE(data.vocabulary.id("film"), Vocabulary::kUnk);
  EXPECT_THAT(data.notes, Contains(HasSubstr("tokens outside the vocabulary: 0.00 % of the training part")));
}

TEST(Sentiment, LongSentencesAreCutAndThatIsTold) {
  const TestFolder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += "a b c d" + std::to_string(i) + "\t" + std::to_string(i % 2) + "\n";
  const SentimentData data = load_sentiment({.corpus = folder.file("s.txt", text).string(), .max_length = 3});
  for (const Ids& ids : data.train.ids) EXPECT_EQ(ids.size(), 3u);
  EXPECT_THAT(data.notes, Contains("40 sentences are cut after 3 tokens"));
}

TEST(Sentiment, TheCorporaThemselves) {
  EBIT_NEEDS_SHARED("sentence_polarity.zip");
  const SentimentData polarity = load_sentiment({.corpus = "sentence-polarity", .folder = shared_data()});
  EXPECT_EQ(polarity.train.count() + polarity.validation.count() + polarity.test.count(), 10662u);
  EXPECT_NEAR(static_cast<double>(polarity.test.count()), 1066, 5);
  EXPECT_NEAR(static_cast<double>(std::ranges::count(polarity.test.labels, 1)), 533, 3);
  const SentimentData uci = load_sentiment({.corpus = "uci-sentences", .folder = shared_data()});
  EXPECT_EQ(uci.train.count() + uci.validation.count() + uci.test.count(), 3000u);
  const RawSentences reviews = read_sentiment("movie-reviews", shared_data() + "/movie_reviews.zip");
  EXPECT_EQ(reviews.texts.size(), 2000u);
  EXPECT_EQ(std::ranges::count(reviews.labels, 1), 1000);
}

TEST(Sentiment, UnknownCorporaSuggestTheNearest) {
  EXPECT_THAT(error_of([] { load_sentiment({.corpus = "sentence-polrity"}); }),
              HasSubstr("did you mean 'sentence-polarity'?"));
  EXPECT_THAT(error_of([] { load_sentiment({.corpus = "mnist"}); }),
              HasSubstr("is for the task images, not sentiment"));
}

}  // namespace
}  // namespace ebit::inline corpus
