// The limits' loops for the instruction set "avx512"; ebit/bench/CMakeLists.txt gives this file its compiler
// flags.
#define EBIT_ISA avx512
#include "ebit/bench/fma_loop.h"
