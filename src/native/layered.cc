// Layer-by-layer forward and backward passes.
#include "layered.h"

#include <algorithm>

namespace lacuna {

namespace {

/** Timesteps whose inputs are multiplied together: each weight is then read once for all of them. */
constexpr Index kChunk = 4;

/** Multiplications between two looks at the stop flag: about 10 ms of dense work on a slow core. */
constexpr double kWorkBetweenLooks = 1 << 28;

/** An odd number of rows, so that panels of successive timesteps fall into different cache sets. */
Index panel_rows(Index rows) { return rows | 1; }

}  // namespace

Layered::Layered(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width)
    : Executor(network, parameters, kernels, width) {
  const std::size_t layers = network.layers.size();
  outputs_.resize(layers);
  doutputs_.resize(layers);
  has_reader_.assign(layers, 0);
  by_layer_.resize(layers);
  for (std::size_t l = 0; l < layers; ++l) {
    for (std::size_t c = 0; c < network.layers[l].cells.size(); ++c) {
      add_cell(static_cast<Index>(l), static_cast<Index>(c));
    }
  }
  // The backward pass visits cells last to first; whoever comes first to a layer's gradient writes, others add.
  for (auto cell = cells_.rbegin(); cell != cells_.rend(); ++cell) {
    for (SourceBlock& source : (*cell)->sources) {
      uint8_t& read = has_reader_[static_cast<std::size_t>(source.layer)];
      source.first_writer = read == 0;
      read = 1;
    }
  }
}

void Layered::add_cell(Index layer, Index index) {
  const Layer& description = network_.layers[static_cast<std::size_t>(layer)];
  auto owned = std::make_unique<LayeredCell>();
  LayeredCell& cell = *owned;
  const Index units = description.size, rows = network_.gates() * units;
  cell.layer = layer;
  cell.cell = index;
  cell.units = units;
  cell.rows = network_.panel_gates() * units;
  cell.weight_ih = parameters_.index_of(Role::kWeightIh, layer, index);
  cell.bias_ih = cell.weight_ih + 2;
  cell.bias_hh = cell.weight_ih + 3;
  cell.bias.resize(padded(cell.rows));
  cell.bias_lanes.resize(cell.rows * kLanes);
  cell.bias_sums.resize(padded(cell.rows));
  const Parameter& weight_ih = parameters_.at(cell.weight_ih);
  const Parameter& weight_hh = parameters_.at(cell.weight_ih + 1);
  std::vector<Index> embedding_cols;
  Index col = 0;
  for (const int source : description.cells[static_cast<std::size_t>(index)]) {
    const Index size = network_.source_size(source);
    if (source == kEmbedding) {
      embedding_cols.push_back(col);
    } else {
      cell.sources.push_back({source, Product(k_, weight_ih, {0, rows, col, size, 0, kChunk}, width_)});
    }
    col += size;
  }
  if (!embedding_cols.empty()) cell.table = add_table(weight_ih, rows, embedding_cols, cell.bias.data());
  if (network_.cell == Cell::kGru) {
    cell.recurrent.emplace_back(k_, weight_hh, ProductShape{0, 2 * units, 0, units, 0}, width_);
    cell.recurrent.emplace_back(k_, weight_hh, ProductShape{2 * units, units, 0, units, 3 * units}, width_);
  } else {
    cell.recurrent.emplace_back(k_, weight_hh, ProductShape{0, rows, 0, units, 0}, width_);
  }
  by_layer_[static_cast<std::size_t>(layer)].push_back(&cell);
  cells_.push_back(std::move(owned));
}

void Layered::refresh_cells() {
  const float* w = parameters_.w.data();
  for (auto& cell : cells_) {
    for (SourceBlock& source : cell->sources) source.product.refresh(w);
    for (Product& product : cell->recurrent) product.refresh(w);
    refresh_bias(*cell);
  }
}

void Layered::refresh_bias(LayeredCell& cell) {
  const float* ih = parameters_.w.data() + parameters_.at(cell.bias_ih).at;
  const float* hh = parameters_.w.data() + parameters_.at(cell.bias_hh).at;
  const Index together = network_.cell == Cell::kGru ? 2 * cell.units : cell.rows;
  for (Index r = 0; r < together; ++r) cell.bias[r] = ih[r] + hh[r];
  if (network_.cell != Cell::kGru) return;
  for (Index u = 0; u < cell.units; ++u) {
    cell.bias[2 * cell.units + u] = ih[2 * cell.units + u];
    cell.bias[3 * cell.units + u] = hh[2 * cell.units + u];
  }
}

void Layered::make_room(Index steps) {
  const Index row = width_;
  // Pass 1 counts, pass 2 hands out.
  for (int pass = 0; pass < 2; ++pass) {
    Index used = 0;
    const auto take = [&](Index count) {
      float* at = pass == 0 ? nullptr : arena_.data() + used;
      used += padded(count);
      return at;
    };
    const auto series = [&](Index rows, Index panels, Index first) {
      Series s;
      s.step = panel_rows(rows) * row;
      float* data = take(s.step * panels);
      s.data = pass == 0 ? nullptr : data + first * s.step;
      return s;
    };
    for (auto& owned : cells_) {
      LayeredCell& cell = *owned;
      cell.h = series(cell.units, steps + 1, 1);
      cell.gates = series(cell.rows, steps, 0);
      take(kLanes * row);  // scatter_tokens reads whole groups of 16 rows
      cell.dh = take(cell.units * row);
      if (network_.cell == Cell::kLstm) {
        cell.c = series(cell.units, steps + 1, 1);
        cell.tanh_c = series(cell.units, steps, 0);
        cell.dc = take(cell.units * row);
      }
    }
    for (std::size_t l = 0; l < by_layer_.size(); ++l) {
      const Index units = network_.layers[l].size;
      outputs_[l] = by_layer_[l].size() == 1 ? by_layer_[l][0]->h : series(units, steps, 0);
      if (has_reader_[l] != 0) doutputs_[l] = series(units, steps, 0);
    }
    if (pass == 0) arena_.resize(used);
  }
}

RowStart Layered::first_start(const LayeredCell& cell, Index t, LaneRange lanes) const {
  if (cell.table >= 0) return table_start(cell.table, t, lanes.first);
  RowStart start;
  start.kind = Start::kBias;
  start.bias = cell.bias.data();
  return start;
}

/** Start `rows` panel rows from `first` without a product. */
static void start_panel_rows(const Kernels& k, RowStart start, Index first, Index rows, Finish finish, float* panel,
                             Index width, Index vectors) {
  if (start.bias != nullptr) start.bias += first;
  if (start.table != nullptr) start.table += first * 32;
  k.start_rows(rows, start, finish, panel + first * width, width, vectors);
}

void Layered::inputs_forward(LayeredCell& cell, Index t0, Index t1, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  RowStart start = first_start(cell, t0, lanes);
  const Series& panels = is_rnn() ? cell.h : cell.gates;
  for (const SourceBlock& source : cell.sources) {
    const Series& x = outputs_[static_cast<std::size_t>(source.layer)];
    source.product.forward(x.at(t0) + lane, start, Finish::kStore, panels.at(t0) + lane, lanes.count,
                           {t1 - t0, x.step, panels.step});
    start = RowStart{};
  }
}

void Layered::recurrent_forward(LayeredCell& cell, Index t, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  const bool started = !cell.sources.empty();
  const RowStart start = started ? RowStart{} : first_start(cell, t, lanes);
  float* panel = (is_rnn() ? cell.h : cell.gates).at(t) + lane;
  const float* h_prev = cell.h.at(t - 1) + lane;
  const Finish finish = network_.cell == Cell::kTanh   ? Finish::kTanh
                        : network_.cell == Cell::kRelu ? Finish::kRelu
                                                       : Finish::kStore;
  // At t = 0 the state is zero: only the start and the finish of the recurrent rows remain.
  if (network_.cell != Cell::kGru) {
    if (t > 0) {
      cell.recurrent[0].forward(h_prev, start, finish, panel, lanes.count);
    } else if (!started || is_rnn()) {
      start_panel_rows(k_, start, 0, cell.rows, finish, panel, width_, lanes.count);
    }
    return;
  }
  RowStart bias;
  bias.kind = Start::kBias;
  bias.bias = cell.bias.data();
  const Index units = cell.units;
  if (t > 0) {
    if (!started) start_panel_rows(k_, start, 2 * units, units, finish, panel, width_, lanes.count);
    cell.recurrent[0].forward(h_prev, start, finish, panel, lanes.count);
    cell.recurrent[1].forward(h_prev, bias, finish, panel, lanes.count);
  } else {
    if (!started) start_panel_rows(k_, start, 0, 3 * units, finish, panel, width_, lanes.count);
    start_panel_rows(k_, bias, 3 * units, units, finish, panel, width_, lanes.count);
  }
}

void Layered::gates_forward(LayeredCell& cell, Index t, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  if (network_.cell == Cell::kLstm) {
    k_.lstm_forward({cell.units, width_, lanes.count, cell.gates.at(t) + lane, cell.c.at(t - 1) + lane,
                     cell.c.at(t) + lane, cell.tanh_c.at(t) + lane, cell.h.at(t) + lane});
  } else if (network_.cell == Cell::kGru) {
    k_.gru_forward({cell.units, width_, lanes.count, cell.gates.at(t) + lane, cell.h.at(t - 1) + lane,
                    cell.h.at(t) + lane});
  }
}

bool Layered::forward(const Block& block, LaneRange lanes, const std::atomic<int32_t>* stop) {
  const Index lane = lanes.first * kLanes;
  // A frozen unit cannot overflow while the longer sequences of its block go on; only relu is unbounded.
  const bool freeze = network_.mask_padding && network_.cell == Cell::kRelu;
  for (std::size_t l = 0; l < by_layer_.size(); ++l) {
    for (LayeredCell* cell : by_layer_[l]) {
      for (Index t = 0; t < block.steps; ++t) {
        if (stop_requested(stop)) return false;
        if (t % kChunk == 0) inputs_forward(*cell, t, std::min(t + kChunk, block.steps), lanes);
        recurrent_forward(*cell, t, lanes);
        gates_forward(*cell, t, lanes);
        if (freeze && block.any_dead[static_cast<std::size_t>(t)] != 0) {
          k_.mask_rows(cell->h.at(t) + lane, block.alive.data() + t * width_ + lane, cell->units, width_, lanes.count);
        }
      }
    }
    if (by_layer_[l].size() == 1) continue;
    const Index units = network_.layers[l].size;
    RowStart zero;
    zero.kind = Start::kZero;
    for (Index t = 0; t < block.steps; ++t) {
      float* out = outputs_[l].at(t) + lane;
      k_.start_rows(units, zero, Finish::kStore, out, width_, lanes.count);
      for (LayeredCell* cell : by_layer_[l]) k_.add_rows(out, cell->h.at(t) + lane, nullptr, units, width_, lanes.count);
    }
  }
  return true;
}

void Layered::begin_gradients() {}

void Layered::backward_step(LayeredCell& cell, const Block& block, Index t, LaneRange lanes) {
  const Index lane = lanes.first * kLanes;
  const std::size_t layer = static_cast<std::size_t>(cell.layer);
  float* dh = cell.dh + lane;
  float* gates = cell.gates.at(t) + lane;
  const float* dout = has_reader_[layer] != 0 ? doutputs_[layer].at(t) + lane : nullptr;
  if (inject_row_[layer] >= 0 && block.any_end[static_cast<std::size_t>(t)] != 0) {
    k_.add_rows(dh, inject_.data() + inject_row_[layer] * width_ + lane, block.ends.data() + t * width_ + lane,
                cell.units, width_, lanes.count);
  }
  Start carry = Start::kZero;
  switch (network_.cell) {
    case Cell::kTanh:
    case Cell::kRelu:
      k_.rnn_backward({cell.units, width_, lanes.count, network_.cell == Cell::kRelu, cell.h.at(t) + lane, dout, dh,
                       gates});
      break;
    case Cell::kLstm:
      k_.lstm_backward({cell.units, width_, lanes.count, gates, cell.c.at(t - 1) + lane, cell.tanh_c.at(t) + lane, dout,
                        dh, cell.dc + lane});
      break;
    case Cell::kGru:
      k_.gru_backward({cell.units, width_, lanes.count, gates, cell.h.at(t - 1) + lane, dout, dh});
      carry = Start::kAccumulate;
      break;
  }
  if (t == 0) return;
  for (const Product& product : cell.recurrent) {
    product.backward(gates, carry, dh, lanes.count);
    carry = Start::kAccumulate;
  }
}

bool Layered::backward(const Block& block, LaneRange lanes, bool accumulate, const std::atomic<int32_t>* stop) {
  const Index lane = lanes.first * kLanes;
  RowStart zero;
  zero.kind = Start::kZero;
  for (auto owned = cells_.rbegin(); owned != cells_.rend(); ++owned) {
    LayeredCell& cell = **owned;
    k_.start_rows(cell.units, zero, Finish::kStore, cell.dh + lane, width_, lanes.count);
    if (cell.dc != nullptr) k_.start_rows(cell.units, zero, Finish::kStore, cell.dc + lane, width_, lanes.count);
    for (Index t = block.steps - 1; t >= 0; --t) {
      if (stop_requested(stop)) return false;
      backward_step(cell, block, t, lanes);
    }
    if (!inputs_backward(cell, block, lanes, stop)) return false;
    if (accumulate && !accumulate_cell(cell, block, 0, 1, stop)) return false;
  }
  return true;
}

bool Layered::inputs_backward(LayeredCell& cell, const Block& block, LaneRange lanes,
                              const std::atomic<int32_t>* stop) {
  const Index lane = lanes.first * kLanes;
  for (const SourceBlock& source : cell.sources) {
    const Series& dx = doutputs_[static_cast<std::size_t>(source.layer)];
    const Start start = source.first_writer ? Start::kZero : Start::kAccumulate;
    for (Index t = 0; t < block.steps; t += kChunk) {
      if (stop_requested(stop)) return false;
      const Steps steps = {std::min(kChunk, block.steps - t), cell.gates.step, dx.step};
      source.product.backward(cell.gates.at(t) + lane, start, dx.at(t) + lane, lanes.count, steps);
    }
  }
  return true;
}

bool Layered::accumulate(const Block& block, int part, int parts, const std::atomic<int32_t>* stop) {
  for (auto owned = cells_.rbegin(); owned != cells_.rend(); ++owned) {
    if (!accumulate_cell(**owned, block, part, parts, stop)) return false;
  }
  return true;
}

bool Layered::accumulate_product(Product& product, Series g, Series x, Index steps, const Block& block, int part,
                                 int parts, const std::atomic<int32_t>* stop) {
  const ProductShape& shape = product.shape();
  const double work = static_cast<double>(shape.rows * shape.cols) * static_cast<double>(steps * block.vectors * kLanes);
  const double most = static_cast<double>(std::max<Index>(1, shape.rows / parts / 16));
  const int slices = static_cast<int>(std::min(most, std::max(1.0, work / parts / kWorkBetweenLooks)));
  for (int slice = 0; slice < slices; ++slice) {
    if (stop_requested(stop)) return false;
    product.gradient(g.data, g.step, x.data, x.step, steps, block.vectors, part * slices + slice, parts * slices,
                     sink_.flat, sink_.fresh);
  }
  return true;
}

bool Layered::accumulate_cell(LayeredCell& cell, const Block& block, int part, int parts,
                              const std::atomic<int32_t>* stop) {
  const Series& g = cell.gates;
  const PanelPair bias = {g.at(0), g.step, nullptr, 0, block.steps, width_, block.vectors};
  k_.gradient_bias(bias, cell.rows * part / parts, cell.rows * (part + 1) / parts, cell.bias_lanes.data(), true);
  if (cell.table >= 0) {
    TokenTable& table = *tables_[static_cast<std::size_t>(cell.table)];
    const Index groups = table.row_stride / kLanes;
    for (Index t = block.steps - 1; t >= 0; --t) {
      k_.scatter_tokens(g.at(t), width_, block.vectors, groups * part / parts, groups * (part + 1) / parts,
                        block.slot.data() + t * width_, table.gradient.data(), table.row_stride);
    }
  }
  for (SourceBlock& source : cell.sources) {
    const Series& x = outputs_[static_cast<std::size_t>(source.layer)];
    if (!accumulate_product(source.product, g, x, block.steps, block, part, parts, stop)) return false;
  }
  // At t = 0 the previous state is zero and adds nothing.
  for (Product& product : cell.recurrent) {
    if (!accumulate_product(product, {g.at(1), g.step}, cell.h, block.steps - 1, block, part, parts, stop)) return false;
  }
  return true;
}

void Layered::finish_cells() {
  for (auto& owned : cells_) {
    LayeredCell& cell = *owned;
    k_.sum_lanes(cell.bias_lanes.data(), cell.rows, cell.bias_sums.data());
    float* ih = sink_.flat + parameters_.at(cell.bias_ih).at;
    float* hh = sink_.flat + parameters_.at(cell.bias_hh).at;
    const Index rows = network_.gates() * cell.units;
    const Index shifted = network_.cell == Cell::kGru ? 2 * cell.units : rows;
    for (Index r = 0; r < rows; ++r) {
      const float x = cell.bias_sums[r], s = cell.bias_sums[r < shifted ? r : r + cell.units];
      ih[r] = sink_.fresh ? x : ih[r] + x;
      hh[r] = sink_.fresh ? s : hh[r] + s;
    }
    for (SourceBlock& source : cell.sources) source.product.finish_gradient(sink_.flat, sink_.fresh);
    for (Product& product : cell.recurrent) product.finish_gradient(sink_.flat, sink_.fresh);
  }
}

float Layered::activation(Index layer, Index cell, Index t, int what, Index unit) const {
  const LayeredCell& c = *by_layer_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(cell)];
  if (what == 0) return c.h.at(t)[unit * width_];
  if (what == 1) return c.c.at(t)[unit * width_];
  return c.gates.at(t)[((what - 2) * c.units + unit) * width_];
}

}  // namespace lacuna
