#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>

#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/grad/finite_difference.h"
#include "ebit/sim/dense_oracle.h"

namespace ebit::inline cell {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Ansatz example(const std::string& name) {
  return parse_ansatz(read_file(std::string(EBIT_SOURCE_DIR "/configs/ansatz/") + name), name);
}

// A TOML gate list whose one entry stands on line 3.
std::string with_entry(const std::string& entry) { return "name = 'x'\ngates = [\n" + entry + "\n]\n"; }

std::string refusal(const std::string& text, const std::string& name = "x.toml", int wires = 4) {
  try {
    build_ansatz(parse_ansatz(text, name), wires, 1);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("\n")));
    return error.what();
  }
  return "accepted";
}

double distance(const Circuit& a, const Circuit& b) {
  EXPECT_EQ(a.shared_parameters(), b.shared_parameters());
  Random random(4);
  std::vector<double> angles;
  for (int i = 0; i < a.shared_parameters(); ++i) angles.push_back(random.uniform(-3, 3));
  return (oracle::circuit_matrix(a, angles) - oracle::circuit_matrix(b, angles)).norm();
}

TEST(UserAnsatz, TheBasicEntanglerByHandIsTheBuiltInOne) {
  const Ansatz mine = example("basic-entangler.toml");
  EXPECT_EQ(mine.name, "my-basic-entangler");
  const Ansatz& built_in = find_ansatz("basic-entangler-ry");
  for (int wires = 1; wires <= 5; ++wires) {
    EXPECT_EQ(mine.angles_per_layer(wires), built_in.angles_per_layer(wires));
    for (const LayerOrder order : {LayerOrder::kForward, LayerOrder::kFlipped})
      EXPECT_LT(distance(build_ansatz(mine, wires, 3, order), build_ansatz(built_in, wires, 3, order)),
                1e-13);
  }
}

TEST(UserAnsatz, BrickworkAlternatesItsPairs) {
  const Ansatz brickwork = example("brickwork.toml");
  for (int wires = 1; wires <= 5; ++wires) {
    SCOPED_TRACE(wires);
    Circuit expected(wires);
    for (int first : {0, 1}) {
      for (int q = 0; q < wires; ++q) expected.add(GateId::kRY, {q}, {Angle::shared(first * wires + q)});
      for (int q = first; q + 1 < wires; q += 2) expected.add(GateId::kCZ, {q, q + 1});
    }
    EXPECT_LT(distance(build_ansatz(brickwork, wires, 1), expected), 1e-13);
  }
}

TEST(UserAnsatz, EveryFormMeansWhatItSays) {
  const Ansatz ansatz = example("every-form.json");
  Circuit expected(3);
  expected.add(GateId::kH, {0})
      .add(GateId::kRX, {0}, {Angle::shared(0)})
      .add(GateId::kRX, {1}, {Angle::shared(0, -1)})
      .add(GateId::kRot, {2}, {Angle::shared(1), Angle::shared(2, 0.5), Angle::constant(0.25)})
      .add(GateId::kP, {1}, {Angle::constant(std::numbers::pi / 4)})
      .add(GateId::kRZZ, {0, 1}, {Angle{Angle::Kind::kShared, 3, 1, 0.5}})
      .add(GateId::kRZZ, {1, 2}, {Angle{Angle::Kind::kShared, 4, 1, 0.5}})
      .add(GateId::kToffoli, {0, 1, 2});
  for (int q = 0; q < 3; ++q) expected.add(GateId::kY, {q});
  expected.add(GateId::kSWAP, {2, 0});
  EXPECT_EQ(ansatz.angles_per_layer(3), 5);
  EXPECT_LT(distance(build_ansatz(ansatz, 3, 1), expected), 1e-13);
}

TEST(UserAnsatz, TomlAndJsonAreTheSame) {
  const Ansatz toml = parse_ansatz(R"(
[[gates]]
gate = "rx"
wires = "all"
angles = ["0.5 * a"]
[[gates]]
wires = "ring"
gate = "CRY"
angles = ["-2*pi/3"]
)",
                                   "a/my.list.toml");
  const Ansatz json = parse_ansatz(R"({"gates": [
{"gate": "RX", "wires": "all", "angles": ["0.5*a"]},
{"gate": "cry", "wires": "ring", "angles": [-2.0943951023931953]}]})",
                                   "mine.json");
  EXPECT_EQ(toml.name, "my.list");
  EXPECT_EQ(json.name, "mine");
  EXPECT_FALSE(toml.help.empty());
  EXPECT_FALSE(toml.source.empty());
  EXPECT_LT(distance(build_ansatz(toml, 3, 2), build_ansatz(json, 3, 2)), 1e-13);
}

