// The catalogue of corpora, as its user would try it. Nothing is got from the network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ebit/corpus/catalogue.h"
#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

TEST(DataCommand, ListsEveryRow) {
  const std::string text = output_of("ebit data list --dir none");
  const json all = json::parse(output_of("ebit data list --dir none --json"));
  ASSERT_EQ(all.size(), catalogue().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const CorpusRow& row = catalogue()[i];
    EXPECT_THAT(text, HasSubstr("\n" + std::string(row.name) + " "));
    EXPECT_EQ(all[i]["name"], row.name);
    EXPECT_EQ(all[i]["files"].size(), row.files.size());
  }
  EXPECT_THAT(output_of("EBIT_CORPORA=$PWD/mine ebit data list mnist"),
              AllOf(HasSubstr("/mine;"), HasSubstr("https://storage.googleapis.com/"), HasSubstr("LeCun")));
}

TEST(DataCommand, WhatComesWithEbitIsThere) {
  EXPECT_THAT(output_of("ebit data get digits --dir none"),
              AllOf(HasSubstr("licence: CC BY 4.0"), HasSubstr("it is there already: "),
                    HasSubstr("digits8x8.csv.gz")));
}

TEST(DataCommand, FilesAtHandAreCheckedBeforeTheyArePut) {
  const Outcome wrong =
      run("mkdir hand && echo no >hand/tinyshakespeare.txt && "
          "ebit data get tinyshakespeare --dir mine --from hand; status=$?; ls mine/*; exit $status");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("is not the file that was meant: its SHA-256 is "));
  EXPECT_THAT(wrong.out, testing::Not(HasSubstr("put in place")));
  const Outcome free =
      run("mkdir hand && echo pairs >hand/deu-eng.zip && "
          "ebit data get tatoeba-deu-eng --unpinned --dir mine --from hand && cat mine/*/deu-eng.zip");
  EXPECT_EQ(free.status, 0);
  EXPECT_THAT(free.out, AllOf(HasSubstr("put in place: mine/tatoeba-deu-eng/deu-eng.zip"),
                              HasSubstr("not pinned"), HasSubstr("\npairs\n")));
}

TEST(DataCommand, RefusesInOneLine) {
  expect_refused("ebit data", "ACTION is required");
  expect_refused("ebit data show", "no action 'show'");
  expect_refused("ebit data list mnits", "did you mean 'mnist'?");
  expect_refused("ebit data get", "needs the NAME of a corpus");
  expect_refused("ebit data list --from .", "belong to 'ebit data get'");
  const Outcome missing = run("ebit data get mnist --dir mine --from .");
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("ebit: '.' does not hold 'train-images-idx3-ubyte.gz'"));
  const Outcome unpinned = run("ebit data get uci-sentences --dir mine");
  EXPECT_EQ(unpinned.status, 2);
  EXPECT_THAT(unpinned.err, HasSubstr("--unpinned takes it as it comes"));
  // A proxy that nobody answers at stands for no network.
  const Outcome alone =
      run("https_proxy=http://127.0.0.1:9 ebit data get mnist --dir mine; status=$?; test ! -e mine && exit "
          "$status");
  EXPECT_EQ(alone.status, 2) << "and no empty folder is left";
  EXPECT_THAT(alone.err, AllOf(HasSubstr("ebit: cannot reach https://"), HasSubstr("is there a network?")));
  EXPECT_THAT(alone.out, HasSubstr("licence: CC BY-SA 3.0")) << "told before";
}

}  // namespace
}  // namespace ebit::test
