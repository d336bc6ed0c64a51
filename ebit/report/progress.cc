#include "ebit/report/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "ebit/report/text.h"

namespace ebit::inline report {
namespace {

constexpr int kWidestBar = 24, kNarrowestBar = 6;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != 0;
}

int terminal_columns(int file) {
  winsize size{};
  if (::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const int stated = columns == nullptr ? 0 : std::atoi(columns);
  return stated > 0 ? stated : 80;
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void put(std::FILE* out, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

}  // namespace

ProgressOptions progress_options(std::FILE* out) {
  ProgressOptions options;
  const int file = ::fileno(out);
  const char* term = std::getenv("TERM");
  options.terminal =
      file >= 0 && ::isatty(file) != 0 && (term == nullptr || std::string_view(term) != "dumb");
  options.color = options.terminal && !is_set("NO_COLOR");
  options.columns = [file] { return terminal_columns(file); };
  return options;
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0) || !std::isfinite(seconds)) return "?";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::min(std::round(seconds), 1e15));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

Progress::Progress(std::FILE* out, std::string_view head, std::string_view unit, std::size_t total,
                   std::size_t done)
    : Progress(out, head, unit, total, done, progress_options(out)) {}

Progress::Progress(std::FILE* out, std::string_view head, std::string_view unit, std::size_t total,
                   std::size_t done, ProgressOptions options)
    : out_(out),
      head_(clean_text(head)),
      unit_(clean_text(unit)),
      total_(total),
      first_(done),
      done_(done),
      options_(std::move(options)),
      drawn_done_(done) {
  if (!options_.columns) options_.columns = [] { return 80; };
  if (!options_.clock) options_.clock = steady_seconds;
  start_ = options_.clock();
}

Progress::~Progress() {
  if (open_) put(out_, "\n");
}

void Progress::update(std::size_t done, std::string_view values) {
  if (finished_) return;
  done_ = done;
  values_ = clean_text(values);
  if (options_.terminal) {
    const double now = options_.clock();
    if (!drawn_ || now - drawn_at_ >= options_.redraw_seconds) draw(false);
    return;
  }
  // The last step is left to finish(), which says how long it all took.
  const std::size_t steps = total_ > first_ ? total_ - first_ : 0;
  const auto lines = static_cast<std::size_t>(std::max(options_.plain_lines, 1));
  const std::size_t every = std::max<std::size_t>(1, (steps + lines - 1) / lines);
  if (done_ >= drawn_done_ + every && done_ < total_) draw(false);
}

void Progress::message(std::string_view text) {
  const std::string words = clean_text(text);
  if (!open_) return put(out_, words + "\n");
  put(out_, "\r\x1b[K" + words + "\n");
  open_ = false;
  draw(false);
}

void Progress::finish() {
  if (finished_) return;
  draw(true);
  finished_ = true;
}

void Progress::draw(bool last) {
  if (options_.terminal) {
    // One column is left free: a full line would wrap on some terminals.
    put(out_, "\r" + line(std::max(options_.columns() - 1, 1), last) + "\x1b[K" + (last ? "\n" : ""));
    open_ = !last;
    drawn_at_ = options_.clock();
  } else {
    put(out_, line(0, last) + "\n");
  }
  drawn_ = true;
  drawn_done_ = done_;
}

// The line at most `columns` wide (0: a plain line of any length). What matters least goes first: the bar
// shrinks, then it goes, then the values, then the rest is cut.
std::string Progress::line(int columns, bool last) const {
  const std::string total = fmt::format("{}", total_);
  std::string count = fmt::format("{} {:>{}}/{}", unit_, done_, total.size(), total);
  if (!head_.empty()) count = head_ + "  " + count;
  const double elapsed = options_.clock() - start_;
  std::string time;
  if (last)
    time = duration_text(elapsed);
  else if (done_ > first_ && done_ < total_)
    time =
        duration_text(elapsed / static_cast<double>(done_ - first_) * static_cast<double>(total_ - done_)) +
        " left";

  const auto joined = [](std::string text, const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : "  ") + more;
    return text;
  };
  const std::string tail = joined(values_, time);
  if (columns == 0) return joined(count, tail);

  const auto width = [](const std::string& text) { return static_cast<int>(display_width(text)); };
  const int room = columns - width(count) - width(tail) - (tail.empty() ? 3 : 4);
  if (room >= kNarrowestBar) {
    const int cells = std::min(room, kWidestBar);
    const double share =
        total_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    const int full = static_cast<int>(share * cells);
    const std::string bar = fmt::format("{}{:#>{}}{}{:.>{}}", options_.color ? "\x1b[32m" : "", "", full,
                                        options_.color ? "\x1b[0m" : "", "", cells - full);
    return fmt::format("{} [{}]{}{}", count, bar, tail.empty() ? "" : " ", tail);
  }
  std::string words = joined(count, tail);
  if (width(words) > columns) words = joined(count, time);
  if (width(words) > columns) words = count;
  return cut_text(words, static_cast<std::size_t>(columns));
}

}  // namespace ebit::inline report
