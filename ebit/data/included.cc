#include "ebit/data/included.h"

#include <fmt/ranges.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/nearest.h"
#include "ebit/base/utf8.h"

namespace ebit::inline data {
namespace {

constexpr std::array<IncludedSet, 4> kIncluded{{
    {"seattle-weather", "seattle-weather.csv", "temp_max", "date", 365, "public domain (US Government work)",
     "NOAA National Centers for Environmental Information, by way of vega-datasets (BSD-3-Clause)",
     "daily weather of Seattle, 2012 to 2015, 1461 rows; temperatures in degrees Celsius"},
    {"sunspots", "sunspots-yearly.csv", "SUNACTIVITY", "YEAR", 11, "public domain",
     "NOAA National Geophysical Data Center, by way of statsmodels",
     "yearly mean sunspot number, 1700 to 2008, 309 rows; a cycle of about 11 years"},
    {"co2", "co2-concentration.csv", "CO2", "Date", 12, "CC BY 4.0",
     "C. D. Keeling et al., Scripps CO2 Program, Scripps Institution of Oceanography, by way of "
     "vega-datasets",
     "monthly CO2 at Mauna Loa, 1958 to 2020, 741 rows; parts per million, rising with a yearly wave"},
    {"lorenz-reservoirpy", "lorenz-reservoirpy.csv", "x", "time", 1, "public domain (numbers of a formula)",
     "computed by reservoirpy 0.3.12 (MIT), lorenz() with its defaults, rows 500 to 1499 of 10,000",
     "the Lorenz series of Fellner et al. 2025 (arXiv:2504.12416) to its last digits, 1000 rows"},
}};

// Where the folder may be, the likeliest first.
std::vector<std::filesystem::path> candidates() {
  std::vector<std::filesystem::path> folders{EBIT_DATA_SOURCE_DIR};
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  // Installed as bin/ebit and libexec/ebit/ebit-torch: the prefix is one or two folders up.
  const auto above = program.parent_path().parent_path();
  if (!ignored) {
    for (const auto& prefix : {above, above.parent_path()})
      folders.push_back(prefix / "share" / "ebit" / "data");
  }
  folders.push_back(EBIT_DATA_INSTALL_DIR);
  return folders;
}

}  // namespace

std::span<const IncludedSet> included_table() { return kIncluded; }

const IncludedSet* find_included(std::string_view name) {
  for (const auto& row : kIncluded) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::filesystem::path data_folder() {
  std::error_code ignored;
  if (const char* given = std::getenv("EBIT_DATA_DIR"); given != nullptr && *given != '\0') {
    require(std::filesystem::is_directory(given, ignored), "EBIT_DATA_DIR is '{}', which is not a folder",
            given);
    return given;
  }
  std::vector<std::string> tried;
  for (const auto& folder : candidates()) {
    // The folder of another project may bear the name; ours holds its own sets.
    if (std::filesystem::exists(folder / kIncluded[0].file, ignored)) return folder;
    tried.push_back(folder.string());
  }
  fail("the included data are not found (looked in {}); set EBIT_DATA_DIR to their folder",
       fmt::join(tried, ", "));
}

std::filesystem::path find_data(const std::string& name) {
  std::error_code ignored;
  if (name == kStandardInput || std::filesystem::exists(name, ignored)) return name;
  if (const IncludedSet* row = find_included(name)) {
    const auto path = data_folder() / row->file;
    require(std::filesystem::exists(path, ignored), "the included data set '{}' is not in {}", name,
            path.parent_path().string());
    return path;
  }
  fail("no file '{}', and no included data set of that name{}", shown(name, std::string::npos),
       suggestion(name, names_of(kIncluded)));
}

}  // namespace ebit::inline data
