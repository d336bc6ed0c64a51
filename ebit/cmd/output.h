// What commands print: text and JSON on standard output.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace ebit::cmd {

/// Prints text on standard output as it is.
void print(std::string_view text);

/// Prints a line on standard error: what users should know beside the result.
void warn(std::string_view line);

/// Prints a value as indented JSON and a newline; numbers so that they read back bit for bit, NaN and
/// infinities (which JSON has not) as null.
void print_json(const nlohmann::ordered_json& value);

/// Throws Error if anything printed so far did not reach standard output, for example on a full disk.
void flush_output();

}  // namespace ebit::cmd
