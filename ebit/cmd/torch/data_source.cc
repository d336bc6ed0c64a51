#include "ebit/cmd/torch/data_source.h"

#include <algorithm>

namespace ebit::cmd {

bool gives(const std::vector<train::Setting>& settings, const std::string& name) {
  return std::any_of(settings.begin(), settings.end(),
                     [&](const train::Setting& setting) { return setting.name == name; });
}

void settle_source(std::vector<train::Setting>& settings) {
  const bool file = gives(settings, "data.file"), generator = gives(settings, "data.generator");
  if (file && !generator) settings.push_back({"data.generator", "", "data"});
  if (generator && !file) settings.push_back({"data.file", "", "--generator"});
}

}  // namespace ebit::cmd
