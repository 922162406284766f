// Building and using the forms of a weight matrix.
#include "product.h"

#include <algorithm>
#include <numeric>

namespace lacuna {

namespace {

/** Split `rows` into tiles of nearly equal height, at most `most` each, weights of `k` inputs packed in sequence. */
std::vector<DenseTile> make_tiles(Index rows, Index k, int most) {
  std::vector<DenseTile> tiles;
  const Index count = (rows + most - 1) / most;
  Index row = 0;
  for (Index i = 0; i < count; ++i) {
    const Index height = rows / count + (i < rows % count ? 1 : 0);
    tiles.push_back({static_cast<int32_t>(row), static_cast<int32_t>(height), row * k});
    row += height;
  }
  return tiles;
}

struct Live {
  Index out, in;      // row of the output panel, feature of the input panel
  uint32_t position;  // flat index of the value
};

/** Slices of `height` rows, longest rows first; inside a row inputs ascend, as in the dense tiles. */
void make_slices(const std::vector<std::vector<Live>>& by_row, int height, Index width, std::vector<SparseSlice>& slices,
                 std::vector<SparseEntry>& entries, std::vector<uint32_t>& source) {
  std::vector<std::size_t> order(by_row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return by_row[a].size() > by_row[b].size(); });
  const std::size_t step = static_cast<std::size_t>(height);
  for (std::size_t first = 0; first < order.size(); first += step) {
    SparseSlice slice{};
    slice.rows = static_cast<int32_t>(std::min(step, order.size() - first));
    slice.length = static_cast<int32_t>(by_row[order[first]].size());
    slice.at = static_cast<Index>(entries.size());
    for (std::size_t r = 0; r < step; ++r) {
      const std::size_t row = order[std::min(first + r, order.size() - 1)];
      slice.out_row[r] = static_cast<int32_t>(row);
    }
    for (std::size_t k = 0; k < static_cast<std::size_t>(slice.length); ++k) {
      for (std::size_t r = 0; r < step; ++r) {
        const bool exists = first + r < order.size() && k < by_row[order[first + r]].size();
        if (exists) {
          const Live& live = by_row[order[first + r]][k];
          entries.push_back({0.0f, static_cast<uint32_t>(live.in * width * 4)});
          source.push_back(live.position + 1);
        } else {
          entries.push_back({0.0f, 0});
          source.push_back(0);
        }
      }
    }
    slices.push_back(slice);
  }
}

void refresh_entries(std::vector<SparseEntry>& entries, const std::vector<uint32_t>& source, const float* w) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (source[i] != 0) entries[i].value = w[source[i] - 1];
  }
}

/** Range [begin, end) of part `part` of `parts` equal shares. */
struct Share {
  Index begin, end;
};
Share share(Index count, int part, int parts) { return {count * part / parts, count * (part + 1) / parts}; }

}  // namespace

Product::Product(const Kernels& kernels, const Parameter& parameter, ProductShape shape, Index width)
    : k_(kernels),
      shape_(shape),
      width_(width),
      sparse_(parameter.compact),
      w_at_(parameter.at + shape.row0 * parameter.shape.cols + shape.col0),
      w_stride_(parameter.shape.cols) {
  if (sparse_) {
    plan_sparse(parameter);
  } else {
    plan_dense();
  }
}

void Product::plan_dense() {
  const int most = width_ >= 2 * kLanes ? k_.dense_rows : k_.dense_rows_narrow;
  forward_tiles_ = make_tiles(shape_.rows, shape_.cols, most);
  backward_tiles_ = make_tiles(shape_.cols, shape_.rows, most);
  forward_packed_.resize(shape_.rows * shape_.cols);
  backward_packed_.resize(shape_.rows * shape_.cols);
  forward_dense_ = {forward_tiles_.data(), static_cast<Index>(forward_tiles_.size()), forward_packed_.data()};
  backward_dense_ = {backward_tiles_.data(), static_cast<Index>(backward_tiles_.size()), backward_packed_.data()};
}

