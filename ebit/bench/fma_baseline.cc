// The limits' loops for the instruction set "baseline"; ebit/bench/CMakeLists.txt gives this file its
// compiler flags.
#define EBIT_ISA baseline
#define EBIT_VECTOR_BYTES 16
#include "ebit/bench/fma_loop.h"
