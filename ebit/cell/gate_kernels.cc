#include "ebit/cell/gate_kernels.h"

#include "ebit/cell/kernel_tables.h"

EBIT_KERNEL_TABLES(GateKernels, gates, gate_kernels, "a gated cell")
