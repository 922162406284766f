// Lists of the live weights of a pruned matrix in the forms the sparse kernels walk: slices of rows in column blocks
// for products, rows in column blocks for gradients. Column blocks keep the inputs of a block in the first-level
// cache; they ascend, so the order of additions is that of the whole row.
#pragma once
#include <vector>

#include "kernels.h"

namespace lacuna {

struct Live {
  Index out, in;      // row of the output panel, feature of the input panel
  uint32_t position;  // flat index of the value
};

/** One direction of a product: SELL slices by output row, in blocks of inputs. */
class SlicedWeights {
 public:
  /**
   * `by_row` lists each output row's live weights, inputs ascending; `width` is that of the input panels, `steps` the
   * timesteps usually multiplied together.
   */
  void build(const std::vector<std::vector<Live>>& by_row, Index inputs, int slice_rows, Index width, Index steps);
  /** Copy values in from the flat weights. */
  void refresh(const float* w);
  const SparseMatrix& matrix() const { return matrix_; }

 private:
  void add_block(const std::vector<std::vector<Live>>& by_row, Index first, Index end, int slice_rows, Index width);

  std::vector<SparseSlice> slices_;
  std::vector<Index> block_ends_;
  std::vector<SparseEntry> entries_;
  std::vector<uint32_t> source_;  // flat index + 1 of each entry's value, 0 for padding
  SparseMatrix matrix_;
};

/** Live weights by row for their gradients. */
class GradientRows {
 public:
  void build(const std::vector<std::vector<Live>>& by_row, Index inputs, Index width);
  SparseRows rows() const { return {cuts_.data(), row_count_, ranges_, blocks_, offset_.data()}; }
  /** Flat index of each gradient, in the order of the kernel. */
  const std::vector<uint32_t>& target() const { return target_; }

 private:
  Index row_count_ = 0, ranges_ = 1, blocks_ = 1;
  std::vector<Index> cuts_;
  std::vector<uint32_t> offset_, target_;
};

}  // namespace lacuna
