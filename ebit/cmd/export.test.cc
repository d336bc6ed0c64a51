// ebit export, import, gates of channels, probe of noisy circuits: as their user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "ebit/base/atomic_file.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/register/preset.h"
#include "ebit/cmd/test_support.h"
#include "ebit/sim/circuit_text.h"

namespace ebit::cmd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string file_in(const std::string& name) {
  const std::string place = folder(name);
  fs::create_directories(fs::path(place).parent_path());
  return place;
}

TEST(ExportCommand, WritesATrainedRunAndItsCircuitGivesItsReadout) {
  const std::string run = file_in("export-run");
  const Outcome trained =
      ebit({"train",    "--generator", "henon",   "--set",        "points=40", "--model", "daskin-collapse",
            "--hidden", "density",     "--noise", "depolarizing", "--epochs",  "1",       "--window",
            "3",        "--baselines", "none",    "--no-plots",   "-q",        "-o",      run});
  ASSERT_EQ(trained.status, kOk) << trained.error;
  const Outcome qasm = ebit({"export", run});
  EXPECT_EQ(qasm.status, kOk) << qasm.error;
  EXPECT_THAT(qasm.out,
              StartsWith("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n// ebit run daskin-collapse, seed"));
  EXPECT_THAT(qasm.out, HasSubstr("trained with noise depolarizing, which is not written"));
  EXPECT_THAT(qasm.out, HasSubstr("reset q[1];\nbarrier q;\n// step 1, x = "));
  // The same window as JSON, run by ebit probe: Z1 is the readout that the text names.
  const std::string circuit = file_in("export-run.json");
  ASSERT_EQ(ebit({"export", run, "--format", "json", "-o", circuit}).status, kOk);
  const json probe = json::parse(ebit({"probe", circuit}).out);
  const std::size_t at = qasm.out.find("// Z1 is the mean of (-1)^(out[0]): ");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NEAR(probe["expectations"]["Z1"].get<double>(), std::stod(qasm.out.substr(at + 36)), 1e-12);

  const Outcome noisy = ebit({"evaluate", run, "--noise", "depolarizing*4", "--json"});
  EXPECT_EQ(noisy.status, kOk) << noisy.error;
  EXPECT_NE(noisy.out, ebit({"evaluate", run, "--json"}).out);
  EXPECT_EQ(ebit({"forecast", run, "--trajectories", "50", "--no-plots"}).status, kOk);
}

TEST(ExportCommand, WritesEveryPresetAndAnsatzInEveryFormat) {
  for (const Preset& preset : presets())
    for (const CircuitFormat& format : circuit_formats()) {
      const std::string file = file_in("export-preset" + std::string(format.extension));
      const Outcome done =
          ebit({"export", "--preset", preset.name, "--format", std::string(format.name), "-o", file});
      EXPECT_EQ(done.status, kOk) << preset.name << " " << format.name << done.error;
      EXPECT_THAT(done.error,
                  preset.cell.hidden == "collapse" ? HasSubstr("collapse keeps the shots") : HasSubstr(""));
    }
  for (const Ansatz& ansatz : ansaetze())
    for (const QasmDialect& dialect : qasm_dialects())
      EXPECT_EQ(ebit({"export", "--ansatz", ansatz.name, "--dialect", std::string(dialect.name)}).status, kOk)
          << ansatz.name << dialect.name;
}

// On maps with fewer edges circuits take more; what is no circuit is named.
TEST(ExportCommand, CountsWhatPresetsTakeOnMaps) {
  const json costs = json::parse(ebit({"export", "--costs", "--map", "all,line,heavy-hex", "--json"}).out);
  std::set<std::string> names;
  for (const json& row : costs) names.insert(row["circuit"].get<std::string>());
  for (const Preset& preset : presets()) EXPECT_TRUE(names.contains(preset.name)) << preset.name;
  EXPECT_TRUE(names.contains("qrnn") && names.contains("qlstm-2020") && names.contains("ru-qnn"));
  ASSERT_EQ(costs.size(), 3 * names.size());
  for (std::size_t i = 0; i < costs.size(); i += 3) {
    EXPECT_EQ(costs[i]["swaps"], 0) << costs[i];
    for (const std::size_t k : {i + 1, i + 2})
      EXPECT_GE(costs[k]["two_qubit_gates"], costs[i]["two_qubit_gates"]) << costs[k];
  }
  EXPECT_THAT(ebit({"export", "--costs"}).out, HasSubstr("No circuits for hardware: rvqe"));
  const std::string map = file_in("star.toml");
  write_file_atomically(map, "edges = [[0, 1], [0, 2], [0, 3]]\n");
  const json star =
      json::parse(ebit({"export", "--costs", "--preset", "li-pqrnn", "--map", map, "--json"}).out);
  EXPECT_EQ(star[0]["edges"].size(), 3u);
}

