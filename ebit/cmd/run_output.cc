#include "ebit/cmd/run_output.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"

namespace ebit::cmd {

using experiment::Job;

experiment::RunCallbacks RunProgress::callbacks() {
  experiment::RunCallbacks callbacks;
  callbacks.interrupted = interrupted;
  callbacks.on_note = [this](const std::string& text) {
    if (line_) {
      line_->message(text);
    } else {
      tell(fmt::format("{}\n", text));
    }
  };
  callbacks.on_job_end = [this](const Job& job, const fit::TrainProgress& state) {
    const std::size_t epochs = state.history.size();
    stopped_ = fmt::format("stopped in epoch {} of {} ({}, seed {}); all up to the end of epoch {} is kept",
                           epochs + 1, job.config.train.epochs, job.name, job.config.train.seed, epochs);
    if (quiet_) return;
    line_->finish();
    line_.reset();
    if (state.end == fit::End::kEarlyStop) {
      tell(fmt::format("stopped early: no better validation loss since epoch {}\n", state.best_epoch));
    } else if (state.end == fit::End::kSolved) {
      tell(fmt::format("solved in epoch {}: validation loss {}, below {}\n", epochs,
                       table_number(state.history.back().validation_loss),
                       table_number(job.config.train.stop_below)));
    }
  };
  if (quiet_) return callbacks;
  callbacks.on_job = [this](const Job& job, std::size_t index, std::size_t count, const std::string& summary,
                            int done) {
    tell(fmt::format("[{}/{}] {}\n", index + 1, count, summary));
    line_ = std::make_unique<Progress>(stderr, fmt::format("seed {}", job.config.train.seed), "epoch",
                                       static_cast<std::size_t>(job.config.train.epochs),
                                       static_cast<std::size_t>(done));
    line_->update(static_cast<std::size_t>(done), "");
  };
  callbacks.on_epoch = [this](const Job&, const fit::EpochRecord& record,
                              const fit::TrainProgress& progress) {
    std::string values = fmt::format("loss {}", table_number(record.train_loss));
    if (progress.best_loss < std::numeric_limits<double>::infinity()) {
      values += fmt::format("  validation {}  best {}", table_number(record.validation_loss),
                            table_number(progress.best_loss));
    }
    if (!record.metrics.empty())
      values += fmt::format("  {} {}", progress.metrics[0], table_number(record.metrics[0]));
    line_->update(static_cast<std::size_t>(record.epoch), values);
  };
  return callbacks;
}

std::string RunProgress::stopped_text(const std::string& folder) const {
  return fmt::format("{}. Go on from there with: ebit resume {}", stopped_, folder);
}

void print_run(const experiment::RunResult& result, bool json) {
  if (!json) {
    const experiment::Results& results = result.results;
    const std::size_t part = judged_part(results);
    print(table_text(result_table(results, part)));
    if (const std::optional<TextTable> steps = step_table(results, part)) print("\n" + table_text(*steps));
    constexpr std::size_t kMostSeries = 10;
    if (!results.series.empty()) print("\n" + table_text(series_table(results, part, kMostSeries)));
    return;
  }
  nlohmann::ordered_json value = to_json(result.results);
  value["folder"] = result.folder.string();
  value["interrupted"] = false;
  print_json(value);
}

int run_and_report(
    const std::function<experiment::RunResult(const experiment::RunCallbacks& callbacks)>& work, bool json,
    bool quiet) {
  catch_interrupts();
  RunProgress progress(quiet);
  const experiment::RunResult result = work(progress.callbacks());
  const std::string folder = result.folder.string();
  if (result.interrupted) {
    tell(fmt::format("{}\n", progress.stopped_text(folder)));
    if (json) print_json({{"folder", folder}, {"interrupted", true}});
    return kInterrupted;
  }
  // The results first: plots may fail where the disk is full.
  print_run(result, json);
  const bool page = result.config.output.plots;
  if (page) experiment::write_report(result);
  if (json) return kOk;
  print(fmt::format("\nrun folder: {}\n", folder));
  if (page) print(fmt::format("page:       {}\n", (result.folder / experiment::files::kReport).string()));
  return kOk;
}

}  // namespace ebit::cmd
