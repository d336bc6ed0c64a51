// Kernels for the instruction set "baseline"; ebit/sim/CMakeLists.txt gives this file its compiler flags.
#define EBIT_ISA baseline
#include "ebit/sim/kernels_impl.h"
