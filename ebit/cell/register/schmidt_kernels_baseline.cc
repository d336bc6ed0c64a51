// The Schmidt decomposition for the instruction set "baseline"; ebit/cell/CMakeLists.txt gives this file its
// flags.
#define EBIT_ISA baseline
#include "ebit/cell/register/schmidt_kernels_impl.h"
