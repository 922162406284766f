// AVX-512 F/VL/DQ/BW. Compiled with the matching -m flags or /arch:AVX512.
#include "simd/v16_avx512.h"

#define LACUNA_KERNELS kernels_avx512
#define LACUNA_NAME "avx512"
#define LACUNA_VECTORISED true
#define LACUNA_DENSE_ROWS 10
#define LACUNA_DENSE_ROWS_NARROW 10
#define LACUNA_WEIGHTS_IN_REGISTERS 0
#define LACUNA_GRADIENT_ROWS 5
#define LACUNA_SPARSE_ROWS 4
#define LACUNA_GRADIENT_STEPS 4
#define LACUNA_SPARSE_BELOW 0.52f
#define LACUNA_SPARSE_BELOW_LARGE 0.50f

#include "kernels.inc"
