#include "ebit/corpus/bleu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>

#include "ebit/corpus/testing/support.h"

namespace ebit::inline corpus {
namespace {

using testing::HasSubstr;

std::vector<std::string> cut(std::string_view text, char at) {
  std::vector<std::string> pieces;
  for (;;) {
    const std::size_t end = text.find(at);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

// The lines of what testing/make_bleu_cases.py wrote, cut at tabs.
std::vector<std::vector<std::string>> cases() {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : cut(read_file(EBIT_SOURCE_DIR "/ebit/corpus/testing/bleu_cases.tsv"), '\n'))
    rows.push_back(cut(line, '\t'));
  return rows;
}

TEST(Bleu, TokensAreThoseOfSacrebleu) {
  int compared = 0;
  for (const auto& row : cases()) {
    if (row[0] != "tokens") continue;
    std::string joined;
    for (const std::string& token : tokenize_13a(row[1])) joined += (joined.empty() ? "" : " ") + token;
    EXPECT_EQ(joined, row[2]) << "of '" << row[1] << "'";
    ++compared;
  }
  EXPECT_GT(compared, 200);
  EXPECT_EQ(tokenize_13a("line-\nend a\nb"), (Tokens{"lineend", "a", "b"}));
}

TEST(Bleu, ScoresAreThoseOfSacrebleu) {
  const auto rows = cases();
  int compared = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i][0] != "corpus") continue;
    SCOPED_TRACE("line " + std::to_string(i + 1));
    const auto number = [&](std::size_t column) { return std::stod(rows[i][column]); };
    std::vector<std::string> hypotheses;
    std::vector<std::vector<std::string>> references;
    for (std::size_t k = 1; k <= static_cast<std::size_t>(number(9)); ++k) {
      hypotheses.push_back(rows[i + k][0]);
      references.emplace_back(rows[i + k].begin() + 1, rows[i + k].end());
    }
    const Bleu b = bleu(hypotheses, references);
    EXPECT_NEAR(b.score, number(1), 1e-9);
    for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(b.precisions[n], number(2 + n), 1e-9) << n;
    EXPECT_NEAR(b.brevity_penalty, number(6), 1e-12);
    EXPECT_EQ(static_cast<double>(b.hypothesis_length), number(7));
    EXPECT_EQ(static_cast<double>(b.reference_length), number(8));
    ++compared;
  }
  EXPECT_GT(compared, 15);
}

TEST(Bleu, UnequalListsAreRefused) {
  EXPECT_THAT(error_of([] {
                bleu(std::vector<std::string>{"a", "b"}, std::vector<std::vector<std::string>>{{"a"}});
              }),
              HasSubstr("2 translations, but references for 1"));
  EXPECT_THAT(
      error_of([] { bleu(std::vector<std::string>{"a"}, std::vector<std::vector<std::string>>{{}}); }),
      HasSubstr("translation 1 has no reference"));
}

}  // namespace
}  // namespace ebit::inline corpus
