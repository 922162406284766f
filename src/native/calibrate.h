// The density under which skipping pruned weights is faster than multiplying them, measured on this processor. Decides
// nothing but speed: both ways give the same bits.
#pragma once
#include "kernels.h"

namespace lacuna {

/**
 * The limit of a size class of matrices, between 0 and 1: measured on first use in a process (a few milliseconds, on
 * the calling thread), then remembered. The constant of the kernels where the clock is too coarse to tell, and for
 * the plain C++ ones, which are there for tests.
 */
float measured_sparse_below(const Kernels& kernels, bool large);

}  // namespace lacuna
