// The choice between the two execution orders.
#include "layered.h"
#include "sweep.h"

namespace lacuna {

bool prefers_sweep(const Network& network) {
  // Register tiles want at least a dozen rows per cell; below that, per-cell passes cost more than they save.
  Index cells = 0, units = 0;
  for (const Layer& layer : network.layers) {
    cells += static_cast<Index>(layer.cells.size());
    units += layer.size * static_cast<Index>(layer.cells.size());
  }
  return units < 16 * cells;
}

std::unique_ptr<Executor> make_executor(const Network& network, const Parameters& parameters, const Kernels& kernels,
                                        Index lanes, int order, const std::atomic<int32_t>* stop) {
  const bool sweep = order == 2 || (order == 0 && prefers_sweep(network));
  const Index most = sweep ? 64 : 32;
  Index width = kLanes;
  while (width < lanes && width < most) width *= 2;
  if (sweep) return std::make_unique<Sweep>(network, parameters, kernels, width, stop);
  return std::make_unique<Layered>(network, parameters, kernels, width, stop);
}

}  // namespace lacuna
