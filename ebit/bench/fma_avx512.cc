// The limits' loops for the instruction set "avx512"; ebit/bench/CMakeLists.txt gives this file its compiler
// flags.
#define EBIT_ISA avx512
#define EBIT_VECTOR_BYTES 64
#include "ebit/bench/fma_loop.h"
