// A line that says how far a long job is, for terminals and for logs.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace ebit::inline report {

/// How progress is shown. progress_options() fills it for a stream; tests set it by hand.
struct ProgressOptions {
  bool terminal = false;          ///< redraw one line in place; else print plain lines
  bool color = false;             ///< terminal only
  std::function<int()> columns;   ///< width of the terminal now; unset: 80
  std::function<double()> clock;  ///< seconds, never going back; unset: the steady clock
  double redraw_seconds = 0.1;    ///< a terminal is redrawn at most this often
  int plain_lines = 10;           ///< about so many plain lines in all, and the last
};

/// The options that suit `out`: `terminal` where it is one (and TERM is not "dumb"), no colour where NO_COLOR
/// is set and not empty, the width from the terminal itself, else from COLUMNS, else 80.
ProgressOptions progress_options(std::FILE* out);

/// Shows one job of `total` steps:
///
///     seed 1  epoch  37/100 [#######.............] loss 0.0812  best 0.0790  3.2 s left
///
/// On a terminal the line is redrawn in place; elsewhere about ten plain lines are printed, and the last. Not
/// for several threads at once. Writing errors (a closed pipe) are ignored: progress is never a reason to
/// fail.
class Progress {
 public:
  /// `head` stands first ("seed 1", may be ""), `unit` names a step ("epoch"). `done` steps were finished
  /// before (a resumed run); they do not count for the time left. `total` may be 0.
  Progress(std::FILE* out, std::string_view head, std::string_view unit, std::size_t total,
           std::size_t done = 0);
  /// The same with options of one's own in place of progress_options(out).
  Progress(std::FILE* out, std::string_view head, std::string_view unit, std::size_t total, std::size_t done,
           ProgressOptions options);
  /// Ends an unfinished line, so that what is printed next stands on its own.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` steps of all are finished now; `values` is what to say about them
  /// ("loss 0.0812  best 0.0790"). update(0, "") shows an empty bar on a terminal before the first step is
  /// done.
  void update(std::size_t done, std::string_view values);

  /// Prints a line of its own above the progress line.
  void message(std::string_view line);

  /// Shows the last state with the time taken in place of the time left and ends the line. Later calls do
  /// nothing.
  void finish();

 private:
  void draw(bool last);
  std::string line(int columns, bool last) const;

  std::FILE* out_;
  std::string head_, unit_, values_;
  std::size_t total_, first_, done_;
  ProgressOptions options_;
  double start_, drawn_at_ = 0;  // seconds of the clock
  std::size_t drawn_done_;       // the plain line printed last was about this many
  bool drawn_ = false;           // something was shown
  bool open_ = false;            // the terminal's cursor stands in our line
  bool finished_ = false;
};

/// "3.2 s", "48 s", "2 min 05 s", "1 h 12 min", "3 d 4 h"; "?" for what is not a finite number >= 0.
std::string duration_text(double seconds);

}  // namespace ebit::inline report
