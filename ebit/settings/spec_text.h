// What a model needs beside its run's settings, as text kept with its weights: it can then be made again
// without the data.
#pragma once

#include <string>
#include <string_view>

#include "ebit/fit/model_spec.h"
#include "ebit/settings/config.h"

namespace ebit::inline settings {

/// Input, head, seed, and the size of a classical core (which may be matched to another model's) as JSON.
std::string spec_text(const fit::ModelSpec& spec);

/// The model that such a text describes, with the core that `config` names. Throws Error, naming `where`, for
/// text that is damaged.
fit::ModelSpec spec_of_text(const Config& config, std::string_view text, std::string_view where);

}  // namespace ebit::inline settings
