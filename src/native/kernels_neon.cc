// NEON on 64-bit ARM. Not measured yet: tile sizes are derived from its 32 registers of four lanes.
#include "simd/v16_neon.h"

#define LACUNA_KERNELS kernels_neon
#define LACUNA_NAME "neon"
#define LACUNA_VECTORISED true
#define LACUNA_DENSE_ROWS 3
#define LACUNA_DENSE_ROWS_NARROW 6
#define LACUNA_WEIGHTS_IN_REGISTERS 1
#define LACUNA_GRADIENT_ROWS 3
#define LACUNA_SPARSE_ROWS 2
#define LACUNA_GRADIENT_STEPS 2
#define LACUNA_SPARSE_BELOW 0.6f
#define LACUNA_SPARSE_BELOW_LARGE 0.5f

#include "kernels.inc"
