#include "ebit/sim/draw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "ebit/base/error.h"
#include "ebit/sim/random_circuit.h"

namespace ebit::inline sim {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Columns that a line takes on a terminal: its bytes without the continuing ones of UTF-8.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

Circuit entangler() {
  Circuit circuit(3);
  for (int q = 0; q < 3; ++q) circuit.add(GateId::kRY, {q}, {Angle::shared(q)});
  return circuit.add(GateId::kCNOT, {0, 1}).add(GateId::kCNOT, {1, 2}).add(GateId::kCNOT, {2, 0});
}

TEST(Draw, BoxesStandInOneColumnAndSignsBehindThem) {
  EXPECT_EQ("\n" + draw(entangler()), R"(
   ┌────────┐
0 ─┤ RY(θ0) ├──●───────⊕──
   └────────┘  │       │
   ┌────────┐  │       │
1 ─┤ RY(θ1) ├──⊕───●───┼──
   └────────┘      │   │
   ┌────────┐      │   │
2 ─┤ RY(θ2) ├──────⊕───●──
   └────────┘
)");
}

TEST(Draw, TheSameInAscii) {
  EXPECT_EQ("\n" + draw(entangler(), {.ascii = true}), R"(
   +--------+
0 -| RY(t0) |--@------(+)-
   +--------+  |       |
1 -| RY(t1) |-(+)--@---+--
   +--------+      |   |
2 -| RY(t2) |-----(+)--@--
   +--------+
)");
}

TEST(Draw, EveryKindOfGateHasItsSign) {
  Circuit circuit(4);
  circuit.add(GateId::kSWAP, {1, 2})
      .add(GateId::kCZ, {3, 0})
      .add(GateId::kToffoli, {0, 3, 1})
      .add(GateId::kRZZ, {0, 2}, {Angle::shared(2)})
      .add(GateId::kCRX, {3, 1}, {Angle::constant(0.785398)});
  EXPECT_EQ("\n" + draw(circuit), R"(
               ┌─────────┐
0 ──────●───●──┤         ├───────────────
        │   │  │ RZZ(θ2) │ ┌───────────┐
1 ──×───┼───⊕──┼─────────┼─┤ RX(0.785) ├─
    │   │   │  │         │ └───────────┘
    │   │   │  │         │       │
2 ──×───┼───┼──┤         ├───────┼───────
        │   │  └─────────┘       │
3 ──────●───●────────────────────●───────
)");
}

TEST(Draw, AMatrixSaysWhichWireIsItsFirst) {
  Random random(3);
  Circuit circuit(2);
  circuit.add_matrix(std::array{1}, random_unitary(2, random))
      .add_matrix(std::array{1, 0}, random_unitary(4, random));
  EXPECT_EQ("\n" + draw(circuit), R"(
          ┌────┐
0 ────────┤1   ├─
   ┌────┐ │ U1 │
1 ─┤ U0 ├─┤0   ├─
   └────┘ └────┘
)");
}

TEST(Draw, WiresAndAnglesAreNamedAsAsked) {
  Circuit circuit(2);
  circuit.add(GateId::kRot, {1}, {Angle::shared(0), Angle::shared(1), Angle::constant(1)});
  const auto first_letter = [](const Angle& angle) {
    return std::string(1, static_cast<char>('a' + angle.index));
  };
  EXPECT_EQ("\n" + draw(circuit, {.angle = first_letter, .wire_names = {"s", "ψ10"}}), R"(
  s ──────────────────
     ┌──────────────┐
ψ10 ─┤ Rot(a, b, a) ├─
     └──────────────┘
)");
  EXPECT_THROW(draw(circuit, {.wire_names = {"one"}}), Error);
}

TEST(Draw, ACircuitWithoutGatesIsItsWires) { EXPECT_EQ(draw(Circuit(2)), "0 ─\n\n1 ─\n"); }

TEST(Draw, WrapsAtTheWidth) {
  EXPECT_EQ("\n" + draw(entangler(), {.width = 19}), R"(
   ┌────────┐
0 ─┤ RY(θ0) ├──●──»
   └────────┘  │
   ┌────────┐  │
1 ─┤ RY(θ1) ├──⊕──»
   └────────┘
   ┌────────┐
2 ─┤ RY(θ2) ├─────»
   └────────┘

0 «─────⊕──
        │
1 «─●───┼──
    │   │
2 «─⊕───●──
)");
}

TEST(Draw, AngleTexts) {
  EXPECT_EQ(angle_text(Angle::constant(0.7853981)), "0.785");
  EXPECT_EQ(angle_text(Angle::shared(12)), "θ12");
  EXPECT_EQ(angle_text(Angle::shared(0), "phi"), "phi0");
  EXPECT_EQ(angle_text(-Angle::per_sample(1)), "-x1");
  EXPECT_EQ(angle_text(Angle::shared(3, 0.5)), "0.5θ3");
  EXPECT_EQ(angle_text({Angle::Kind::kShared, 1, 1, -0.25}), "θ1-0.25");
}

// Whatever is drawn: lines of a block are one shape, none is wider than asked, and each gate is there.
TEST(Draw, RandomCircuitsKeepTheirShape) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const int wires = 1 + static_cast<int>(random.below(6));
    const Circuit circuit = random_circuit(wires, 30, random);
    for (const bool ascii : {false, true}) {
      const std::string text = draw(circuit, {.ascii = ascii, .width = 60});
      const bool plain = std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
      EXPECT_EQ(plain, ascii);
      std::size_t wire_lines = 0;
      for (const std::string& line : lines_of(text)) {
        EXPECT_LE(columns_of(line), 60u) << line;
        EXPECT_FALSE(line.ends_with(' '));
        wire_lines += !line.empty() && line[0] != ' ';
      }
      EXPECT_EQ(wire_lines % static_cast<std::size_t>(wires), 0u);
      const std::string whole = draw(circuit, {.ascii = ascii});
      std::size_t wire_width = 0;
      for (const std::string& line : lines_of(whole)) {
        if (line.empty() || line[0] == ' ') continue;
        if (wire_width == 0) wire_width = columns_of(line);
        EXPECT_EQ(columns_of(line), wire_width) << "wires of different length";
      }
      for (const Operation& operation : circuit.operations()) {
        const Gate& row = gate(operation.gate);
        if (row.controls == 0 && operation.matrix < 0 && row.id != GateId::kSWAP) {
          EXPECT_THAT(whole, testing::HasSubstr(std::string(row.name)));
        }
      }
    }
    EXPECT_LE(depth(circuit), 30);
  }
}

TEST(Draw, EveryRowOfTheGateTableCanBeDrawn) {
  for (const Gate& row : gates()) {
    if (!row.matrix) continue;
    SCOPED_TRACE(row.name);
    Circuit circuit(row.wires);
    std::vector<int> wires;
    for (int q = row.wires; q-- > 0;) wires.push_back(q);
    circuit.add(row, wires, std::vector<Angle>(static_cast<std::size_t>(row.angles), Angle::shared(0)));
    const std::string text = draw(circuit, {.ascii = true});
    EXPECT_EQ(std::ranges::count(text, '@'), row.id == GateId::kCZ ? 2 : row.controls);
    EXPECT_GT(text.size(), draw(Circuit(row.wires), {.ascii = true}).size());
  }
}

TEST(Draw, DepthIsTheLongestPath) {
  EXPECT_EQ(depth(Circuit(3)), 0);
  EXPECT_EQ(depth(entangler()), 4);
  Circuit crossing(3);  // the CNOT over wire 1 does not wait for it
  crossing.add(GateId::kH, {1}).add(GateId::kCNOT, {0, 2});
  EXPECT_EQ(depth(crossing), 1);
}

}  // namespace
}  // namespace ebit::inline sim
