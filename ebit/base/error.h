// The one exception that ebit throws for bad input of any kind.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

/// The library. Each layer (base, sim, grad, ...) has an inline namespace of its own in it, so that two
/// layers can never define the same symbol; users write ebit::Circuit.
namespace ebit::inline base {

/// Bad input from outside: a file, an option, a shape, a value. The message is one line that says what is
/// wrong, where, and what to do. The program prints it and exits with status 2; the library only throws.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error with a message formatted by fmt.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws Error with the formatted message unless `ok`.
template <class... Args>
void require(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace ebit::inline base
