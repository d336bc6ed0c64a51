#include "ebit/analysis/replay.h"

#include <gtest/gtest.h>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/encoder.h"
#include "ebit/cell/register/preset.h"

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

TEST(Replay, AnUnusedLayerSaysNothingOfTheRegisters) {
  // The same file replayed with a preset whose encoder has no layer: its input_proj.bias is of something
  // else.
  const Preset* angles = nullptr;
  for (const Preset& preset : presets())
    if (find_encoder(preset.cell.encoder).build != nullptr && angles == nullptr) angles = &preset;
  ASSERT_NE(angles, nullptr);
  const auto message = [&](const std::string& path) -> std::string {
    try {
      read_recording(path, std::string(angles->name));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_NE(message(kTrace).find("add n_system_qubits"), std::string::npos) << message(kTrace);
  std::string text = read_file(kTrace);
  const std::string path = EBIT_TEST_TMP "/stated.json";
  write_file_atomically(path, text.insert(text.find('{') + 1, "\"n_system_qubits\": 9, "));
  EXPECT_NE(message(path).find("from 1 to 3"), std::string::npos) << message(path);
  text = read_file(kTrace);
  write_file_atomically(path, text.insert(text.find('{') + 1, "\"n_system_qubits\": 2, "));
  EXPECT_EQ(read_recording(path, "daskin-collapse").cell.system, 2) << "a stated size goes before a layer's";
}

// A cell of 24 wires would take seconds to make.
TEST(Replay, AnglesOfUnequalRowsAreRefused) {
  std::string text = read_file(kTrace);
  const std::size_t row = text.find('[', text.find('[', text.find("\"U_params\":[")) + 1) + 1;
  for (int wire = 4; wire < 24; ++wire) text.insert(row, "0.1,");
  const std::string path = EBIT_TEST_TMP "/unequal.json";
  write_file_atomically(path, text);
  try {
    read_recording(path, "daskin-collapse");
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("of shape 2 x 24 (layers x wires)"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("some rows are shorter"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace ebit::analysis