TEST(ImportCommand, ReadsBackWhatWasWritten) {
  const std::string qasm = file_in("import.qasm"), list = file_in("import.toml");
  for (const Ansatz& ansatz : ansaetze()) {
    ASSERT_EQ(ebit({"export", "--ansatz", ansatz.name, "--wires", "3", "-o", qasm}).status, kOk);
    ASSERT_EQ(ebit({"import", qasm, "-o", list}).status, kOk);
    const Ansatz read = parse_ansatz(read_file(list), list);
    std::set<int> used;  // angles that no gate takes are no input of a gate list
    const Circuit circuit = build_ansatz(ansatz, 3, 1);
    for (const Operation& operation : circuit.operations())
      for (const Angle& angle : operation.angles)
        if (angle.kind == Angle::Kind::kShared) used.insert(angle.index);
    EXPECT_EQ(read.angles_per_layer(3), static_cast<int>(used.size())) << ansatz.name;
  }
}

TEST(NoiseCommands, RefuseInOneLine) {
  struct Case {
    std::vector<std::string> arguments;
    std::string part;
  };
  const std::string golden = EBIT_SOURCE_DIR "/tests/golden/noise/";
  const std::vector<std::string> train = {"train",           "--generator", "henon", "--model",
                                          "daskin-collapse", "--baselines", "none"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = train;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const std::vector<Case> cases = {
      {{"export"}, "give a RUN, a --preset or an --ansatz"},
      {{"export", "--preset", "daskin-probabilities"}, "these are 4 circuits: give -o FILE"},
      {{"export", "--preset", "li-pqrnn", "--format", "qasm2"}, "qasm3"},
      {{"export", "--ansatz", "zz-rin"}, "zz-ring"},
      {{"export", "--preset", "li-pqrnn", "--format", "qiskit", "--dialect", "cirq"},
       "--dialect is for --format qasm3"},
      {{"import", golden + "README.md"}, "README.md"},
      {{"gates", "depolarizing", "--parameters", "1.5"}, "lambda of depolarizing must be in [0, 1], not 1.5"},
      {with({"--noise", "depolarising"}), "depolarizing"},
      {with({"--noise", "depolarizing"}), "take density"},
      {with({"--hidden", "density", "--noise", golden + "device_sherbrooke_line4.json:0,1,2"}), "3 qubits"},
      {with({"--hidden", "density", "--noise", "none", "--trajectories", "5"}), "no gradient"},
      {{"train", "--generator", "henon", "--model", "lstm", "--noise", "none"}, "--noise"},
      {{"export", "--costs", "--map", "heavyhex"}, "did you mean 'heavy-hex'"},
      {{"export", "--preset", "li-pqrnn", "--map", "line"}, "--map is for --costs"},
      {{"export", "--costs", "--preset", "rvqe"}, "no circuit that a device runs"},
      {{"probe", golden + "ring2_depol_1q.json", "--from", "rules"}, "rule"}};
  for (const Case& one : cases) {
    const Outcome done = ebit(one.arguments);
    EXPECT_EQ(done.status, kBadInput) << one.part;
    EXPECT_THAT(done.error, HasSubstr(one.part));
    EXPECT_EQ(std::count(done.error.begin(), done.error.end(), '\n'), 1) << done.error;
  }
}

TEST(ProbeCommand, ComputesNoisyCircuits) {
  const std::string file = EBIT_SOURCE_DIR "/tests/golden/noise/daskin_density_2p2_T3_device.json";
  const json wanted = json::parse(read_file(file));
  for (const char* from : {"program", "rule"}) {
    const json found = json::parse(ebit({"probe", file, "--from", from}).out);
    for (const char* key : {"y", "read_probabilities"})
      for (std::size_t i = 0; i < wanted[key].size(); ++i)
        EXPECT_NEAR(found[key][i].get<double>(), wanted[key][i].get<double>(), 1e-11) << key << i;
    EXPECT_EQ(found["snapshots"].size(), wanted["snapshots"].size());
  }
}

}  // namespace
}  // namespace ebit::cmd
