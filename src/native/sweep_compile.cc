// Compiling a network into the flat program of one timestep.
#include "sweep.h"

#include <algorithm>

namespace lacuna {

Sweep::Sweep(const Network& network, const Parameters& parameters, const Kernels& kernels, Index width,
             const std::atomic<int32_t>* stop)
    : Executor(network, parameters, kernels, width) {
  lay_out_rows();
  compile_forward(stop);
  compile_backward(stop);
  lanes_.resize(static_cast<Index>(entries_.size()) * kLanes);
  sums_.resize(padded(static_cast<Index>(entries_.size())));
}

void Sweep::lay_out_rows() {
  Index row = 0;
  const auto take = [&](Index rows) {
    const Index first = row;
    row += rows;
    return first;
  };
  const bool lstm = network_.cell == Cell::kLstm, gru = network_.cell == Cell::kGru;
  for (std::size_t l = 0; l < network_.layers.size(); ++l) {
    const Layer& layer = network_.layers[l];
    Index first_h = 0;
    for (std::size_t c = 0; c < layer.cells.size(); ++c) {
      CellRows cell{};
      cell.layer = static_cast<Index>(l);
      cell.cell = static_cast<Index>(c);
      cell.units = layer.size;
      cell.h = take(layer.size);
      cell.gates = take(gate_rows() * layer.size);
      cell.c = lstm ? take(layer.size) : 0;
      cell.tanh_c = lstm ? take(layer.size) : 0;
      cell.carry = lstm || gru ? take(layer.size) : 0;
      cell.bias = bias_rows_;
      bias_rows_ += gate_rows() * layer.size;
      cell.table = -1;
      cell.weight_ih = parameters_.index_of(Role::kWeightIh, cell.layer, cell.cell);
      if (c == 0) first_h = cell.h;
      cells_.push_back(cell);
    }
    const bool several = layer.cells.size() > 1;
    output_row_.push_back(several ? take(layer.size) : first_h);
    gradient_row_.push_back(several ? take(layer.size) : -1);
  }
  slot_rows_ = row;
  slot_floats_ = (row | 1) * width_;
  if (slot_floats_ > (Index{1} << 27)) throw EngineError("too-large", "The network is too large for the sweep order.");
  bias_.resize(padded(bias_rows_));
  for (Array<float>* a : {&bias_lanes_, &bias_totals_}) a->resize(bias_rows_ * kLanes);
  bias_sums_.resize(padded(bias_rows_));
}

std::vector<std::vector<Sweep::LiveValue>> Sweep::live_rows(const Parameter& p) const {
  std::vector<std::vector<LiveValue>> rows(static_cast<std::size_t>(p.shape.rows));
  for (Index i = 0; i < p.stored; ++i) {
    const Index at = p.compact ? static_cast<Index>(p.live[static_cast<std::size_t>(i)]) : i;
    if (!p.mask.empty() && p.mask[static_cast<std::size_t>(at)] == 0) continue;
    rows[static_cast<std::size_t>(at / p.shape.cols)].push_back(
        {at % p.shape.cols, static_cast<uint32_t>(p.at + i) + 1});
  }
  return rows;
}

void Sweep::add_table_of(CellRows& cell) {
  std::vector<Index> cols;
  Index col = 0;
  const Layer& layer = network_.layers[static_cast<std::size_t>(cell.layer)];
  for (const int source : layer.cells[static_cast<std::size_t>(cell.cell)]) {
    if (source == kEmbedding) cols.push_back(col);
    col += network_.source_size(source);
  }
  if (cols.empty()) return;
  cell.table = add_table(parameters_.at(cell.weight_ih), network_.gates() * cell.units, cols, bias_.data() + cell.bias);
}

void Sweep::compile_forward(const std::atomic<int32_t>* stop) {
  std::size_t next = 0;
  for (std::size_t l = 0; l < network_.layers.size(); ++l) {
    SweepLayer layer{};
    const std::size_t cells = network_.layers[l].cells.size();
    layer.unit_begin = static_cast<Index>(units_.size());
    for (std::size_t c = 0; c < cells; ++c) {
      if (stop_requested(stop)) throw Stopped{};
      add_table_of(cells_[next + c]);
      compile_forward_cell(cells_[next + c]);
    }
    layer.unit_end = static_cast<Index>(units_.size());
    layer.node_begin = static_cast<Index>(nodes_.size());
    for (Index u = 0; cells > 1 && u < network_.layers[l].size; ++u) {
      SweepNode node{};
      node.sources[0] = static_cast<Index>(node_entries_.size());
      for (std::size_t c = 0; c < cells; ++c) {
        node_entries_.push_back({1.0f, static_cast<uint32_t>(row_offset(cells_[next + c].h + u))});
      }
      node.sources[1] = static_cast<Index>(node_entries_.size());
      node.out = row_offset(output_row_[l] + u);
      node.gradient = row_offset(gradient_row_[l] + u);
      node.inject = inject_row_[l] < 0 ? -1 : static_cast<int32_t>(inject_row_[l] + u);
      nodes_.push_back(node);
    }
    layer.node_end = static_cast<Index>(nodes_.size());
    layers_.push_back(layer);
    next += cells;
  }
}

void Sweep::compile_forward_cell(CellRows& cell) {
  const Index units = cell.units, gates = gate_rows();
  const std::size_t layer = static_cast<std::size_t>(cell.layer);
  const bool gru = network_.cell == Cell::kGru;
  const auto ih = live_rows(parameters_.at(cell.weight_ih));
  const auto hh = live_rows(parameters_.at(cell.weight_ih + 1));
  // Slot row of every input column, -1 for the embedding.
  std::vector<Index> input_row;
  for (const int source : network_.layers[layer].cells[static_cast<std::size_t>(cell.cell)]) {
    for (Index i = 0; i < network_.source_size(source); ++i) {
      input_row.push_back(source == kEmbedding ? -1 : output_row_[static_cast<std::size_t>(source)] + i);
    }
  }
  cell.units_at = static_cast<Index>(units_.size());
  const Index step = slot_floats_ * 4;
  for (Index u = 0; u < units; ++u) {
    SweepUnit unit{};
    for (Index g = 0; g < gates; ++g) {
      unit.entries[g] = static_cast<Index>(entries_.size());
      unit.gate[g] = row_offset(cell.gates + g * units + u);
      if (!gru || g < 3) {
        for (const LiveValue& value : ih[static_cast<std::size_t>(g * units + u)]) {
          const Index row = input_row[static_cast<std::size_t>(value.col)];
          if (row < 0) continue;
          entries_.push_back({0.0f, static_cast<uint32_t>(row_offset(row))});
          sources_.push_back(value.source);
        }
      }
      if (gru && g == 2) continue;
      const Index row = gru && g == 3 ? 2 : g;
      for (const LiveValue& value : hh[static_cast<std::size_t>(row * units + u)]) {
        const Index offset = row_offset(cell.h + value.col) - step;
        entries_.push_back({0.0f, static_cast<uint32_t>(static_cast<int32_t>(offset))});
        sources_.push_back(value.source);
      }
    }
    for (Index g = gates; g < 5; ++g) unit.entries[g] = static_cast<Index>(entries_.size());
    unit.h = row_offset(cell.h + u);
    unit.c = row_offset(cell.c + u);
    unit.tanh_c = row_offset(cell.tanh_c + u);
    unit.carry = row_offset(cell.carry + u);
    unit.table = cell.table;
    unit.table_row = cell.table < 0 ? -1 : static_cast<int32_t>(u);
    unit.table_gate = static_cast<int32_t>(units);
    unit.bias_row = static_cast<int32_t>(cell.bias + u);
    unit.bias_gate = static_cast<int32_t>(units);
    const bool several = gradient_row_[layer] >= 0;
    unit.inject = several || inject_row_[layer] < 0 ? -1 : static_cast<int32_t>(inject_row_[layer] + u);
    units_.push_back(unit);
  }
}

void Sweep::compile_backward(const std::atomic<int32_t>* stop) {
  // What reads each layer's outputs: per layer and unit, entries over gate-gradient rows, in cell and row order.
  Readers readers(network_.layers.size());
  ReaderSources sources(network_.layers.size());
  for (std::size_t l = 0; l < network_.layers.size(); ++l) {
    readers[l].resize(static_cast<std::size_t>(network_.layers[l].size));
    sources[l].resize(static_cast<std::size_t>(network_.layers[l].size));
  }
  for (const CellRows& cell : cells_) {
    if (stop_requested(stop)) throw Stopped{};
    std::vector<std::pair<int, Index>> input;  // column -> layer, unit
    const Layer& layer = network_.layers[static_cast<std::size_t>(cell.layer)];
    for (const int source : layer.cells[static_cast<std::size_t>(cell.cell)]) {
      for (Index i = 0; i < network_.source_size(source); ++i) input.emplace_back(source, i);
    }
    const auto ih = live_rows(parameters_.at(cell.weight_ih));
    for (std::size_t r = 0; r < ih.size(); ++r) {
      for (const LiveValue& value : ih[r]) {
        const auto [source, unit] = input[static_cast<std::size_t>(value.col)];
        if (source == kEmbedding) continue;
        const std::size_t l = static_cast<std::size_t>(source), u = static_cast<std::size_t>(unit);
        readers[l][u].push_back({0.0f, static_cast<uint32_t>(row_offset(cell.gates + static_cast<Index>(r)))});
        sources[l][u].push_back(value.source);
      }
    }
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    for (Index i = layers_[l].node_begin; i < layers_[l].node_end; ++i) {
      const std::size_t u = static_cast<std::size_t>(i - layers_[l].node_begin);
      SweepNode& node = nodes_[static_cast<std::size_t>(i)];
      node.back[0] = static_cast<Index>(back_entries_.size());
      back_entries_.insert(back_entries_.end(), readers[l][u].begin(), readers[l][u].end());
      back_sources_.insert(back_sources_.end(), sources[l][u].begin(), sources[l][u].end());
      node.back[1] = static_cast<Index>(back_entries_.size());
    }
  }
  for (const CellRows& cell : cells_) {
    if (stop_requested(stop)) throw Stopped{};
    compile_backward_cell(cell, readers, sources);
  }
}

void Sweep::compile_backward_cell(const CellRows& cell, const Readers& readers, const ReaderSources& sources) {
  const bool gru = network_.cell == Cell::kGru;
  const Index step = slot_floats_ * 4;
  const std::size_t layer = static_cast<std::size_t>(cell.layer);
  // What reads each unit's own state at the next timestep, by column.
  std::vector<std::vector<LiveValue>> next(static_cast<std::size_t>(cell.units));  // col: row of the gate panel
  const auto hh = live_rows(parameters_.at(cell.weight_ih + 1));
  for (std::size_t r = 0; r < hh.size(); ++r) {
    const Index row = static_cast<Index>(r);
    const Index panel = gru && row >= 2 * cell.units ? row + cell.units : row;
    for (const LiveValue& value : hh[r]) next[static_cast<std::size_t>(value.col)].push_back({panel, value.source});
  }
  const auto add = [&](float value, Index offset, uint32_t source) {
    back_entries_.push_back({value, static_cast<uint32_t>(static_cast<int32_t>(offset))});
    back_sources_.push_back(source);
  };
  for (Index u = 0; u < cell.units; ++u) {
    SweepUnit& unit = units_[static_cast<std::size_t>(cell.units_at + u)];
    const std::size_t at = static_cast<std::size_t>(u);
    unit.back[0] = static_cast<Index>(back_entries_.size());
    if (gradient_row_[layer] >= 0) {
      add(1.0f, row_offset(gradient_row_[layer] + u), 0);
    } else {
      back_entries_.insert(back_entries_.end(), readers[layer][at].begin(), readers[layer][at].end());
      back_sources_.insert(back_sources_.end(), sources[layer][at].begin(), sources[layer][at].end());
    }
    unit.back[1] = static_cast<Index>(back_entries_.size());
    if (gru) add(1.0f, row_offset(cell.carry + u) + step, 0);
    for (const LiveValue& value : next[at]) add(0.0f, row_offset(cell.gates + value.col) + step, value.source);
    unit.back[2] = static_cast<Index>(back_entries_.size());
  }
}

}  // namespace lacuna
