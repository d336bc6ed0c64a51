// What a call complains of, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "ebit/base/error.h"

namespace ebit::inline base {

/// The message of the Error that `call` throws, which must be one line; "no error" where it throws none.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << "a message is one line: " << message;
    return message;
  }
  return "no error";
}

}  // namespace ebit::inline base
