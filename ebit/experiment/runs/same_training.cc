#include "ebit/experiment/runs/same_training.h"

#include <fmt/format.h>

#include "ebit/base/error.h"
#include "ebit/base/utf8.h"
#include "ebit/experiment/runs/score.h"
#include "ebit/settings/resolve.h"

namespace ebit::experiment {
namespace {

namespace fs = std::filesystem;

std::string value_shown(const OptionRow& row, const Config& config) {
  const std::string text = applies(row, config) ? value_text(row, config) : std::string("not set");
  return text.empty() ? std::string("empty") : shown(text);
}

// "--hidden-size was 4 and is 8, ..."; empty where no setting that decides losses differs.
std::string differences(const Config& then, const Config& now) {
  constexpr std::size_t kMost = 4;
  std::string text;
  std::size_t count = 0;
  for (const OptionRow& row : option_table()) {
    if (!row.shapes_losses || (!applies(row, then) && !applies(row, now))) continue;
    const std::string before = value_shown(row, then), after = value_shown(row, now);
    if (before == after || ++count > kMost) continue;
    text += fmt::format("{}{} was {} and is {}", text.empty() ? "" : ", ", name_of(row), before, after);
  }
  return count > kMost ? fmt::format("{}, and {} more", text, count - kMost) : text;
}

void require_same(const Job& job, const Problem& problem) {
  const fs::path last = job.folder / files::kLast;
  std::error_code ignored;
  if (!fs::exists(last, ignored)) return;
  fit::Metadata saved = fit::load_checkpoint(last, "").metadata;
  if (saved["fingerprint"].empty() || saved["fingerprint"] == fingerprint_of(job, problem)) return;
  std::string what;
  try {
    what = differences(from_toml(saved["config"], last.string()), job.config);
  } catch (const Error&) {
    what = "its settings cannot be read by this version";
  }
  if (!what.empty())
    fail("'{}' is of another training: {}; put it back, or train anew in another folder (-o)", last.string(),
         what);
  require(saved.contains("problem"),
          "'{}' is of another training: its data were other ones, or an earlier version of ebit made it; "
          "train it again",
          last.string());
  const std::string then = saved["problem"], now = problem.description();
  fail(
      "'{}' is of another training: its data were other ones ({}); put them back, or train on these from its "
      "weights: "
      "ebit train ... --start-from {} -o FOLDER",
      last.string(), then == now ? then + ", as now, but with other values" : then + "; now " + now,
      job.folder.string());
}

}  // namespace

void require_same_trainings(const std::vector<Job>& jobs, const Problem& problem) {
  for (const Job& job : jobs) require_same(job, problem);
}

void require_something_to_train(const std::vector<Job>& jobs, int epochs) {
  std::string first;
  for (const Job& job : jobs) {
    const fs::path last = job.folder / files::kLast;
    std::error_code ignored;
    if (!fs::exists(last, ignored)) return;
    const fit::TrainState state = fit::load_checkpoint(last, "").state;
    if (!fit::stays_ended(state, job.config.train)) return;
    if (!first.empty()) continue;
    const bool solved = state.end == fit::End::kSolved;
    first = fmt::format(
        "{} seed {} {} epoch {}, so --epochs {} trains nothing; {}", job.name, job.config.train.seed,
        solved ? "was solved in" : "stopped early at", state.history.size(), epochs,
        solved ? fmt::format("its validation loss is below --stop-below {}", job.config.train.stop_below)
               : fmt::format("ebit resume {} --epochs {} --patience 0 goes on (its patience is {})",
                             jobs.front().folder.string(), epochs, job.config.train.patience));
  }
  if (!first.empty()) throw Error(first);
}

}  // namespace ebit::experiment
