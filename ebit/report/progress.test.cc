#include "ebit/report/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A stream in memory and a clock that only the test moves.
class ProgressTest : public testing::Test {
 protected:
  ProgressTest() : out_(std::tmpfile()) {}
  ~ProgressTest() override { std::fclose(out_); }

  ProgressOptions options(bool terminal, int columns = 100) {
    ProgressOptions o;
    o.terminal = terminal;
    o.columns = [columns] { return columns; };
    o.clock = [this] { return now_; };
    return o;
  }
  std::string written() {
    std::string text;
    std::rewind(out_);
    for (int c; (c = std::fgetc(out_)) != EOF;) text += static_cast<char>(c);
    return text;
  }
  // What the terminal showed, drawing by drawing, without the control sequences.
  std::vector<std::string> drawings() {
    std::vector<std::string> list;
    const std::string text = written();
    for (std::size_t at = text.find('\r'); at != std::string::npos;) {
      const std::size_t next = text.find('\r', at + 1);
      std::string one = text.substr(at + 1, next == std::string::npos ? next : next - at - 1);
      for (const std::string code : {"\x1b[K", "\x1b[32m", "\x1b[0m", "\n"})
        for (std::size_t i; (i = one.find(code)) != std::string::npos;) one.erase(i, code.size());
      list.push_back(one);
      at = next;
    }
    return list;
  }

  std::FILE* out_;
  double now_ = 1000;
};

TEST_F(ProgressTest, TerminalLineSaysItAll) {
  Progress progress(out_, "seed 1", "epoch", 100, 0, options(true));
  now_ += 3.7;
  progress.update(37, "loss 0.0812  best 0.0790");
  EXPECT_THAT(drawings(),
              testing::ElementsAre(
                  "seed 1  epoch  37/100 [########................] loss 0.0812  best 0.0790  6.3 s left"));
  EXPECT_THAT(written(), EndsWith("\x1b[K"));
  progress.finish();
  EXPECT_THAT(written(), EndsWith("best 0.0790  3.7 s\x1b[K\n"));
}

TEST_F(ProgressTest, TerminalIsRedrawnAtMostTenTimesASecond) {
  Progress progress(out_, "", "epoch", 1000, 0, options(true));
  for (std::size_t i = 1; i <= 1000; ++i) {
    now_ += 0.001;
    progress.update(i, "loss 1");
  }
  progress.finish();
  const auto seen = drawings();
  EXPECT_GE(seen.size(), 9u);
  EXPECT_LE(seen.size(), 12u);
  EXPECT_THAT(seen.back(), StartsWith("epoch 1000/1000 [########################] loss 1"));
}

TEST_F(ProgressTest, ElsewhereAboutTenLinesAndTheLast) {
  for (const std::size_t total : {3u, 10u, 11u, 100u, 137u}) {
    std::fclose(out_);
    out_ = std::tmpfile();
    Progress progress(out_, "seed 2", "epoch", total, 0, options(false));
    for (std::size_t i = 1; i <= total; ++i) {
      now_ += 1;
      progress.update(i, "loss 0.5");
    }
    progress.finish();
    const std::string text = written();
    const auto lines = std::count(text.begin(), text.end(), '\n');
    EXPECT_GE(lines, std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(total), 6)) << text;
    EXPECT_LE(lines, 11) << text;
    EXPECT_EQ(text.find_first_of("\r\x1b"), std::string::npos);
    EXPECT_THAT(text, EndsWith("epoch " + std::to_string(total) + "/" + std::to_string(total) +
                               "  loss 0.5  " + duration_text(static_cast<double>(total)) + "\n"));
  }
}

TEST_F(ProgressTest, NarrowTerminalsNeverWrap) {
  for (int columns = 1; columns <= 120; ++columns) {
    Progress progress(out_, "seed 1", "epoch", 100, 0, options(true, columns));
    now_ += 3.7;
    progress.update(37, "loss 0.0812  best 0.0790");
    EXPECT_LE(display_width(drawings().back()), static_cast<std::size_t>(std::max(columns - 1, 1)))
        << columns;
  }
  EXPECT_THAT(drawings().back(), HasSubstr("[####"));
}

