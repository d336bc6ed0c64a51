#include "ebit/analysis/replay.h"

#include <gtest/gtest.h>

#include "ebit/base/error.h"

namespace ebit::analysis {
namespace {

const std::string kTrace = EBIT_SOURCE_DIR "/tests/golden/trace_collapsed.json";

bool never() { return false; }

// The paper author's PennyLane training, batch by batch.
TEST(Replay, RepeatsTheRecordedTraining) {
  const Recording recording = read_recording(kTrace, "daskin-collapse");
  const std::vector<ReplayedEpoch> epochs = replay(recording, 3, "native", never);
  ASSERT_EQ(epochs.size(), 3u);
  for (const ReplayedEpoch& epoch : epochs) {
    EXPECT_LT(epoch.largest, 1e-12);
    EXPECT_NEAR(epoch.mean, epoch.recorded, 1e-12);
    EXPECT_GT(epoch.mean, 0);
  }
}

TEST(Replay, SeesADifferenceAndStops) {
  Recording recording = read_recording(kTrace, "daskin-collapse");
  recording.losses[0][1] += 1e-3;
  EXPECT_NEAR(replay(recording, 1, "native", never)[0].largest, 1e-3, 1e-9);
  EXPECT_TRUE(replay(recording, 2, "native", [] { return true; }).empty());
  EXPECT_THROW(read_recording("nowhere.json", "daskin-collapse"), Error);
  EXPECT_THROW(read_recording(kTrace, "daskin"), Error);
}

}  // namespace
}  // namespace ebit::analysis
