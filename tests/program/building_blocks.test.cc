// The commands that show what models are made of, as their user would try them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "ebit/base/document.h"
#include "ebit/cell/register/preset.h"
#include "ebit/settings/models.h"
#include "ebit/settings/published.h"
#include "ebit/sim/channel.h"
#include "ebit/sim/gate.h"
#include "tests/program/run.h"

namespace ebit::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kExamples = EBIT_SOURCE_DIR "/configs/ansatz/";

TEST(GatesCommand, ListsEveryRow) {
  const std::string text = output_of("ebit gates");
  const json all = json::parse(output_of("ebit gates --json"));
  ASSERT_EQ(all.size(), gates().size() + channels().size());
  for (std::size_t i = 0; i < gates().size(); ++i) {
    const Gate& row = gates()[i];
    EXPECT_THAT(text, HasSubstr("\n" + std::string(row.name) + " "));
    EXPECT_EQ(all[i]["name"], row.name);
    EXPECT_EQ(all[i]["angles"], row.angles);
    EXPECT_EQ(all[i]["shift_frequencies"].size(), row.angles == 0 ? 0 : row.expectation_frequencies.size());
  }
}

TEST(GatesCommand, ShowsOneGateWithItsMatrices) {
  const std::string text = output_of("ebit gates crx --angles 3.141592653589793");
  for (const char* line :
       {"wires       2, the first 1 of them controls\n", "shift rule  4 terms\n", "inverse     CRX(-a)\n",
        "OpenQASM    crx\n", "\n   0   0  -i   0\n", "  0.5    0\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(output_of("ebit gates Rot"), HasSubstr("inverse     Rot(-c, -b, -a)\n"));
  EXPECT_THAT(output_of("ebit gates Matrix2"), Not(HasSubstr("matrix, at")));
  const json u3 = json::parse(output_of("ebit gates U3 --json --angles 0.5,-0.25,1e-3"));
  EXPECT_EQ(u3["at_angles"], json({0.5, -0.25, 1e-3}));
  EXPECT_NEAR(u3["matrix"]["re"][0][0].get<double>(), std::cos(0.25), 1e-15);
  EXPECT_EQ(u3["generator_c"]["im"].size(), 2u);
}

TEST(GatesCommand, RefusesWhatItDoesNotKnow) {
  expect_refused("ebit gates RYZ", "unknown gate 'RYZ'; did you mean 'RY'");
  expect_refused("ebit gates Rot --angles 1,2", "Rot takes 3 angles, not 2");
  expect_refused("ebit gates RX --angles nan", "an angle must be finite");
  expect_refused("ebit gates RX --angles one", "--angles");
  expect_refused("ebit gates --angles 1", "--angles needs the NAME of a gate");
}

TEST(PresetsCommand, ListsEveryRowAndPrintsOneAsAConfiguration) {
  const std::string table = output_of("ebit presets");
  const json all = json::parse(output_of("ebit presets --json"));
  ASSERT_EQ(all.size(), published_models().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ModelRow& preset = published_models()[i];
    SCOPED_TRACE(preset.name);
    EXPECT_THAT(table, HasSubstr("\n" + preset.name + " "));
    EXPECT_EQ(all[i]["name"], preset.name);
    const json& numbers = all[i]["trained_numbers"];
    EXPECT_GT(numbers["quantum"].get<int>() + numbers["classical"].get<int>(), 0);
    const DocumentValue root = parse_document(output_of("ebit presets " + preset.name), "preset.toml");
    const DocumentValue& model = *root.find("model");
    EXPECT_EQ(model.find("name")->text, preset.name);
    if (preset.preset) {
      const RegisterOptions& cell = preset.preset->cell;
      EXPECT_EQ(model.find("encoder")->text, cell.encoder);
      EXPECT_EQ(model.find("n_ancilla")->number, cell.ancilla);
      EXPECT_EQ(model.find("init_high")->number, cell.init_high);
      ASSERT_EQ(model.find("readout")->list.size(), cell.readout.size());
    }
    std::size_t options = 0;
    for (const auto& [section, values] : root.table) options += values.table.size();
    std::set<std::string> names;  // the last of two settings of an option counts
    for (const auto& [name, value] : settings_of(preset)) names.insert(name);
    EXPECT_EQ(options, names.size() + 1);
    for (const auto& [option, text] : preset.training) {
      const std::size_t dot = option.find('.');
      const DocumentValue* value = root.find(option.substr(0, dot))->find(option.substr(dot + 1));
      ASSERT_NE(value, nullptr) << option;
      if (value->kind == DocumentValue::Kind::kNumber) {
        EXPECT_EQ(value->number, std::stod(text));
      } else if (value->kind == DocumentValue::Kind::kText) {
        EXPECT_EQ(value->text, text);
      } else {
        EXPECT_TRUE(text == "true" || text == "false") << text;
      }
    }
  }
  // As published: six circuits of 24 angles and a head of 5; 4 x 5 x 6 and 6; 4 layers' 48 angles.
  const auto numbers_of = [&](const std::string& name) {
    for (const json& row : all)
      if (row["name"] == name) return row["trained_numbers"].dump();
    return "no row " + name;
  };
  EXPECT_EQ(numbers_of("qlstm-2020"), R"({"classical":5,"quantum":144})");
  EXPECT_EQ(numbers_of("qlstm-v0"), R"({"classical":6,"quantum":120})");
  EXPECT_EQ(numbers_of("daskin-collapse"), R"({"classical":8,"quantum":16})");
  EXPECT_EQ(numbers_of("qlstm-disipio"), R"({"classical":69,"quantum":16})");
  EXPECT_EQ(numbers_of("fellner-qrnn"), R"({"classical":3,"quantum":16})");
  expect_refused("ebit presets daskin", "unknown preset 'daskin'");
}

TEST(AnsatzCommand, DrawsAndCounts) {
  const std::string text = output_of("ebit ansatz basic-entangler-ry --wires 2");
  EXPECT_THAT(text, HasSubstr("\n"
                              "   ┌────────┐\n"
                              "0 ─┤ RY(θ0) ├──●──\n"
                              "   └────────┘  │\n"
                              "   ┌────────┐  │\n"
                              "1 ─┤ RY(θ1) ├──⊕──\n"
                              "   └────────┘\n"
                              "\n"
                              "angles  2\n"
                              "gates   3: 2 RY, 1 CNOT\n"
                              "depth   2\n"));
  const std::string ascii = output_of("ebit ansatz zz-ring --wires 3 --dis adjoint --ascii");
  EXPECT_TRUE(std::ranges::all_of(ascii, [](char c) { return (c & 0x80) == 0; }));
  EXPECT_THAT(ascii, HasSubstr("\nU_dis\n"));
  EXPECT_THAT(ascii, HasSubstr("RZZ(-p11)"));
  EXPECT_THAT(output_of("ebit ansatz basic-entangler-ry --wires 2 --layers 2 --dis flipped"),
              HasSubstr("RY(φ2) ├──●──┤ RY(φ0)"));
  EXPECT_THAT(output_of("ebit ansatz zz-ring --layers 0"), HasSubstr("gates   0\n"));
}

TEST(AnsatzCommand, ReadsAUsersFile) {
  EXPECT_THAT(output_of("ebit ansatz " + kExamples + "brickwork.toml --wires 5"),
              HasSubstr("gates   14: 10 RY, 4 CZ\n"));
  const json all = json::parse(output_of("ebit ansatz " + kExamples + "every-form.json --wires 3 --json"));
  EXPECT_EQ(all["name"], "every-form");
  const json& circuit = all["circuits"][0];
  EXPECT_EQ(circuit["angles"], 5);
  EXPECT_EQ(circuit["gate_counts"]["Matrix1"], 3);
  EXPECT_EQ(circuit["gates"].size(), 12u);
  EXPECT_EQ(circuit["gates"][2]["angles"][0], json({{"parameter", 0}, {"scale", -1.0}}));
  EXPECT_THAT(circuit["drawing"].get<std::string>(), HasSubstr("⊕"));
}

TEST(AnsatzCommand, ListsWithoutAName) {
  const std::string list = output_of("ebit ansatz --list --wires 6");
  EXPECT_EQ(output_of("ebit ansatz --wires 6"), list);
  const json all = json::parse(output_of("ebit ansatz --list --wires 6 --json"));
  ASSERT_EQ(all.size(), ansaetze().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_THAT(list, HasSubstr("\n" + ansaetze()[i].name + " "));
    EXPECT_EQ(all[i]["angles_per_layer"], ansaetze()[i].angles_per_layer(6));
  }
}

TEST(AnsatzCommand, RefusesWhatIsWrong) {
  expect_refused("ebit ansatz zz-rnig", "no ansatz and no file is called 'zz-rnig'; did you mean 'zz-ring'");
  expect_refused("ebit ansatz zz-ring --wires 0", "--wires must be from 1 to 64, not 0");
  expect_refused("ebit ansatz zz-ring --layers -1", "--layers must be from 0 to 10000, not -1");
  expect_refused("ebit ansatz zz-ring --dis adjiont", "did you mean 'adjoint'");
  expect_refused("ebit ansatz " + kExamples + "every-form.json --wires 2",
                 "every-form.json:8: Rot on wire 2");
  expect_refused("ebit ansatz .", "cannot read");
  expect_refused("printf 'gates = [\\n{gate = \"RYZ\", wires = [0]}]' > a.toml; ebit ansatz a.toml",
                 "a.toml:2: unknown gate 'RYZ'");
  expect_refused("head -c 300 \"$EBIT\" > a.toml; ebit ansatz a.toml", "a.toml:1: broken TOML");
  expect_refused("printf '{\"gates\": [}' > a.json; ebit ansatz a.json", "a.json:1: broken JSON");
}

TEST(GradcheckCommand, AllPresetsAgreeInBothPrecisions) {
  for (const std::string dtype : {"float64", "float32"}) {
    const json result = json::parse(output_of("ebit gradcheck --all-presets --json --dtype " + dtype));
    EXPECT_EQ(result["ok"], true);
    ASSERT_EQ(result["models"].size(), presets().size());
    for (const json& model : result["models"])
      for (const json& block : model["blocks"]) EXPECT_GT(block["largest_gradient"].get<double>(), 1e-6);
  }
}

TEST(GradcheckCommand, ChecksAFreeCombination) {
  const std::string text = output_of(
      "ebit gradcheck --encoder cubic-angle --ansatz-file " + kExamples +
      "brickwork.toml --hidden density --features 2 --system 2 --ancilla 1 --layers-en 1 --layers-dis 0 "
      "--readout Z0,X1 --every-step --batch 2 --steps 3");
  EXPECT_THAT(text, StartsWith("cubic-angle, brickwork, density\n"));
  EXPECT_THAT(text, HasSubstr("theta_en"));
  EXPECT_THAT(text, Not(HasSubstr("theta_dis")));
  EXPECT_THAT(text, HasSubstr("1 of 1 agree"));
  EXPECT_THAT(output_of("ebit gradcheck --preset li-pqrnn --ancilla 1"), HasSubstr("li-pqrnn\n"));
}

TEST(GradcheckCommand, ChecksTheQrnnAndAllModels) {
  const json qrnn = json::parse(output_of("ebit gradcheck --model qrnn --qubits 2 --features 2 --json"));
  ASSERT_EQ(qrnn["models"].size(), 1u);
  EXPECT_EQ(qrnn["models"][0]["name"], "qrnn");
  for (const json& block : qrnn["models"][0]["blocks"]) {
    EXPECT_TRUE(block["largest_difference_shift"].is_null());
    EXPECT_EQ(block["ok"], true);
  }
  const json all = json::parse(output_of("ebit gradcheck --all-models --batch 1 --steps 2 --json"));
  const auto cells = std::ranges::count_if(models(), [](const ModelRow& row) { return row.family & kCells; });
  EXPECT_EQ(all["models"].size(), static_cast<std::size_t>(cells));
  EXPECT_EQ(all["ok"], true);
}

// A cell whose two outcomes are equally probable: which one collapse takes depends on the hidden state's last
// bit, and finite differences see the jump.
TEST(GradcheckCommand, EndsWithOneWhereGradientsDiffer) {
  const Outcome outcome = run(R"(cat > tie.toml <<END
gates = [
  {gate = "RY", wires = [1], angles = ["pi/2"]},
  {gate = "RY", wires = [0], angles = ["pi/4"]},
  {gate = "CRY", wires = [1, 0], angles = ["pi/2"]},
]
END
ebit gradcheck --ansatz-file tie.toml --system 1 --ancilla 1 --encoder basis --layers-en 1 --layers-dis 0 --steps 1)");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, HasSubstr("DIFFERS"));
  EXPECT_THAT(outcome.out, HasSubstr("0 of 1 agree"));
  EXPECT_THAT(outcome.out, HasSubstr("try another --seed"));
  EXPECT_EQ(outcome.err, "");
}

TEST(GradcheckCommand, RefusesWhatIsWrong) {
  expect_refused("ebit gradcheck --preset li-pqnn", "did you mean 'li-pqrnn'");
  expect_refused("ebit gradcheck --preset li-pqrnn --all-presets", "not two of them");
  expect_refused("ebit gradcheck --encoder cubic", "--encoder: 'cubic' is not one of the choices");
  expect_refused("ebit gradcheck --ansatz zz", "--ansatz: 'zz' is not one of the choices");
  expect_refused("ebit gradcheck --ansatz-file none.toml", "none.toml");
  expect_refused("ebit gradcheck --hidden colapse", "did you mean 'collapse'");
  expect_refused("ebit gradcheck --dtype float16", "unknown --dtype 'float16'");
  expect_refused("ebit gradcheck --readout Z9", "Z9");
  expect_refused("ebit gradcheck --system 45", "of memory");
  expect_refused("ebit gradcheck --system 0", "at least 1 wire");
  expect_refused("ebit gradcheck --batch 0", "--batch must be 1 or more");
  expect_refused("ebit gradcheck --steps -3", "--steps must be 1 or more");
  expect_refused("ebit gradcheck --model lstm", "lstm is a classical model");
  expect_refused("ebit gradcheck --model qrnn --encoder arctan", "--encoder has no effect on the model qrnn");
  expect_refused("ebit gradcheck --model qrnn --entropy-kind linear", "entropy");
  expect_refused("ebit gradcheck --model qrnn --measurement shots", "finite differences");
}

}  // namespace
}  // namespace ebit::test
