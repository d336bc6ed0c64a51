#include "bind.h"
#include "ebit/base/atomic_file.h"
#include "ebit/base/error.h"
#include "ebit/base/parallel.h"
#include "ebit/sim/kernels.h"

namespace nb = nanobind;

NB_MODULE(_core, m) {
  nb::set_leak_warnings(false);  // cells live in caches until the interpreter ends
  m.doc() = "The compiled core of ebit. Use it through the modules of the package.";
  m.attr("__version__") = EBIT_VERSION;
  nb::exception<ebit::Error> error(m, "Error", PyExc_ValueError);
  error.attr("__module__") = "ebit";
  error.attr("__doc__") = "Bad input: one line that says what is wrong, where, and what to do.";

  m.def("set_num_threads", &ebit::set_threads, nb::arg("count"),
        "Sets how many threads the simulator uses, 1 to 4096; 0: one a core. Results do not depend on it.");
  m.def("get_num_threads", &ebit::threads, "How many threads the simulator uses.");
  m.def(
      "simd", [] { return std::string(ebit::kernels::kernel_table<double>().name); },
      "The instruction set of the kernels in use: 'avx512', 'avx2' or 'baseline'.");
  m.def(
      "write_file",
      [](const std::string& path, const std::string& text) { ebit::write_file_atomically(path, text); },
      nb::arg("path"), nb::arg("text"), "Writes a text file whole or not at all.");
  ebit::python::bind_tables(m);
  ebit::python::bind_cells(m);
  ebit::python::bind_models(m);
  ebit::python::bind_circuit(m);
  ebit::python::bind_info(m);
  ebit::python::bind_noise(m);
  ebit::python::bind_hardware(m);
}
