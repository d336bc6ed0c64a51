// gnuplot as a child process: a script in, the picture's bytes out.
#pragma once

#include <string>
#include <string_view>

namespace ebit::inline report {

/// `text` as a gnuplot string expression in which nothing is interpreted: in single quotes, a quote doubled,
/// newlines joined in as "\n". (Octal escapes in double quotes would swallow the digits after them.) Cleaned
/// as by clean_text(), newlines kept. For terminals with `noenhanced`. Tic labels also pass through gnuplot's
/// number formatter: see gnuplot_tick_string().
std::string gnuplot_string(std::string_view text);

/// As gnuplot_string() on one line, with % doubled: for labels inside `set xtics (...)`.
std::string gnuplot_tick_string(std::string_view text);

/// Runs `gnuplot` (found on PATH; the user's start-up files are not read) on `script` and returns what it
/// wrote to its standard output: the picture, where the script sets a terminal and no output file. Throws
/// Error where gnuplot is not installed, cannot be started, or reports an error (its message is quoted).
std::string run_gnuplot(const std::string& script);

}  // namespace ebit::inline report
