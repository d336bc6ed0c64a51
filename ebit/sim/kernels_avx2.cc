// Kernels for the instruction set "avx2"; ebit/sim/CMakeLists.txt gives this file its compiler flags.
#define EBIT_ISA avx2
#include "ebit/sim/kernels_impl.h"
