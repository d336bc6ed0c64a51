// What commands print: text and JSON on standard output.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace ebit::cmd {

/// Prints text on standard output as it is.
void print(std::string_view text);

/// Prints text, a whole line, on standard error. What cannot be written there is lost: it is no reason to
/// stop.
void tell(std::string_view text);

/// Opens /dev/null where standard input, output or error is closed, so that no file of a run gets their
/// number and what is printed. Call it before any file is opened.
void open_standard_streams();

/// Prints a value as indented JSON and a newline; numbers so that they read back bit for bit, NaN and
/// infinities (which JSON has not) as null.
void print_json(const nlohmann::ordered_json& value);

/// Throws Error if anything printed so far did not reach standard output, for example on a full disk.
void flush_output();

}  // namespace ebit::cmd
