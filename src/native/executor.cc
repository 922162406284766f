// Token tables, readout and loss.
#include "executor.h"

#include <algorithm>
#include <cmath>

namespace lacuna {

namespace {
constexpr Index kTableLanes = 32;
}

Executor::Executor(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width)
    : network_(network), parameters_(parameters), k_(kernels), width_(width) {
  const Index classes = network.classes;
  readout_size_ = network.readout_size();
  const Index weight = parameters.index_of(Role::kLinearWeight), bias = parameters.index_of(Role::kLinearBias);
  linear_weight_at_ = parameters.at(weight).at;
  linear_bias_at_ = parameters.at(bias).at;
  readout_.resize(readout_size_ * width);
  logits_.resize(classes * width);
  logits_gradient_.resize(classes * width);
  losses.assign(static_cast<std::size_t>(width), 0.0);
  predictions.assign(static_cast<std::size_t>(width), 0);
  inject_row_.assign(network.layers.size(), -1);
  Index rows = 0;
  for (const int layer : network.readout) {
    Index& row = inject_row_[static_cast<std::size_t>(layer)];
    if (row >= 0) continue;
    row = rows;
    rows += network.layers[static_cast<std::size_t>(layer)].size;
  }
  inject_.resize(rows * width);
}

int Executor::add_table(const Parameter& weight, Index rows, const std::vector<Index>& col0, const float* bias) {
  auto table = std::make_unique<TokenTable>();
  table->rows = rows;
  table->row_stride = padded(rows);
  table->bias = bias;
  for (const Index col : col0) {
    table->products.emplace_back(k_, weight, ProductShape{0, rows, col, network_.embedding, 0}, kTableLanes);
  }
  tables_.push_back(std::move(table));
  return static_cast<int>(tables_.size()) - 1;
}

bool Executor::refresh(const std::atomic<int32_t>* stop) {
  const float* w = parameters_.w.data();
  linear_weight_ = w + linear_weight_at_;
  linear_bias_ = w + linear_bias_at_;
  for (auto& table : tables_) {
    for (Product& product : table->products) {
      if (stop_requested(stop)) return false;
      product.refresh(w);
    }
  }
  return refresh_cells(stop);
}

bool Executor::begin(const Block& block, const GradientSink* sink, const std::atomic<int32_t>* stop) {
  block_ = &block;
  if (sink != nullptr) sink_ = *sink;
  if (block.steps > capacity_) {
    capacity_ = std::max(block.steps, capacity_ + capacity_ / 4);
    make_room(capacity_);
  }
  const Index tokens = static_cast<Index>(block.tokens.size());
  const Index embedding = network_.embedding;
  chunks_ = (tokens + kTableLanes - 1) / kTableLanes;
  small_tables_ = tokens <= kTableLanes;
  embedded_.reserve(chunks_ * embedding * kTableLanes);
  for (Index token = 0; token < tokens; ++token) {
    const float* row = parameters_.embedding_w.data() +
                       block.tokens[static_cast<std::size_t>(token)] * parameters_.embedding_stride;
    float* out = embedded_.data() + token / kTableLanes * embedding * kTableLanes + token % kTableLanes;
    for (Index e = 0; e < embedding; ++e) out[e * kTableLanes] = row[e];
  }
  for (auto& table : tables_) {
    if (!compute_table(*table, stop)) return false;
    if (!small_tables_) fill_table_index(*table, block);
    if (sink == nullptr) continue;
    for (Array<float>* sums : {&table->gradient, &table->recent}) {
      sums->reserve(tokens * table->row_stride);
      std::fill_n(sums->data(), tokens * table->row_stride, 0.0f);
    }
  }
  if (sink != nullptr) begin_gradients();
  return true;
}

bool Executor::compute_table(TokenTable& table, const std::atomic<int32_t>* stop) {
  const Index step = table.rows * kTableLanes;
  table.values.reserve(chunks_ * step);
  for (Index chunk = 0; chunk < chunks_; ++chunk) {
    if (stop_requested(stop)) return false;
    RowStart start;
    start.kind = Start::kBias;
    start.bias = table.bias;
    for (const Product& product : table.products) {
      product.forward(embedded_.data() + chunk * network_.embedding * kTableLanes, start, Finish::kStore,
                      table.values.data() + chunk * step, kTableLanes / kLanes);
      start = RowStart{};
    }
  }
  return true;
}

void Executor::fill_table_index(TokenTable& table, const Block& block) {
  const Index count = block.steps * block.width;
  table.index.reserve(count);
  const Index step = table.rows * kTableLanes;
  for (Index i = 0; i < count; ++i) {
    const Index token = block.slot[i];
    table.index[i] = static_cast<int32_t>(token / kTableLanes * step + token % kTableLanes);
  }
}

RowStart Executor::table_start(int table, Index t, Index first_vector) const {
  const TokenTable& tokens = *tables_[static_cast<std::size_t>(table)];
  RowStart start;
  start.kind = small_tables_ ? Start::kTable32 : Start::kTableAny;
  start.table = tokens.values.data();
  const int32_t* index = small_tables_ ? block_->slot.data() : tokens.index.data();
  start.index = index + t * width_ + first_vector * kLanes;
  return start;
}

void Executor::scatter_tokens(TokenTable& table, const float* dg, const Block& block, Index t, Index group_begin,
                              Index group_end) {
  const Index stride = table.row_stride, tokens = static_cast<Index>(block.tokens.size());
  k_.scatter_tokens(dg, width_, block.vectors, group_begin, group_end, block.slot.data() + t * width_,
                    table.recent.data(), stride);
  // A token may occur thousands of times in a block. Added up in one chain, the later occurrences would be rounded at
  // the magnitude of all earlier ones; emptying costs an eighth of the additions at most.
  const Index steps_between = std::max<Index>(8, 8 * tokens / width_);
  if (t > 0 && (block.steps - t) % steps_between != 0) return;
  const Index first = group_begin * kLanes;
  k_.drain_rows(table.gradient.data() + first, table.recent.data() + first, tokens, stride, group_end - group_begin);
}

void Executor::readout(const Block& block, LaneRange lanes, bool train) {
  const Index first = lanes.first * kLanes;
  const Index end = std::min(first + lanes.count * kLanes, width_);
  Index row = 0;
  for (const int layer : network_.readout) {
    const Index size = network_.layers[static_cast<std::size_t>(layer)].size;
    for (Index lane = first; lane < end; ++lane) {
      const float* from = output(layer, block.last[static_cast<std::size_t>(lane)]) + lane;
      for (Index u = 0; u < size; ++u) readout_[(row + u) * width_ + lane] = from[u * width_];
    }
    row += size;
  }
  for (Index k = 0; k < network_.classes; ++k) {
    double* out = logits_.data() + k * width_;
    std::fill(out + first, out + end, static_cast<double>(linear_bias_[k]));
    for (Index r = 0; r < readout_size_; ++r) {
      const double w = static_cast<double>(linear_weight_[k * readout_size_ + r]);
      const float* x = readout_.data() + r * width_;
      for (Index lane = first; lane < end; ++lane) out[lane] += w * static_cast<double>(x[lane]);
    }
  }
  for (Index lane = first; lane < end; ++lane) lane_loss(block, lane, train);
  if (!train) return;
  std::vector<uint8_t> seen(network_.layers.size(), 0);
  row = 0;
  for (const int layer : network_.readout) {
    const std::size_t l = static_cast<std::size_t>(layer);
    const Index size = network_.layers[l].size;
    for (Index u = 0; u < size; ++u) {
      float* to = inject_.data() + (inject_row_[l] + u) * width_;
      inject_row(row + u, first, end, to, seen[l] != 0);
    }
    seen[l] = 1;
    row += size;
  }
}

/** Gradient of the loss by one input of the readout. */
void Executor::inject_row(Index row, Index first, Index end, float* to, bool add) {
  for (Index lane = first; lane < end; ++lane) {
    double sum = 0.0;
    for (Index k = 0; k < network_.classes; ++k) {
      sum += static_cast<double>(linear_weight_[k * readout_size_ + row]) * logits_gradient_[k * width_ + lane];
    }
    to[lane] = (add ? to[lane] : 0.0f) + static_cast<float>(sum);
  }
}

/** Cross-entropy of one lane in double precision, and its gradient divided by the batch size. */
void Executor::lane_loss(const Block& block, Index lane, bool train) {
  const Index classes = network_.classes;
  const double* logit = logits_.data() + lane;
  Index best = 0;
  for (Index k = 1; k < classes; ++k) {
    if (logit[k * width_] > logit[best * width_]) best = k;
  }
  const std::size_t at = static_cast<std::size_t>(lane);
  predictions[at] = static_cast<int32_t>(best);
  losses[at] = 0.0;
  if (lane >= block.lanes) {
    for (Index k = 0; train && k < classes; ++k) logits_gradient_[k * width_ + lane] = 0.0;
    return;
  }
  const double most = logit[best * width_];
  double sum = 0.0;
  for (Index k = 0; k < classes; ++k) sum += std::exp(logit[k * width_] - most);
  const Index label = block.labels[at];
  losses[at] = std::log(sum) - (logit[label * width_] - most);
  if (!train) return;
  const double scale = 1.0 / static_cast<double>(block.batch_size);
  for (Index k = 0; k < classes; ++k) {
    const double p = std::exp(logit[k * width_] - most) / sum;
    logits_gradient_[k * width_ + lane] = (p - (k == label ? 1.0 : 0.0)) * scale;
  }
}

bool Executor::finish(const std::atomic<int32_t>* stop) {
  finish_readout();
  if (!finish_cells(stop)) return false;
  for (auto& table : tables_) {
    if (!finish_table(*table, stop)) return false;
  }
  return true;
}

void Executor::finish_readout() {
  const Index lanes = block_->lanes;
  const auto put = [&](Index at, double sum) {
    float& out = sink_.flat[at];
    out = sink_.fresh ? static_cast<float>(sum) : out + static_cast<float>(sum);
  };
  for (Index k = 0; k < network_.classes; ++k) {
    const double* d = logits_gradient_.data() + k * width_;
    double total = 0.0;
    for (Index lane = 0; lane < lanes; ++lane) total += d[lane];
    put(linear_bias_at_ + k, total);
    for (Index r = 0; r < readout_size_; ++r) {
      const float* x = readout_.data() + r * width_;
      double sum = 0.0;
      for (Index lane = 0; lane < lanes; ++lane) sum += d[lane] * static_cast<double>(x[lane]);
      put(linear_weight_at_ + k * readout_size_ + r, sum);
    }
  }
}

/** Gradient of the embedding columns of a cell's input weights and of the embedding rows, from the token sums. */
bool Executor::finish_table(TokenTable& table, const std::atomic<int32_t>* stop) {
  const Index tokens = static_cast<Index>(block_->tokens.size());
  const Index step = table.rows * kTableLanes;
  table.gradient_panel.reserve(chunks_ * step);
  embedded_gradient_.reserve(chunks_ * network_.embedding * kTableLanes);
  for (Index chunk = 0; chunk < chunks_; ++chunk) {
    float* panel = table.gradient_panel.data() + chunk * step;
    for (Index lane = 0; lane < kTableLanes; ++lane) {
      const Index token = chunk * kTableLanes + lane;
      const float* from = table.gradient.data() + token * table.row_stride;
      for (Index r = 0; r < table.rows; ++r) panel[r * kTableLanes + lane] = token < tokens ? from[r] : 0.0f;
    }
  }
  for (Product& product : table.products) {
    if (!finish_table_product(table, product, stop)) return false;
  }
  return true;
}

bool Executor::finish_table_product(TokenTable& table, Product& product, const std::atomic<int32_t>* stop) {
  const Index embedding = network_.embedding, tokens = static_cast<Index>(block_->tokens.size());
  const Index step = table.rows * kTableLanes, embedded_step = embedding * kTableLanes;
  const Index vectors = kTableLanes / kLanes;
  const float* panels = table.gradient_panel.data();
  for (Index chunk = 0; chunk < chunks_; ++chunk) {
    if (stop_requested(stop)) return false;
    product.backward(panels + chunk * step, Start::kZero, embedded_gradient_.data() + chunk * embedded_step, vectors);
  }
  if (stop_requested(stop)) return false;
  product.gradient(panels, step, embedded_.data(), embedded_step, chunks_, vectors, 0, 1, sink_.flat, sink_.fresh);
  product.finish_gradient(sink_.flat, sink_.fresh);
  for (Index token = 0; token < tokens; ++token) {
    const float* from = embedded_gradient_.data() + token / kTableLanes * embedded_step + token % kTableLanes;
    const Index row = sink_.embedding_row[block_->tokens[static_cast<std::size_t>(token)]];
    float* out = sink_.embedding + row * parameters_.embedding_stride;
    for (Index e = 0; e < embedding; ++e) out[e] += from[e * kTableLanes];
  }
  return true;
}

}  // namespace lacuna
