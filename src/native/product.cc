// Building and using the forms of a weight matrix.
#include "product.h"

#include <algorithm>

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

/** Working memory of the sparse kernels: of the thread, as two of them share a product. */
float* scratch(Index floats) {
  thread_local Array<float> memory;
  memory.reserve(floats);
  return memory.data();
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
  }
  forward_sparse_.build(by_out, shape_.cols, k_.sparse_rows, width_, shape_.steps);
  backward_sparse_.build(by_in, shape_.rows, k_.sparse_rows, width_, shape_.steps);
  gradient_rows_.build(by_out, shape_.cols, width_);
  sums_.resize(static_cast<Index>(gradient_rows_.target().size()));
}

void Product::refresh(const float* w) {
  if (sparse_) {
    forward_sparse_.refresh(w);
    backward_sparse_.refresh(w);
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
    multiply_sparse(forward_sparse_, x, steps, start, finish, out, vectors);
  } else {
    k_.multiply_dense(forward_dense_, x, shape_.cols, steps, start, finish, out, width_, vectors);
  }
}

void Product::backward(const float* panel, Start start, float* dx, Index vectors, Steps steps) const {
  RowStart row_start;
  row_start.kind = start;
  const float* dg = panel + shape_.panel_row0 * width_;
  if (sparse_) {
    multiply_sparse(backward_sparse_, dg, steps, row_start, Finish::kStore, dx, vectors);
  } else {
    k_.multiply_dense(backward_dense_, dg, shape_.rows, steps, row_start, Finish::kStore, dx, width_, vectors);
  }
}

void Product::multiply_sparse(const SlicedWeights& weights, const float* x, const Steps& steps, const RowStart& start,
                              Finish finish, float* out, Index vectors) const {
  const SparseMatrix& m = weights.matrix();
  float* partial = m.block_count > 1 ? scratch(k_.gradient_steps * m.rows * vectors * kLanes) : nullptr;
  k_.multiply_sparse(m, x, steps, start, finish, partial, out, width_, vectors);
}

void Product::gradient(const float* dpanel, Index dstep, const float* x, Index xstep, Index steps, Index vectors,
                       int part, int parts, float* g, bool fresh) {
  const Share rows = share(shape_.rows, part, parts);
  PanelPair pair = {dpanel + shape_.panel_row0 * width_, dstep, x, xstep, steps, width_, vectors};
  if (sparse_) {
    any_steps_ = steps > 0;
    const Index entries = std::min(sums_.size(), kGradientGroup + shape_.cols);
    k_.gradient_sparse(pair, gradient_rows_.rows(), rows.begin, rows.end, scratch(entries * kLanes), sums_.data());
    return;
  }
  pair.dg += rows.begin * width_;
  float* out = g + w_at_ + rows.begin * w_stride_;
  k_.gradient_dense(pair, rows.end - rows.begin, shape_.cols, out, w_stride_, fresh);
}

void Product::finish_gradient(float* g, bool fresh) {
  if (!sparse_) return;
  if (!any_steps_) sums_.zero();
  const std::vector<uint32_t>& target = gradient_rows_.target();
  for (std::size_t i = 0; i < target.size(); ++i) {
    float& out = g[target[i]];
    out = fresh ? sums_[static_cast<Index>(i)] : out + sums_[static_cast<Index>(i)];
  }
}

}  // namespace lacuna
