// What the files of the binding share.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/complex.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ebit/settings/config.h"

namespace ebit::python {

namespace nb = nanobind;

/// An array of numpy, torch, jax, ... that is read as it lies: row-major, on the host.
template <class T>
using In = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;

/// A new numpy array.
template <class T>
using Array = nb::ndarray<nb::numpy, T>;

/// The numbers of an array.
template <class T>
std::span<const T> numbers(const In<T>& array) {
  return {array.data(), array.size()};
}

/// Moves numbers into a numpy array of that shape.
template <class T>
Array<T> to_numpy(std::vector<T> values, std::vector<std::size_t> shape) {
  auto* const owned = new std::vector<T>(std::move(values));
  nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return Array<T>(owned->data(), shape.size(), shape.data(), owner);
}

/// Counts of numbers as a dict.
inline nb::dict dict_of(const NumberCounts& counts) {
  nb::dict d;
  d["quantum"] = counts.quantum, d["classical"] = counts.classical, d["frozen"] = counts.frozen;
  return d;
}

void bind_tables(nb::module_& m);    ///< gates, encoders, options, ...
void bind_cells(nb::module_& m);     ///< Config, CellF64, CellF32
void bind_models(nb::module_& m);    ///< Model, weights in files
void bind_circuit(nb::module_& m);   ///< Circuit
void bind_info(nb::module_& m);      ///< entropies, powers
void bind_noise(nb::module_& m);     ///< channels, noise models, noisy circuits
void bind_hardware(nb::module_& m);  ///< cells and circuits as texts of other tools

}  // namespace ebit::python