TEST_F(ProgressTest, WhatMattersLeastGoesFirst) {
  const auto at = [&](int columns) {
    Progress progress(out_, "", "epoch", 10, 0, options(true, columns));
    now_ += 1;
    progress.update(5, "loss 0.5");
    return drawings().back();
  };
  EXPECT_EQ(at(60), "epoch  5/10 [############............] loss 0.5  1.0 s left");
  EXPECT_EQ(at(44), "epoch  5/10 [####....] loss 0.5  1.0 s left");
  EXPECT_EQ(at(36), "epoch  5/10  loss 0.5  1.0 s left");
  EXPECT_EQ(at(26), "epoch  5/10  1.0 s left");
  EXPECT_EQ(at(14), "epoch  5/10");
  EXPECT_EQ(at(8), "epoch …");
}

TEST_F(ProgressTest, ZeroAndOneTotal) {
  for (const bool terminal : {true, false}) {
    Progress none(out_, "", "epoch", 0, 0, options(terminal));
    none.finish();
    EXPECT_THAT(written(), HasSubstr("epoch 0/0"));
    Progress one(out_, "", "epoch", 1, 0, options(terminal));
    one.update(1, "loss 2");
    one.finish();
    one.finish();
    one.update(1, "never");
    EXPECT_THAT(written(), HasSubstr("epoch 1/1"));
    EXPECT_EQ(written().find("never"), std::string::npos);
  }
}

TEST_F(ProgressTest, AResumedRunCountsItsOwnStepsForTheTimeLeft) {
  Progress progress(out_, "", "epoch", 100, 90, options(true));
  now_ += 2;
  progress.update(92, "");
  EXPECT_THAT(drawings().back(), EndsWith("] 8.0 s left"));
}

TEST_F(ProgressTest, MessagesStandAboveTheLine) {
  Progress progress(out_, "", "epoch", 4, 0, options(true));
  progress.message("before anything was drawn");
  progress.update(1, "");
  progress.message("gradient clipped\x1b[2J");
  const std::string text = written();
  EXPECT_THAT(text, StartsWith("before anything was drawn\n"));
  EXPECT_THAT(text, HasSubstr("\r\x1b[Kgradient clipped [2J\n\repoch 1/4"));
}

TEST_F(ProgressTest, AnAbandonedLineIsEnded) {
  { Progress progress(out_, "", "epoch", 4, 0, options(true)); }
  EXPECT_EQ(written(), "") << "nothing was begun";
  {
    Progress progress(out_, "", "epoch", 4, 0, options(true));
    progress.update(1, "");
  }
  EXPECT_THAT(written(), EndsWith("\x1b[K\n"));
}

TEST_F(ProgressTest, ColourOnlyWhereAsked) {
  auto with = options(true);
  with.color = true;
  { Progress(out_, "", "epoch", 4, 0, options(true)).update(2, ""); }
  EXPECT_EQ(written().find("\x1b[32m"), std::string::npos);
  { Progress(out_, "", "epoch", 4, 0, with).update(2, ""); }
  EXPECT_THAT(written(), HasSubstr("[\x1b[32m############\x1b[0m............]"));
}

TEST_F(ProgressTest, AFileIsNoTerminal) {
  const ProgressOptions found = progress_options(out_);
  EXPECT_FALSE(found.terminal);
  EXPECT_FALSE(found.color);
  ::setenv("COLUMNS", "57", 1);
  EXPECT_EQ(found.columns(), 57);
  ::setenv("COLUMNS", "nonsense", 1);
  EXPECT_EQ(found.columns(), 80);
  ::unsetenv("COLUMNS");
}

TEST(Duration, Text) {
  EXPECT_EQ(duration_text(0), "0.0 s");
  EXPECT_EQ(duration_text(3.24), "3.2 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(59.7), "1 min 00 s");
  EXPECT_EQ(duration_text(125), "2 min 05 s");
  EXPECT_EQ(duration_text(4321), "1 h 12 min");
  EXPECT_EQ(duration_text(100 * 3600), "4 d 4 h");
  EXPECT_EQ(duration_text(-1), "?");
  EXPECT_EQ(duration_text(0.0 / 0.0), "?");
}

}  // namespace
}  // namespace ebit::inline report
