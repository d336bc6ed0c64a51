#include "ebit/cell/readout_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "ebit/base/testing/error_of.h"

namespace ebit::inline cell {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const std::vector<std::string>& readout, int qubits) {
  std::vector<std::string> all;
  for (const Observable& observable : parse_readout(readout, qubits)) all.push_back(observable.text);
  return all;
}

TEST(ReadoutList, LettersPairsAndStringsInOrder) {
  EXPECT_THAT(texts({"XZ"}, 2), ElementsAre("X0", "X1", "Z0", "Z1"));
  EXPECT_THAT(texts({"ZZ", "Y1"}, 3), ElementsAre("Z0*Z1", "Z0*Z2", "Z1*Z2", "Y1"));
}

TEST(ReadoutList, AllProductsOfTwoPaulis) {
  EXPECT_THAT(texts({"PP"}, 2),
              ElementsAre("X0*X1", "X0*Y1", "X0*Z1", "Y0*X1", "Y0*Y1", "Y0*Z1", "Z0*X1", "Z0*Y1", "Z0*Z1"));
  const std::vector<std::string> all = texts({"XYZ", "PP"}, 5);
  EXPECT_EQ(all.size(), 15u + 90u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

TEST(ReadoutList, WhatCannotBeRead) {
  EXPECT_THAT(error_of([] { texts({}, 2); }), HasSubstr("needs something to read"));
  EXPECT_THAT(error_of([] { texts({"PP"}, 1); }), HasSubstr("'PP' is of pairs of qubits, and there is 1"));
  EXPECT_THAT(error_of([] { texts({"XX"}, 1); }), HasSubstr("pairs of qubits"));
  EXPECT_THAT(error_of([] { texts({"XZZ"}, 3); }), HasSubstr("Z twice"));
}

}  // namespace
}  // namespace ebit::inline cell
