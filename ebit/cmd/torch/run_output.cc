#include "ebit/cmd/torch/run_output.h"

#include <fmt/format.h>

#include "ebit/cmd/command.h"
#include "ebit/cmd/interrupt.h"
#include "ebit/cmd/output.h"
#include "ebit/report/text_table.h"
#include "ebit/train/run_report.h"

namespace ebit::cmd {
namespace {

using train::OptionRow;

// The heading of a section of options in --help.
std::string heading(const OptionRow& row) {
  std::string text(row.section);
  text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + " [" + std::string(row.section) + "]";
}

std::string description(const OptionRow& row) {
  std::string text(row.help);
  if (row.choices == nullptr) return text;
  std::string names;
  for (const std::string& name : row.choices()) {
    if (!name.empty()) names += (names.empty() ? "" : " | ") + name;
  }
  return fmt::format("{} ({})", text, names);
}

}  // namespace

void add_option_flags(CLI::App& app, std::string_view task,
                      std::shared_ptr<std::vector<train::Setting>> settings) {
  static const train::Config defaults;
  for (const OptionRow& row : train::option_table()) {
    if (row.flag.empty() || !train::belongs_to(row, task)) continue;
    const std::string flag(row.flag), name = train::name_of(row), type = train::type_of(row);
    const std::string where = flag.substr(flag.find("--"));
    CLI::Option* option = nullptr;
    if (type.empty()) {
      option = app.add_flag_function(
          fmt::format("{0},!--no-{1}", flag, flag.substr(2)),
          [settings, name, where](std::int64_t count) {
            settings->push_back({name, count > 0 ? "true" : "false", where});
          },
          description(row));
    } else if (type == "LIST" || type == "KEY=VALUE") {
      option = app.add_option_function<std::vector<std::string>>(
          flag,
          [settings, name, where](const std::vector<std::string>& values) {
            std::string joined;
            for (std::size_t i = 0; i < values.size(); ++i) joined += (i > 0 ? "," : "") + values[i];
            settings->push_back({name, joined, where});
          },
          description(row));
      option->allow_extra_args(false)->type_name(type)->default_str(train::value_text(row, defaults));
    } else {
      option = app.add_option_function<std::string>(
          flag,
          [settings, name, where](const std::string& value) {
            settings->push_back({name, value, where});
          },
          description(row));
      option->type_name(type)->default_str(train::value_text(row, defaults));
    }
    option->group(heading(row));
  }
}

train::RunCallbacks RunProgress::callbacks() {
  train::RunCallbacks callbacks;
  callbacks.interrupted = interrupted;
  callbacks.on_note = [this](const std::string& text) {
    if (line_) {
      line_->message(text);
    } else {
      fmt::print(stderr, "{}\n", text);
    }
  };
  callbacks.on_job_end = [this](const train::Job& job, const train::TrainState& state) {
    const std::size_t epochs = state.history.size();
    stopped_ = fmt::format("stopped in epoch {} of {} ({}, seed {}); all up to the end of epoch {} is kept",
                           epochs + 1, job.config.train.epochs, job.name, job.config.train.seed, epochs);
    if (quiet_) return;
    line_->finish();
    line_.reset();
    if (state.end == train::End::kEarlyStop) {
      fmt::print(stderr, "stopped early: no better validation loss since epoch {}\n", state.best_epoch);
    }
  };
  if (quiet_) return callbacks;
  callbacks.on_job = [this](const train::Job& job, std::size_t index, std::size_t count,
                            const std::string& summary, int done) {
    fmt::print(stderr, "[{}/{}] {}\n", index + 1, count, summary);
    line_ = std::make_unique<Progress>(stderr, fmt::format("seed {}", job.config.train.seed), "epoch",
                                       static_cast<std::size_t>(job.config.train.epochs),
                                       static_cast<std::size_t>(done));
    line_->update(static_cast<std::size_t>(done), "");
  };
  callbacks.on_epoch = [this](const train::Job&, const train::EpochRecord& record,
                              const train::TrainProgress& progress) {
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

void print_run(const train::RunResult& result, bool json) {
  if (json) {
    nlohmann::ordered_json value = train::to_json(result.evaluation, result.dataset);
    value["folder"] = result.folder.string();
    value["interrupted"] = false;
    print_json(value);
  } else {
    print(table_text(train::result_table(result.evaluation, train::judged_part(result.evaluation))));
  }
}

int report_stop(const RunProgress& progress, const std::filesystem::path& folder, bool json) {
  fmt::print(stderr, "{}\n", progress.stopped_text(folder.string()));
  if (json) print_json({{"folder", folder.string()}, {"interrupted", true}});
  return kInterrupted;
}

int run_and_report(const std::function<train::RunResult(const train::RunCallbacks&)>& work, bool json,
                   bool quiet) {
  catch_interrupts();
  RunProgress progress(quiet);
  const train::RunResult result = work(progress.callbacks());
  if (result.interrupted) return report_stop(progress, result.folder, json);
  const train::Config config = train::read_run_config(result.folder);
  const bool page = config.output.plots;
  if (page) train::write_report(result, config);
  print_run(result, json);
  if (!json) {
    print(fmt::format("\nrun folder: {}\n", result.folder.string()));
    if (page) print(fmt::format("page:       {}\n", (result.folder / train::files::kReport).string()));
  }
  return kOk;
}

}  // namespace ebit::cmd
