// What the files of option rows share. Included by them alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/base/nearest.h"
#include "ebit/experiment/models.h"
#include "ebit/experiment/settings/option.h"

namespace ebit::experiment {

using Names = std::vector<std::string>;

// The slot of a member of Config.
#define EBIT_SLOT(member) [](Config& c) -> Slot { return &c.member; }

std::span<const OptionRow> data_options();   ///< [problem], [data] and [corpus]
std::span<const OptionRow> model_options();  ///< [model]
std::span<const OptionRow> run_options();    ///< [train], [baselines] and [output]

}  // namespace ebit::experiment
