// ebit probe of an RVQE cell, in the format of tests/golden/rvqe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ebit/base/document.h"

namespace ebit::cmd {

/// Whether the spec is of an RVQE cell.
bool is_rvqe_probe(const DocumentPlace& spec);

/// {"results": ..., "grad": ..., "grad_loss_last": ..., "grad_nll": ...} as the reference files name them;
/// words are projected on the targets. Throws Error, naming the place, for a spec that is wrong.
nlohmann::ordered_json probe_rvqe(const DocumentPlace& spec, const std::string& dtype);

}  // namespace ebit::cmd
