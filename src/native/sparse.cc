// Building the lists of live weights.
#include "sparse.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lacuna {

namespace {

using Rows = std::vector<std::vector<Live>>;

/** Bytes of inputs of a block, somewhat more than a first-level cache of 48 KiB: 32 to 256 KiB were measured. */
constexpr Index kCacheBytes = 64 * 1024;
/** Entries of one row in one block under which starting and storing the row costs more than the cache saves. */
constexpr double kRowEntries = 24.0;

double density_of(const Rows& by_row, Index inputs) {
  std::size_t live = 0;
  for (const std::vector<Live>& row : by_row) live += row.size();
  return static_cast<double>(live) / (static_cast<double>(inputs) * static_cast<double>(by_row.size()));
}

/** Columns of a block: what fits the cache; more where rows would be too short; all when little would be left over. */
Index block_columns(const Rows& by_row, Index inputs, Index bytes_per_column) {
  const Index fitting = std::max<Index>(1, kCacheBytes / bytes_per_column);
  const double density = density_of(by_row, inputs);
  const double enough = density > 0.0 ? kRowEntries / density : static_cast<double>(inputs);
  const Index columns = std::max(fitting, static_cast<Index>(std::min(enough, static_cast<double>(inputs))));
  if (columns * 3 / 2 >= inputs) return inputs;
  const Index blocks = (inputs + columns - 1) / columns;
  return (inputs + blocks - 1) / blocks;
}

}  // namespace

void SlicedWeights::build(const Rows& by_row, Index inputs, int slice_rows, Index width, Index steps) {
  const Index bytes_per_column = width * steps * static_cast<Index>(sizeof(float));
  const Index columns = block_columns(by_row, inputs, bytes_per_column);
  for (Index first = 0; first < inputs; first += columns) {
    add_block(by_row, first, std::min(first + columns, inputs), slice_rows, width);
    block_ends_.push_back(static_cast<Index>(slices_.size()));
  }
  matrix_ = {slices_.data(), block_ends_.data(), static_cast<Index>(block_ends_.size()), entries_.data(),
             static_cast<Index>(by_row.size())};
}

/** Slices of `slice_rows` rows, longest rows first; inside a row inputs ascend, as in the dense tiles. */
void SlicedWeights::add_block(const Rows& by_row, Index first, Index end, int slice_rows, Index width) {
  struct Range {
    const Live* begin;
    std::size_t size;
  };
  const auto before = [](const Live& live, Index column) { return live.in < column; };
  std::vector<Range> ranges;
  for (const std::vector<Live>& row : by_row) {
    const auto from = std::lower_bound(row.begin(), row.end(), first, before);
    const auto to = std::lower_bound(from, row.end(), end, before);
    ranges.push_back({row.data() + (from - row.begin()), static_cast<std::size_t>(to - from)});
  }
  std::vector<std::size_t> order(ranges.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranges[a].size > ranges[b].size; });
  const std::size_t step = static_cast<std::size_t>(slice_rows);
  for (std::size_t at = 0; at < order.size(); at += step) {
    SparseSlice slice{};
    slice.rows = static_cast<int32_t>(std::min(step, order.size() - at));
    slice.length = static_cast<int32_t>(ranges[order[at]].size);
    slice.at = static_cast<Index>(entries_.size());
    for (std::size_t r = 0; r < step; ++r) {
      slice.out_row[r] = static_cast<int32_t>(order[std::min(at + r, order.size() - 1)]);
    }
    for (std::size_t k = 0; k < static_cast<std::size_t>(slice.length); ++k) {
      for (std::size_t r = 0; r < step; ++r) {
        const bool exists = at + r < order.size() && k < ranges[order[at + r]].size;
        const Live live = exists ? ranges[order[at + r]].begin[k] : Live{0, first, 0};
        entries_.push_back({0.0f, static_cast<uint32_t>(live.in * width * 4)});
        source_.push_back(exists ? live.position + 1 : 0);
      }
    }
    slices_.push_back(slice);
  }
}

void SlicedWeights::refresh(const float* w) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (source_[i] != 0) entries_[i].value = w[source_[i] - 1];
  }
}

void GradientRows::build(const Rows& by_row, Index inputs, Index width) {
  // A group of rows times a range of columns has kGradientGroup entries; the panels of all timesteps are read once
  // per group, least often in all when the range is as wide as the square root.
  const double density = density_of(by_row, inputs);
  const double wide = density > 0.0 ? std::sqrt(static_cast<double>(kGradientGroup) / density) : 1e9;
  const Index all_blocks = (inputs + kBlockColumns - 1) / kBlockColumns;
  blocks_ = std::min(all_blocks, std::max<Index>(1, static_cast<Index>(std::min(wide, 1e9)) / kBlockColumns));
  ranges_ = (all_blocks + blocks_ - 1) / blocks_;
  row_count_ = static_cast<Index>(by_row.size());
  for (Index range = 0; range < ranges_; ++range) {
    for (const std::vector<Live>& row : by_row) {
      std::size_t k = 0;
      while (k < row.size() && row[k].in < range * blocks_ * kBlockColumns) ++k;
      cuts_.push_back(static_cast<Index>(target_.size()));
      for (Index block = range * blocks_; block < (range + 1) * blocks_; ++block) {
        for (; k < row.size() && row[k].in < (block + 1) * kBlockColumns; ++k) {
          offset_.push_back(static_cast<uint32_t>(row[k].in * width * 4));
          target_.push_back(row[k].position);
        }
        cuts_.push_back(static_cast<Index>(target_.size()));
      }
    }
  }
}

}  // namespace lacuna
