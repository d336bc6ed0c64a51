// How far the trainings of a suite or a sweep are, a line whenever one has ended.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "ebit/cmd/output.h"

namespace ebit::cmd {

/// Tells on standard error: "12 of 350 trainings, 1 failed; about 8 min left".
class UnitProgress {
 public:
  /// @param units how many trainings there are; @param quiet nothing is shown
  UnitProgress(std::size_t units, bool quiet) : units_(units), quiet_(quiet) {}
  /// So many have ended; of them `failed` could not be trained.
  void operator()(std::size_t done, std::size_t failed) {
    if (first_ > units_) first_ = done;  // what an earlier call has done
    if (quiet_) return;
    std::string text = fmt::format("{} of {} trainings", done, units_);
    if (failed > 0) text += fmt::format(", {} failed", failed);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    if (done > first_ && done + failed < units_)
      text += "; about " + left(seconds / static_cast<double>(done - first_) *
                                static_cast<double>(units_ - done - failed));
    tell(text + "\n");
  }

 private:
  static std::string left(double seconds) {
    return seconds < 90 ? fmt::format("{:.0f} s left", seconds)
                        : fmt::format("{:.0f} min left", seconds / 60);
  }

  std::size_t units_, first_ = SIZE_MAX;
  bool quiet_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace ebit::cmd
