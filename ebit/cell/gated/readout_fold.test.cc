#include "ebit/cell/gated/readout_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ebit/base/random.h"
#include "ebit/base/testing/error_of.h"
#include "ebit/cell/ansatz.h"
#include "ebit/cell/cell_problem.h"
#include "ebit/cell/testing/every_cell.h"
#include "ebit/sim/kernels.h"

namespace ebit::inline cell {
namespace {

constexpr PauliAxes kAll{true, true, true};

// The strings and coefficients of <Z> of the first wires, against the circuit run gate by gate: for features
// of a product state that `encoder` makes of random numbers.
void expect_readouts(const Circuit& circuit, const GateEncoder& encoder, int readouts, Random& random) {
  const int wires = circuit.wires();
  auto plan = plan_readouts(circuit, readouts, axes_of(encoder), 100000);
  ASSERT_TRUE(plan);
  const auto k = static_cast<std::size_t>(readouts);
  ReadoutFold<double> fold(std::move(*plan), {k}, gate_kernels<double>(), dense_kernels<double>());
  std::vector<double> angles(static_cast<std::size_t>(circuit.shared_parameters()));
  for (double& angle : angles) angle = random.uniform(-3, 3);
  const std::size_t zero[] = {0};
  fold.build(angles, zero);

  Circuit whole = encoder.build(wires, wires);
  whole.append(circuit);
  std::vector<Observable> observables;
  for (int q = 0; q < readouts; ++q) observables.push_back(parse_observable(fmt::format("Z{}", q), wires));
  ExpectationProgram<double> program(whole, observables);
  program.bind(angles);
  auto workspace = program.workspace();

  const std::size_t n = static_cast<std::size_t>(wires) * kLanes<double>,
                    rotations = encoder.rotations.size();
  AlignedVector<double> y(n), turns(3 * n * rotations), features(3 * n),
      products(fold.products() * kLanes<double>);
  AlignedVector<double> in(n * rotations), slopes(in), own(k * kLanes<double>), theirs(own);
  for (double& number : y) number = random.uniform(-1.2, 1.2);
  encode_features(encoder, gate_kernels<double>(), wires, y.data(), turns.data(), features.data());
  gate_kernels<double>().products(fold.table(), features.data(), products.data());
  fold.multiply(0, k, products.data(), own.data());
  encode(encoder, gate_kernels<double>(), wires, y.data(), in.data(), slopes.data());
  program.forward(in.data(), workspace, theirs.data());
  for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], theirs[i], 1e-12) << i;
}

TEST(ReadoutFold, IsTheCircuitForEveryAnsatzAndEncoder) {
  Random random(5);
  for (const Ansatz& ansatz : ansaetze())
    for (const GateEncoder& encoder : gate_encoders())
      for (int wires : {1, 2, 4}) {
        if (!encoder.gives_products()) continue;
        SCOPED_TRACE(fmt::format("{} {} {}", ansatz.name, encoder.name, wires));
        expect_readouts(build_ansatz(ansatz, wires, 2), encoder, wires, random);
      }
}

// Every gate of the table between others, folded or refused.
TEST(ReadoutFold, TakesEveryGateThatIsCliffordOrMadeOfRotations) {
  Random random(7);
  std::vector<std::string_view> refused;
  for (const Gate& row : gates()) {
    SCOPED_TRACE(row.name);
    if (!row.matrix) continue;  // a matrix that the circuit keeps
    Circuit circuit = build_ansatz(find_ansatz("strongly-entangling"), 3, 1);
    const int wires[] = {2, 0, 1};
    std::vector<Angle> angles;
    for (int k = 0; k < row.angles; ++k)
      angles.push_back(Angle::shared(circuit.shared_parameters() + k, -1.5));
    if (row.angles > 1) angles[1] = Angle::constant(0.4);
    circuit.add(row, {wires, static_cast<std::size_t>(row.wires)}, angles);
    Circuit last = build_ansatz(find_ansatz("hardware-efficient"), 3, 1);
    circuit.append(last);
    if (plan_readouts(circuit, 3, kAll, 1000))
      expect_readouts(circuit, find_gate_encoder("arctan-angle"), 3, random);
    else
      refused.push_back(row.name);
  }
  EXPECT_THAT(refused, testing::UnorderedElementsAre("T", "Tdg", "Toffoli"));
  Circuit matrix(2);
  matrix.add_matrix(std::array{0}, {1, 0, 0, 1});
  EXPECT_FALSE(plan_readouts(matrix, 2, kAll, 1000));
}

