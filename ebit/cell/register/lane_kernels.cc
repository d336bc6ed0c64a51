#include "ebit/cell/register/lane_kernels.h"

#include "ebit/cell/kernel_tables.h"

EBIT_KERNEL_TABLES(LaneKernels, lanes, lane_kernels, "a time step")
