// Filling of blocks.
#include "batch.h"

namespace lacuna {

Index longest(const Split& split, const uint32_t* order, Index count) {
  Index most = 0;
  for (Index i = 0; i < count; ++i) {
    const Index length = split.length(order[i]);
    most = length > most ? length : most;
  }
  return most;
}

void Block::fill(const Split& split, const uint32_t* order, Index count, Index block_width, Index batch_steps,
                 bool mask_padding, Index sequences) {
  for (const int32_t token : tokens) local_[token] = 0;
  tokens.clear();
  lanes = count;
  width = block_width;
  vectors = (count + kLanes - 1) / kLanes;
  steps = mask_padding ? longest(split, order, count) : batch_steps;
  batch_size = sequences;
  const Index cells = steps * width;
  slot.reserve(cells);
  ends.reserve(cells);
  alive.reserve(cells);
  any_end.assign(static_cast<std::size_t>(steps), 0);
  any_dead.assign(static_cast<std::size_t>(steps), 0);
  last.assign(static_cast<std::size_t>(width), 0);
  labels.assign(static_cast<std::size_t>(count), 0);
  for (Index lane = 0; lane < width; ++lane) {
    const uint32_t n = order[lane < count ? lane : 0];
    const uint16_t* tokens_of = split.tokens + split.offsets[n];
    const Index length = split.length(n);
    const Index final_step = mask_padding ? length - 1 : steps - 1;
    last[static_cast<std::size_t>(lane)] = final_step;
    if (lane < count) {
      labels[static_cast<std::size_t>(lane)] = split.labels[n];
      any_end[static_cast<std::size_t>(final_step)] = 1;
    }
    for (Index t = 0; t < steps; ++t) {
      const int32_t token = t < length ? tokens_of[t] : 0;
      int32_t& id = local_[token];
      if (id == 0) {
        tokens.push_back(token);
        id = static_cast<int32_t>(tokens.size());
      }
      slot[t * width + lane] = id - 1;
      ends[t * width + lane] = t == final_step && lane < count ? -1 : 0;
      alive[t * width + lane] = t <= final_step ? -1 : 0;
      if (t > final_step) any_dead[static_cast<std::size_t>(t)] = 1;
    }
  }
}

}  // namespace lacuna