void Product::plan_sparse(const Parameter& parameter) {
  std::vector<std::vector<Live>> by_out(static_cast<std::size_t>(shape_.rows));
  std::vector<std::vector<Live>> by_in(static_cast<std::size_t>(shape_.cols));
  for (std::size_t i = 0; i < parameter.live.size(); ++i) {
    const Index r = static_cast<Index>(parameter.live[i]) / parameter.shape.cols - shape_.row0;
    const Index c = static_cast<Index>(parameter.live[i]) % parameter.shape.cols - shape_.col0;
    if (r < 0 || r >= shape_.rows || c < 0 || c >= shape_.cols) continue;
    const uint32_t position = static_cast<uint32_t>(parameter.at + static_cast<Index>(i));
    by_out[static_cast<std::size_t>(r)].push_back({r, c, position});
    by_in[static_cast<std::size_t>(c)].push_back({c, r, position});
    offset_.push_back(static_cast<uint32_t>(c * width_ * 4));
    target_.push_back(position);
  }
  blocks_ = (shape_.cols + kBlockColumns - 1) / kBlockColumns;
  Index entry = 0;
  for (const std::vector<Live>& row : by_out) {
    cuts_.push_back(entry);
    std::size_t k = 0;
    for (Index block = 1; block <= blocks_; ++block) {
      while (k < row.size() && row[k].in < block * kBlockColumns) ++k;
      cuts_.push_back(entry + static_cast<Index>(k));
    }
    entry += static_cast<Index>(row.size());
  }
  make_slices(by_out, k_.sparse_rows, width_, forward_slices_, forward_entries_, forward_source_);
  make_slices(by_in, k_.sparse_rows, width_, backward_slices_, backward_entries_, backward_source_);
  forward_sparse_ = {forward_slices_.data(), static_cast<Index>(forward_slices_.size()), forward_entries_.data()};
  backward_sparse_ = {backward_slices_.data(), static_cast<Index>(backward_slices_.size()), backward_entries_.data()};
  lanes_.resize(static_cast<Index>(offset_.size()) * kLanes);
  sums_.resize(static_cast<Index>(offset_.size()));
}

void Product::refresh(const float* w) {
  if (sparse_) {
    refresh_entries(forward_entries_, forward_source_, w);
    refresh_entries(backward_entries_, backward_source_, w);
  } else {
    refresh_dense(w);
  }
}

void Product::refresh_dense(const float* w) {
  const float* base = w + w_at_;
  for (const DenseTile& tile : forward_tiles_) {
    float* out = forward_packed_.data() + tile.at;
    for (Index r = 0; r < tile.rows; ++r) {
      const float* row = base + (tile.out_row + r) * w_stride_;
      for (Index k = 0; k < shape_.cols; ++k) out[k * tile.rows + r] = row[k];
    }
  }
  for (const DenseTile& tile : backward_tiles_) {
    float* out = backward_packed_.data() + tile.at;
    for (Index k = 0; k < shape_.rows; ++k) {
      const float* row = base + k * w_stride_ + tile.out_row;
      for (Index r = 0; r < tile.rows; ++r) *out++ = row[r];
    }
  }
}

void Product::forward(const float* x, RowStart start, Finish finish, float* panel, Index vectors, Steps steps) const {
  if (start.bias != nullptr) start.bias += shape_.panel_row0;
  if (start.table != nullptr) start.table += shape_.panel_row0 * 32;
  float* out = panel + shape_.panel_row0 * width_;
  if (sparse_) {
    k_.multiply_sparse(forward_sparse_, x, steps, start, finish, out, width_, vectors);
  } else {
    k_.multiply_dense(forward_dense_, x, shape_.cols, steps, start, finish, out, width_, vectors);
  }
}

void Product::backward(const float* panel, Start start, float* dx, Index vectors, Steps steps) const {
  RowStart row_start;
  row_start.kind = start;
  const float* dg = panel + shape_.panel_row0 * width_;
  if (sparse_) {
    k_.multiply_sparse(backward_sparse_, dg, steps, row_start, Finish::kStore, dx, width_, vectors);
  } else {
    k_.multiply_dense(backward_dense_, dg, shape_.rows, steps, row_start, Finish::kStore, dx, width_, vectors);
  }
}

void Product::gradient(const float* dpanel, Index dstep, const float* x, Index xstep, Index steps, Index vectors,
                       int part, int parts, float* g, bool fresh) {
  const Share rows = share(shape_.rows, part, parts);
  PanelPair pair = {dpanel + shape_.panel_row0 * width_, dstep, x, xstep, steps, width_, vectors};
  if (sparse_) {
    any_steps_ = steps > 0;
    k_.gradient_sparse(pair, {cuts_.data(), blocks_, offset_.data()}, rows.begin, rows.end, lanes_.data(), true);
    return;
  }
  pair.dg += rows.begin * width_;
  float* out = g + w_at_ + rows.begin * w_stride_;
  k_.gradient_dense(pair, rows.end - rows.begin, shape_.cols, out, w_stride_, fresh);
}

void Product::finish_gradient(float* g, bool fresh) {
  if (!sparse_) return;
  if (any_steps_) {
    k_.sum_lanes(lanes_.data(), sums_.size(), sums_.data());
  } else {
    sums_.zero();
  }
  for (std::size_t i = 0; i < target_.size(); ++i) {
    float& out = g[target_[i]];
    out = fresh ? sums_[static_cast<Index>(i)] : out + sums_[static_cast<Index>(i)];
  }
}

}  // namespace lacuna
