#include "ebit/report/gnuplot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "ebit/base/error.h"

namespace ebit::inline report {
namespace {

using testing::HasSubstr;

std::string message_of(const std::string& script) {
  try {
    run_gnuplot(script);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Gnuplot, StringsAreQuotedSoThatNothingIsInterpreted) {
  EXPECT_EQ(gnuplot_string("plain"), "'plain'");
  EXPECT_EQ(gnuplot_string("it's"), "'it''s'");
  EXPECT_EQ(gnuplot_string("a\nb"), "'a'.\"\\n\".'b'");
  EXPECT_EQ(gnuplot_string("\x07\xFF"), "' \uFFFD'");
  EXPECT_EQ(gnuplot_tick_string("50%\n"), "'50%% '");
}

TEST(Gnuplot, HostileStringsComeBackAsTheyAre) {
  // gnuplot itself tells what it understood.
  const std::string hostile =
      "\"quotes\" it's 'x' `echo no` $(no) @home #no \\n \\' %d%% a_b^c {/Bold x} & ~ <tag> ; quit | 0.5-10";
  EXPECT_EQ(run_gnuplot("set print '-'\nhome = 'no'\nprint " + gnuplot_string(hostile) + "\n"),
            hostile + "\n");
  EXPECT_EQ(run_gnuplot("set print '-'\nprint " + gnuplot_string("a\n\\\nb\\") + "\n"), "a\n\\\nb\\\n");
  EXPECT_EQ(run_gnuplot("set print '-'\nprint " + gnuplot_string("") + "\n"), "\n");
}

TEST(Gnuplot, ErrorsQuoteItsReason) {
  EXPECT_THAT(message_of("set foo bar\n"), HasSubstr("unrecognized option"));
  EXPECT_THAT(message_of("plot nonsense_variable\n"), HasSubstr("cannot draw: gnuplot failed"));
  EXPECT_THAT(message_of(""), HasSubstr("wrote nothing"));
  EXPECT_EQ(message_of("set foo bar\n").find('\n'), std::string::npos) << "one line";
}

TEST(Gnuplot, AbsenceIsSaidWithTheRemedy) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const std::string message = message_of("print 1\n");
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(message,
            "cannot draw: gnuplot is not installed or not on PATH; on Debian: apt-get install gnuplot-nox");
}

TEST(Gnuplot, LargeOutputAndInputDoNotBlock) {
  std::string script = "set print '-'\n";
  for (int i = 0; i < 20000; ++i) script += "print 'a line that is not short'\n";
  EXPECT_EQ(run_gnuplot(script).size(), 20000u * 25);
}

}  // namespace
}  // namespace ebit::inline report
