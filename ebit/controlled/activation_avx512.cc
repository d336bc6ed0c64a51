// The activations for the instruction set "avx512"; ebit/controlled/CMakeLists.txt gives this file its flags.
#define EBIT_ISA avx512
#include "ebit/controlled/activation_impl.h"
