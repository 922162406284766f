// One block of a batch: up to `width` sequences side by side, padded to a common length, with the tokens renumbered
// by first appearance. Lanes beyond the last sequence repeat the first one and carry no gradient.
#pragma once
#include <vector>

#include "memory.h"
#include "network.h"

namespace lacuna {

/** Encoded sequences as the caller holds them (see EncodedSplit in src/main/engine/engine.ts). */
struct Split {
  const uint16_t* tokens = nullptr;
  const uint32_t* offsets = nullptr;  // [sequences + 1]
  const uint16_t* labels = nullptr;   // [sequences]
  Index sequences = 0;

  Index length(uint32_t n) const { return static_cast<Index>(offsets[n + 1]) - static_cast<Index>(offsets[n]); }
};

class Block {
 public:
  /** Room for `vocabulary` tokens. */
  void prepare(Index vocabulary) { local_.reserve(vocabulary); }

  /**
   * Fill the block with sequences order[0..count), padded to `batch_steps` (process padding) or to its own longest
   * sequence (mask padding). `batch_size` is the number of sequences the loss is averaged over.
   */
  void fill(const Split& split, const uint32_t* order, Index count, Index width, Index batch_steps, bool mask_padding,
            Index batch_size);

  Index lanes = 0;    // real sequences
  Index width = 0;    // lanes of a panel row
  Index vectors = 0;  // 16-lane vectors in use
  Index steps = 0;    // T
  Index batch_size = 0;
  Array<int32_t> slot;        // [T][width] local token
  Array<int32_t> ends;        // [T][width] -1 where the lane's classified step is t
  Array<int32_t> alive;       // [T][width] -1 up to that step
  std::vector<uint8_t> any_end;   // [T]
  std::vector<uint8_t> any_dead;  // [T] some lane has ended before t
  std::vector<Index> last;        // [width] classified step of each lane
  std::vector<int32_t> labels;    // [lanes]
  std::vector<int32_t> tokens;    // local token -> token

 private:
  Array<int32_t> local_;  // token -> local token + 1
};

/** Longest sequence among order[0..count). */
Index longest(const Split& split, const uint32_t* order, Index count);

}  // namespace lacuna