TEST(UserAnsatz, AnglesMayHaveANumberAdded) {
  const auto layer = [](const std::string& angle) {
    return build_ansatz(
        parse_ansatz(fmt::format(R"({{"gates": [{{"gate": "RX", "wires": [0], "angles": ["{}"]}}]}})", angle),
                     "x.json"),
        1, 1);
  };
  for (const auto& [text, scale, value] :
       {std::tuple{"a+0.7", 1.0, 0.7}, {"-a/2 - 1.5e-1", -0.5, -0.15}, {"0.5*a+-2", 0.5, -2.0}}) {
    const Circuit circuit = layer(text);
    EXPECT_EQ(circuit.shared_parameters(), 1);
    EXPECT_EQ(circuit.operations()[0].angles[0].scale, scale);
    EXPECT_EQ(circuit.operations()[0].angles[0].value, value);
  }
  for (const char* text : {"a+", "a+b", "pi+1", "a+1+2", "a+inf"}) EXPECT_ANY_THROW(layer(text)) << text;
}

// Shared names, multiples and matrices under a whole cell: its gradient is still the derivative.
TEST(UserAnsatz, TrainsInACell) {
  RegisterOptions options;
  options.custom_ansatz = example("every-form.json");
  options.hidden = "density", options.dis = "adjoint";
  CellProblem<double> problem(options, 2, 3, 9);
  EXPECT_EQ(problem.cell->segments()[0].shape[1], 6);
  const auto exact = problem.gradient(), numeric = problem.numerical_gradient(1e-5);
  EXPECT_LT(largest_difference(exact.parameters, numeric.parameters), 2e-8);
}

TEST(UserAnsatz, WhatIsWrongWithAListIsSaidWithItsLine) {
  EXPECT_THAT(refusal(""), StartsWith("x.toml:1: there is no list 'gates'"));
  EXPECT_THAT(refusal("{}", "x.json"), StartsWith("x.json:1: there is no list 'gates'"));
  EXPECT_THAT(refusal("\ngates = []"), StartsWith("x.toml:2: the list 'gates' is empty"));
  EXPECT_THAT(refusal("gates = 3"), StartsWith("x.toml:1: 'gates' must be a list of tables"));
  EXPECT_THAT(refusal("gates = [1]"), StartsWith("x.toml:1: 'gates' must be a list of tables"));
  EXPECT_THAT(refusal("gates = [\n"), StartsWith("x.toml:1: broken TOML"));
  EXPECT_THAT(refusal("{\"gates\":\n [}", "x.json"), StartsWith("x.json:2: broken JSON"));
  EXPECT_THAT(refusal("gate = []"), HasSubstr("x.toml:1: unknown key 'gate'; did you mean 'gates'?"));
  EXPECT_THAT(refusal("name = 1\ngates = [{gate='H', wires='all'}]"),
              StartsWith("x.toml:1: 'name' must be text, not a number"));
}

