// What the tests of this layer share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "ebit/base/error.h"

namespace ebit::inline data {

/// The message of the Error that `action` throws; a test failure, and "", where it throws none.
template <class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << "a message is one line: " << message;
    return message;
  }
  ADD_FAILURE() << "no Error was thrown";
  return "";
}

}  // namespace ebit::inline data
