// What `ebit probe` prints of a file in the format of tests/golden/gated.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ebit/base/document.h"

namespace ebit::cmd {

/// Outputs, states, loss and gradients by the names of the file, as {"shape": [...], "data": [...]}.
nlohmann::ordered_json reference_results(const DocumentPlace& file);

}  // namespace ebit::cmd