// CNOTs rename strings: behind one layer each readout is three of them, however many wires there are.
TEST(ReadoutFold, OneLayerIsFewStrings) {
  for (int wires : {3, 6, 12}) {
    const auto plan = plan_readouts(build_ansatz(find_ansatz("arctan-vqc"), wires, 1), wires, kAll, 1000);
    ASSERT_TRUE(plan);
    std::size_t strings = 0;
    for (const auto& source : plan->sources) strings += source.sign != 0;
    EXPECT_EQ(strings, 3u * static_cast<std::size_t>(wires));
  }
  EXPECT_FALSE(plan_readouts(build_ansatz(find_ansatz("arctan-vqc"), 6, 3), 6, kAll, 1000)) << "too many";
  const auto real = plan_readouts(build_ansatz(find_ansatz("brick-ry"), 4, 3), 4, {true, false, true}, 1000);
  ASSERT_TRUE(real);
  EXPECT_LE(real->products(), 81u) << "a real circuit on real states has no Y";
}

// Gate by gate, every angle function, every instruction set, numbers in and far out of range.
template <class T>
void expect_functions(double tolerance) {
  constexpr std::size_t n = 4 * kLanes<T>;
  AlignedVector<T> y(n), angle(n), slope(n), cosine(n), sine(n), own(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<T>(-1.3 + 2.6 * static_cast<double>(i) / (n - 1));
  y[0] = T(-1), y[1] = T(1), y[2] = T(0), y[3] = T(1e30), y[4] = T(-1e30), y[5] = T(37), y[6] = T(-2.5e-5);
  for (const auto* table : kernels::usable_kernel_tables<T>()) {
    SCOPED_TRACE(table->name);
    const GateKernels<T>& kernels = find_gate_kernels<T>(table->name);
    for (int f = 0; f < kAngleFunctions; ++f) {
      const GateRotation row{GateId::kRY, static_cast<AngleFunction>(f)};
      if (!kernels.angle[f]) continue;
      kernels.angle[f](y.data(), n, angle.data(), slope.data());
      for (std::size_t i = 0; i < n; ++i) {
        const double value = row.value(y[i]), steep = row.slope(y[i]);
        EXPECT_NEAR(angle[i], value, tolerance * std::max(1.0, std::abs(value))) << f << " " << y[i];
        EXPECT_NEAR(slope[i], steep, 10 * tolerance * std::max(1.0, std::abs(steep))) << f << " " << y[i];
      }
      if (!kernels.turn[f]) continue;
      kernels.turn[f](y.data(), n, cosine.data(), sine.data(), slope.data());
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_NEAR(cosine[i], std::cos(row.value(y[i])), tolerance) << f << " " << y[i];
        EXPECT_NEAR(sine[i], std::sin(row.value(y[i])), tolerance) << f << " " << y[i];
      }
    }
    own = y, kernels.tanh(n, own.data());
    for (std::size_t i = 0; i < n; ++i) {
      const double value = std::tanh(double(y[i]));
      EXPECT_NEAR(own[i], value, tolerance * std::abs(value)) << y[i];
    }
    own = y, kernels.sigmoid(n, own.data());
    for (std::size_t i = 0; i < n; ++i)
      EXPECT_NEAR(own[i], 1 / (1 + std::exp(-double(y[i]))), tolerance) << y[i];
  }
}

