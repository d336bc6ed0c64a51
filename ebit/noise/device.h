// A device's calibration table, and the noise of a gate on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ebit/sim/circuit.h"

namespace ebit::inline noise {

/// How a bit is misread.
struct ReadoutError {
  double p1_given_0 = 0;  ///< probability to read 1 where 0 is
  double p0_given_1 = 0;  ///< probability to read 0 where 1 is
};

/// What a table says of a qubit. Times in seconds.
struct DeviceQubit {
  double t1 = 0;              ///< of relaxation
  double t2 = 0;              ///< of coherence, at most 2 t1
  double gate_error = 0;      ///< average error of sx
  double gate_time = 0;       ///< of sx
  ReadoutError readout = {};  ///< of its measurement
  double measure_time = 0;    ///< of a measurement
  double reset_time = 0;      ///< of a reset
};

/// What a table says of two qubits that its two-qubit gate joins.
struct DevicePair {
  int a = 0;         ///< one of them
  int b = 0;         ///< the other
  double error = 0;  ///< average error of the gate
  double time = 0;   ///< seconds
};

/// A device: wire q of a circuit is its qubit q.
struct DeviceTable {
  std::string name;                        ///< such as "FakeSherbrooke"
  std::vector<DeviceQubit> qubits = {};    ///< one a wire; one for any number of wires where `uniform`
  std::vector<DevicePair> pairs = {};      ///< other pairs take the mean of these
  bool uniform = false;                    ///< every wire is qubits[0]
  std::vector<std::string> warnings = {};  ///< of qubits whose t2 was cut to 2 t1

  const DeviceQubit& qubit(int wire) const;  ///< of a wire
};

/// Reads a table: JSON as Qiskit writes backend properties ("qubits", "gates"), or {"device", "wires": [{t1,
/// t2, sx_error, sx_time, readout, measure_time, reset_time}], "pairs": [{qubits, error, time}]} in seconds.
/// A t2 above 2 t1, which real tables have, is cut to it with a warning that names the qubit. Throws Error
/// with file and line.
/// @param choice the table's qubits that are wires 0, 1, ...; empty: all.
DeviceTable parse_device(std::string_view text, const std::string& source,
                         const std::vector<int>& choice = {});

/// Appends the channels that a gate of `circuit`'s wires leaves on a device: depolarizing of all its wires
/// together with what the reported error has beyond relaxation, then thermal relaxation of each wire (as
/// Qiskit Aer's NoiseModel.from_backend). Gates count as so many sx or two-qubit gates of the device;
/// diagonal ones of one wire are done in software and leave nothing. Throws Error for a gate of three wires.
void append_device_noise(Circuit& circuit, const Operation& operation, const DeviceTable& device);

/// Appends thermal relaxation of a wire for a time in seconds.
void append_relaxation(Circuit& circuit, int wire, double time, const DeviceTable& device);

/// Throws Error where the table has another number of qubits than the circuit wires.
void require_wires(const DeviceTable& device, int wires);

}  // namespace ebit::inline noise
