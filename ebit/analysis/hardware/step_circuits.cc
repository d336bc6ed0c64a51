#include "ebit/analysis/hardware/step_circuits.h"

#include <algorithm>

#include "ebit/cell/controlled/controlled_cell.h"
#include "ebit/cell/fast_weights/fast_weights_cell.h"
#include "ebit/cell/gated/gated_cell.h"
#include "ebit/cell/kernel/kernel_cell.h"
#include "ebit/cell/window/window_cell.h"

namespace ebit::analysis {
namespace {

// A circuit `times` times, its angles numbers.
CircuitProgram repeated(const Circuit& circuit, int times) {
  CircuitProgram program{.wires = circuit.wires()};
  Circuit fixed(circuit.wires());
  for (const Operation& operation : circuit.operations()) {
    const Gate& row = gate(operation.gate);
    const std::span<const int> wires(operation.wires.data(), static_cast<std::size_t>(row.wires));
    if (operation.matrix >= 0) {
      fixed.add_matrix(wires, circuit.matrices()[static_cast<std::size_t>(operation.matrix)]);
      continue;
    }
    const std::vector<Angle> angles(static_cast<std::size_t>(row.angles), Angle::constant(0.5));
    fixed.add(row, wires, angles);
  }
  for (int k = 0; k < times; ++k) program.parts.push_back({"", fixed});
  return program;
}

std::size_t quantum_segments(std::span<const Segment> segments) {
  return static_cast<std::size_t>(
      std::ranges::count(segments, SegmentKind::kQuantum, [](const Segment& s) { return s.kind; }));
}

}  // namespace

std::optional<StepCircuits> step_circuits(const CellOptions& cell, int steps) {
  const auto t = static_cast<std::size_t>(steps);
  if (const auto* controlled = std::get_if<ControlledOptions>(&cell)) {
    const ControlledCell<double> own(*controlled);
    return StepCircuits{t * measurement_groups(own.readout()).size(), repeated(own.circuit(), steps)};
  }
  if (const auto* gated = std::get_if<GatedOptions>(&cell)) {
    const GatedCell<double> own(*gated);
    const std::size_t mixed = std::max<std::size_t>(mixed_circuits(*gated).size(), 1);
    return StepCircuits{t * std::max<std::size_t>(quantum_segments(own.segments()), 1) * mixed,
                        repeated(own.circuit(), 1)};
  }
  if (const auto* kernel = std::get_if<KernelOptions>(&cell); kernel && find_kernel(kernel->kernel).mapped)
    return StepCircuits{t * static_cast<std::size_t>(sizes_of(*kernel).references),
                        repeated(overlap_circuit(*kernel), 1)};
  if (const auto* fast = std::get_if<FastWeightsOptions>(&cell))
    return StepCircuits{t, repeated(FastWeightsCell<double>(*fast).circuit(), 1)};
  if (const auto* window = std::get_if<WindowOptions>(&cell))
    return StepCircuits{1, repeated(WindowCell<double>(*window).circuit(), 1)};
  return std::nullopt;
}

}  // namespace ebit::analysis
