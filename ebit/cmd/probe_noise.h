// What `ebit probe` prints of a reference file of a noisy circuit.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace ebit::cmd {

/// Exact numbers of a file in the format of tests/golden/noise. @param source "program": its channels are
/// those of the file's list; "rule": they are put in their places by the file's rule or device. @param
/// trajectories above 0: the means of so many trajectories and their errors beside the exact expectation
/// values.
nlohmann::ordered_json probe_noise(const std::string& path, const std::string& source,
                                   std::size_t trajectories);

}  // namespace ebit::cmd
