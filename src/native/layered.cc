// Building a network layer by layer: products of every cell, biases, room for panels.
#include "layered.h"

#include <algorithm>

namespace lacuna {

namespace {

/** An odd number of rows, so that panels of successive timesteps fall into different cache sets. */
Index panel_rows(Index rows) { return rows | 1; }

}  // namespace

Layered::Layered(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width,
                 const std::atomic<int32_t>* stop)
    : Executor(network, parameters, kernels, width) {
  const std::size_t layers = network.layers.size();
  outputs_.resize(layers);
  doutputs_.resize(layers);
  has_reader_.assign(layers, 0);
  by_layer_.resize(layers);
  for (std::size_t l = 0; l < layers; ++l) {
    for (std::size_t c = 0; c < network.layers[l].cells.size(); ++c) {
      if (stop_requested(stop)) throw Stopped{};
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

bool Layered::refresh_cells(const std::atomic<int32_t>* stop) {
  const float* w = parameters_.w.data();
  for (auto& cell : cells_) {
    for (SourceBlock& source : cell->sources) {
      if (stop_requested(stop)) return false;
      source.product.refresh(w);
    }
    for (Product& product : cell->recurrent) {
      if (stop_requested(stop)) return false;
      product.refresh(w);
    }
    refresh_bias(*cell);
  }
  return true;
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

float Layered::activation(Index layer, Index cell, Index t, int what, Index unit) const {
  const LayeredCell& c = *by_layer_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(cell)];
  if (what == 0) return c.h.at(t)[unit * width_];
  if (what == 1) return c.c.at(t)[unit * width_];
  return c.gates.at(t)[((what - 2) * c.units + unit) * width_];
}

}  // namespace lacuna
