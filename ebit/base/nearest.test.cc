#include "ebit/base/nearest.h"

#include <gtest/gtest.h>

namespace ebit::inline base {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("TEMP", "temp"), 0u);
}

TEST(Nearest, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> names{"Date", "Temp", "Wind"};
  EXPECT_EQ(nearest("temperatur", names), "");
  EXPECT_EQ(nearest("Tmp", names), "Temp");
  EXPECT_EQ(suggestion("Tmp", names), "; did you mean 'Temp'? known: Date, Temp, Wind");
}

TEST(Nearest, OfEquallyNearNamesTheOneThatBeginsAlike) {
  EXPECT_EQ(nearest("--saison", std::vector<std::string>{"--json", "--season"}), "--season");
  EXPECT_EQ(nearest("abcd", std::vector<std::string>{"xbcx", "abxx"}), "abxx");
}

TEST(Nearest, ThousandsOfNamesStayOneLine) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("column" + std::to_string(i));
  EXPECT_LT(suggestion("colum", names).size(), 1000u);
  EXPECT_NE(suggestion("colum", names).find("and 4940 more"), std::string::npos);
}

TEST(Nearest, OfManyNamesThoseOfTheSectionAreListed) {
  std::vector<std::string> names{"train.epochs", "train.lr"};
  for (int i = 0; i < 30; ++i) names.push_back("data.column" + std::to_string(i));
  EXPECT_EQ(suggestion("train.epochz", names),
            "; did you mean 'train.epochs'? known in train: train.epochs, train.lr");
  EXPECT_NE(suggestion("quite.another", names).find("data.column29"), std::string::npos);
}

}  // namespace
}  // namespace ebit::inline base
