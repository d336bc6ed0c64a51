// Flags from the table of options, for the commands that train.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ebit/cmd/parser.h"
#include "ebit/settings/option.h"

namespace ebit::cmd {

/// What a command line sets; shared, because parsing writes it after a command's setup has returned.
using Settings = std::shared_ptr<std::vector<Setting>>;

/// Which rows of the table of options a command takes, or shows.
using RowChoice = std::function<bool(const OptionRow& row)>;

/// Adds every flag of the table of options; what is given on the command line is appended to `settings` when
/// it is parsed. A flag that has no use for any of `problems` (ProblemSet bits), or is not `shown`, is taken
/// all the same, so that the settings can say where it has one, but --help leaves it out. Other names of an
/// option, such as --core, are taken and not shown.
void add_setting_flags(Parser& parser, const Settings& settings, unsigned problems = kAnyProblem);
/// Likewise.
void add_setting_flags(Parser& parser, const Settings& settings, const RowChoice& shown);

/// Adds the flags of the rows that are `chosen`, and no others.
void add_chosen_flags(Parser& parser, const Settings& settings, const RowChoice& chosen);

/// Adds --plots, --no-plots for commands that draw what is done already; their earlier spelling --plot,
/// --no-plot is taken and not shown. @param take gets what is given.
void add_plots_flag(Parser& parser, const std::function<void(bool on)>& take, const std::string& help);

/// Adds --noise, --shots, --trajectories and what is done about errors, for commands that use a trained run.
void add_noise_flags(Parser& parser, const Settings& settings);

/// Adds the argument "data": the file or included data set of a series.
void add_data_argument(Parser& parser, const Settings& settings, const std::string& help);

/// Whether `settings` set the option called `name` ("section.key").
bool gives(const std::vector<Setting>& settings, const std::string& name);

/// Where the flags name one source of a series, a file or a generator, the other becomes empty, so that
/// theirs replaces the one of a model, a study or a file of settings.
void settle_source(std::vector<Setting>& settings);

}  // namespace ebit::cmd
