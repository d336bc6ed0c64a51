#include "ebit/cell/register/preset.h"

#include <gtest/gtest.h>

#include <set>

#include "ebit/base/error.h"
#include "ebit/cell/register/register_cell.h"

namespace ebit::inline cell {
namespace {

TEST(Preset, RowsAreComplete) {
  std::set<std::string> names;
  for (const Preset& preset : presets()) {
    SCOPED_TRACE(preset.name);
    EXPECT_TRUE(names.insert(preset.name).second);
    EXPECT_EQ(&find_preset(preset.name), &preset);
    EXPECT_FALSE(preset.help.empty());
    EXPECT_FALSE(preset.source.empty());
    EXPECT_LT(preset.cell.init_low, preset.cell.init_high);
    for (const auto& [key, value] : settings_of(preset)) {
      EXPECT_NE(key.find('.'), std::string::npos);
      EXPECT_TRUE(!value.empty() || key == "model.readout") << key;
    }
  }
  EXPECT_THROW(find_preset("daskin"), Error);
}

// 2 layers of 4 angles twice, and W [4, 1] and b [4]: the 24 trained numbers of the authors' code.
TEST(Preset, ParameterCountsOfThePaper) {
  EXPECT_EQ(RegisterCell<double>(find_preset("daskin-collapse").cell).parameters(), 24u);
  EXPECT_EQ(RegisterCell<double>(find_preset("daskin-probabilities").cell).parameters(), 24u);
  EXPECT_EQ(RegisterCell<double>(find_preset("daskin-extended").cell).parameters(), 32u);
}

}  // namespace
}  // namespace ebit::inline cell
