// The limits' loops for the instruction set "baseline"; ebit/bench/CMakeLists.txt gives this file its
// compiler flags.
#define EBIT_ISA baseline
#include "ebit/bench/fma_loop.h"
