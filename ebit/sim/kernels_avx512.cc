// Kernels for the instruction set "avx512"; ebit/sim/CMakeLists.txt gives this file its compiler flags.
#define EBIT_ISA avx512
#include "ebit/sim/kernels_impl.h"
