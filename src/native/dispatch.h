// Which kernels this processor can run.
#pragma once
#include <string>
#include <vector>

#include "kernels.h"

namespace lacuna {

/** Instruction sets that are compiled in and supported here, best first; the last is always "scalar". */
std::vector<const Kernels*> available_kernels();

/** The kernels of that name, or the best for an empty name; null when not available. */
const Kernels* find_kernels(const std::string& name);

}  // namespace lacuna