TEST(GateKernels, FunctionsAreThoseOfTheLibrary) {
  expect_functions<double>(1e-15);
  expect_functions<float>(3e-7);
}

// All rows of the battery by both engines.
TEST(GatedEngines, FoldedAndGateByGateAgree) {
  std::vector<NamedCell> cells;
  add_gated_cells(cells);
  for (const NamedCell& cell : cells) {
    SCOPED_TRACE(cell.name);
    GatedOptions options = std::get<GatedOptions>(cell.options);
    if (!find_gate_encoder(options.encoder).gives_products()) continue;  // refused
    options.engine = "fold";
    CellProblem<double> folded(options, 19, 5, 3);
    folded.give_state(4);
    folded.forward();
    const std::vector<double> y = folded.y;
    const auto gradient = folded.gradient();
    options.engine = "gates";
    CellProblem<double> gates(options, 19, 5, 3);
    gates.give_state(4);
    gates.forward();
    EXPECT_LT(largest_difference(y, gates.y), 1e-12);
    EXPECT_LT(relative_distance(gradient, gates.gradient()), 1e-11);
  }
}

TEST(GatedEngines, AutoFoldsWhereManyStepsShareTheTable) {
  const auto choice = [](int qubits, int layers, std::size_t samples, std::size_t steps, const char* engine) {
    GatedOptions o;
    o.qubits = qubits, o.layers = layers, o.engine = engine;
    return GatedCell<float>(o).engine(samples, steps).engine;
  };
  EXPECT_EQ(choice(4, 1, 64, 16, "auto"), Engine::kFold);
  EXPECT_EQ(choice(4, 3, 64, 16, "auto"), Engine::kFold);
  EXPECT_EQ(choice(12, 1, 64, 16, "auto"), Engine::kFold) << "few strings";
  EXPECT_EQ(choice(8, 4, 64, 16, "auto"), Engine::kGates) << "too many strings";
  EXPECT_EQ(choice(4, 3, 1, 1, "fold"), Engine::kFold);
  EXPECT_EQ(choice(4, 1, 64, 16, "gates"), Engine::kGates);
}

TEST(GatedEngines, TheTableIsPaidForOnce) {
  GatedOptions o;
  o.layers = 3;
  const GatedCell<float> cell(o);
  EXPECT_GT(cell.engine(1, 1).fold_seconds, 1.2 * cell.engine(64, 16).fold_seconds / 64);
  EXPECT_NEAR(cell.engine(1, 1).gates_seconds, cell.engine(64, 16).gates_seconds / 64, 1e-12);
  EXPECT_EQ(cell.circuit_flops(64, 16), 64 * 16 * 6.0 * 256 * 16) << "all strings of 4 qubits";
}

TEST(GatedEngines, WhatCannotBeFoldedSaysSo) {
  GatedOptions o;
  o.qubits = 8, o.layers = 4, o.engine = "fold";
  EXPECT_THAT(error_of([&] { make_cell<double>(o); }), testing::HasSubstr("take engine gates, or auto"));
  o.engine = "flod";
  EXPECT_THAT(error_of([&] { make_cell<double>(o); }), testing::HasSubstr("did you mean 'fold'"));
}

// The sums of a long sequence are kept in float64 now and then: float32 does not lose the gradient.
TEST(GatedEngines, LongSequencesKeepTheirDigits) {
  GatedOptions o;
  o.engine = "fold", o.layers = 2;
  CellProblem<double> wide(o, 20, 300, 3);
  CellProblem<float> narrow(o, 20, 300, 3);
  const auto exact = wide.gradient();
  const auto rounded = narrow.gradient();
  double largest = 0, difference = 0;
  for (std::size_t p = 0; p < exact.parameters.size(); ++p) {
    largest = std::max(largest, std::abs(exact.parameters[p]));
    difference = std::max(difference, std::abs(exact.parameters[p] - rounded.parameters[p]));
  }
  EXPECT_LT(difference, 2e-4 * largest);
}

}  // namespace
}  // namespace ebit::inline cell