TEST(UserAnsatz, WhatIsWrongWithAnEntryIsSaidWithItsLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"{gate = 'RYZ', wires = [0]}", "unknown gate 'RYZ'; did you mean 'RY'"},
      {"{wires = [0]}", "an entry needs 'gate'"},
      {"{gate = 4, wires = [0]}", "'gate' must be the name of a gate, not a number"},
      {"{gate = 'Matrix1', wires = [0]}", "Matrix1 is given by 'matrix_re' and 'matrix_im'"},
      {"{gate = 'H'}", "H has no 'wires'"},
      {"{gate = 'H', wire = [0]}", "unknown key 'wire'; did you mean 'wires'?"},
      {"{gate = 'H', wires = 0}", "'wires' must be a list of wire numbers or a word"},
      {"{gate = 'H', wires = ['a']}", "a wire must be a number, not text"},
      {"{gate = 'H', wires = [0.5]}", "a wire must be a whole number from 0 to 63, not 0.5"},
      {"{gate = 'H', wires = [-1]}", "a wire must be a whole number from 0 to 63, not -1"},
      {"{gate = 'H', wires = [nan]}", "a wire must be a whole number"},
      {"{gate = 'H', wires = []}", "H takes 1 wires, not 0"},
      {"{gate = 'H', wires = 'al'}", "unknown word 'al' for 'wires'; did you mean 'all'?"},
      {"{gate = 'H', wires = 'ring'}", "\"ring\" puts gates of 2 wires on every pair"},
      {"{gate = 'CZ', wires = 'all'}", "\"all\" puts gates of 1 wire on every wire, but CZ takes 2"},
      {"{gate = 'CNOT', wires = [1]}", "CNOT takes 2 wires, not 1"},
      {"{gate = 'CNOT', wires = [1, 1]}", "CNOT has wire 1 twice"},
      {"{gate = 'CNOT', wires = [1, 7]}", "CNOT on wire 7, but the wires are 0 to 3"},
      {"{gate = 'RY', wires = [1]}", "RY takes 1 angles, not 0"},
      {"{gate = 'CRX', wires = 'odd-pairs'}", "CRX takes 1 angles, not 0"},
      {"{gate = 'H', wires = [1], angles = ['a']}", "H takes 0 angles, not 1"},
      {"{gate = 'RY', wires = [1], angles = 'a'}", "'angles' must be a list of numbers and names, not text"},
      {"{gate = 'RY', wires = [1], angles = [true]}", "an angle must be a number (radians) or a name"},
      {"{gate = 'RY', wires = [1], angles = [inf]}", "an angle must be finite"},
      {"{wires = [0], matrix_re = [[1]]}", "'matrix_re' must have 2 rows (1 wire) or 4 (2 wires), not 1"},
      {"{wires = [0], matrix_re = [[1, 0], [0]]}", "each row of 'matrix_re' must have 2 numbers, not 1"},
      {"{wires = [0], matrix_im = [[1, 'i'], [0, 1]]}", "'matrix_im' must hold finite numbers only"},
      {"{wires = [0], matrix_re = [[1, 1], [0, 1]]}", "not unitary: the largest entry of |U^+ U - 1| is 1"},
      {"{wires = [0, 1], matrix_re = [[1, 0], [0, 1]]}", "on 2 wires takes 16 entries, not 4"},
      {"{wires = [0], matrix_re = [[1, 0], [0, 1]], angles = ['a']}", "a matrix gate takes no angles"},
      {"{gate = 'H', wires = [0], matrix_re = [[1, 0], [0, 1]]}", "either 'gate' or a matrix, not both"},
      {"{wires = 'ring', matrix_re = [[1, 0], [0, 1]]}", "but a matrix gate takes 1"},
  };
  for (const auto& [entry, words] : cases) {
    SCOPED_TRACE(entry);
    const std::string message = refusal(with_entry(entry));
    EXPECT_THAT(message, StartsWith("x.toml:3: "));
    EXPECT_THAT(message, HasSubstr(words));
  }
  for (const std::string angle :
       {"", "2", "2*", "a*2", "a b", "a/0", "a/", "0*a", "+a", "--a", "a/b", "2a"}) {
    SCOPED_TRACE(angle);
    EXPECT_THAT(refusal(with_entry("{gate = 'RY', wires = [0], angles = ['" + angle + "']}")),
                StartsWith("x.toml:3: cannot read the angle '" + angle + "'"));
  }
}

TEST(UserAnsatz, ANameStandsForTheSamePlacesEverywhere) {
  EXPECT_THAT(refusal("gates = [\n{gate = 'RY', wires = 'all', angles = ['a']},\n"
                      "{gate = 'RZZ', wires = 'ring', angles = ['a']}]"),
              StartsWith("x.toml:3: 'a' is one angle for each place of \"ring\" here, but one angle for each "
                         "place of \"all\" on line 2"));
  EXPECT_THAT(refusal("gates = [\n{gate = 'RY', wires = [0], angles = ['a']},\n"
                      "{gate = 'RY', wires = 'all', angles = ['a']}]"),
              HasSubstr("but a single angle on line 2"));
}

TEST(UserAnsatz, AWireThatTheRegisterHasNotIsFoundWhenItIsBuilt) {
  const std::string text = with_entry("{gate = 'H', wires = [5]}");
  EXPECT_EQ(refusal(text, "x.toml", 6), "accepted");
  EXPECT_EQ(refusal(text, "x.toml", 4), "x.toml:3: H on wire 5, but the wires are 0 to 3");
}

// Cut, doubled and changed bytes of good files: an ansatz or one line of refusal, nothing else.
TEST(UserAnsatz, DamagedFilesAreReadOrRefused) {
  int refused = 0;
  for (const std::string name : {"basic-entangler.toml", "brickwork.toml", "every-form.json"}) {
    const std::string good = read_file(std::string(EBIT_SOURCE_DIR "/configs/ansatz/") + name);
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
      SCOPED_TRACE(testing::Message() << name << ", seed " << seed);
      Random random(seed);
      std::string text = good;
      for (std::size_t changes = 1 + random.below(3); changes-- > 0;) {
        const std::size_t at = random.below(text.size()), length = 1 + random.below(8);
        const std::size_t kind = random.below(3);
        if (kind == 0) text.erase(at, length);
        if (kind == 1) text.insert(at, text.substr(random.below(text.size()), length));
        if (kind == 2) text[at] = static_cast<char>(random.below(256));
      }
      const std::string message = refusal(text, name, 3);
      refused += message != "accepted";
      if (message != "accepted") {
        EXPECT_THAT(message, StartsWith(name + ":"));
      }
    }
  }
  EXPECT_GT(refused, 300);
  EXPECT_LT(refused, 1200);
}

}  // namespace
}  // namespace ebit::inline cell
