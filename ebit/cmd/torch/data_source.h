// Which data the flags of a command ask for.
#pragma once

#include <string>
#include <vector>

#include "ebit/train/config.h"

namespace ebit::cmd {

/// Whether `settings` set the option called `name` ("section.key").
bool gives(const std::vector<train::Setting>& settings, const std::string& name);

/// Where the flags name one source of data, a file or a generator, the other becomes empty, so that theirs
/// replaces the one of a preset, a study or a file of settings.
void settle_source(std::vector<train::Setting>& settings);

}  // namespace ebit::cmd
