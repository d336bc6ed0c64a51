// What the files of option rows share. Included by them alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ebit/base/nearest.h"
#include "ebit/settings/models.h"
#include "ebit/settings/option.h"
#include "ebit/settings/problems.h"

namespace ebit::inline settings {

/// Values that an option may have.
using Names = std::vector<std::string>;

// The slot of a member of Config.
#define EBIT_SLOT(member) [](Config& c) -> Slot { return &c.member; }

std::span<const OptionRow> data_options();   ///< [problem], [data] and [corpus]
std::span<const OptionRow> model_options();  ///< [model]
std::span<const OptionRow> cell_options();   ///< [model] too: of kernel, fast-weights and window cells
std::span<const OptionRow> pauli_options();  ///< of [problem] and [model]: pauli and measured cells
std::span<const OptionRow> noise_options();  ///< of [model]: circuits on a device
std::span<const OptionRow> run_options();    ///< [train], [baselines] and [output]

}  // namespace ebit::inline settings
