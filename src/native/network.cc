// Parsing and checking of network descriptions.
#include "network.h"

namespace lacuna {

namespace {

/** Reads a flat description number by number and refuses what is out of range. */
class Reader {
 public:
  Reader(const int32_t* data, Index count) : data_(data), count_(count) {}

  int next(const char* what, int low, int high) {
    if (at_ >= count_) throw EngineError("bad-network", std::string("The network description ends before its ") + what + ".");
    const int value = data_[at_++];
    if (value < low || value > high) {
      throw EngineError("bad-network", std::string("The network's ") + what + " is " + std::to_string(value) +
                                           "; expected " + std::to_string(low) + " to " + std::to_string(high) + ".");
    }
    return value;
  }
  bool done() const { return at_ == count_; }

 private:
  const int32_t* data_;
  Index count_;
  Index at_ = 0;
};

constexpr int kMaxSize = 4096;
constexpr int kMaxCells = 4096;
constexpr int kMaxSources = 4096;
constexpr Index kMaxValues = static_cast<Index>(1) << 31;

Layer read_layer(Reader& in, int index) {
  Layer layer;
  layer.size = in.next("layer size", 1, kMaxSize);
  const int cells = in.next("number of cells in a layer", 1, kMaxCells);
  for (int c = 0; c < cells; ++c) {
    const int count = in.next("number of sources of a cell", 1, kMaxSources);
    std::vector<int> sources;
    for (int s = 0; s < count; ++s) sources.push_back(in.next("source of a cell", kEmbedding, index - 1));
    layer.cells.push_back(std::move(sources));
  }
  return layer;
}

}  // namespace

Index Network::readout_size() const {
  Index size = 0;
  for (const int layer : readout) size += layers[static_cast<std::size_t>(layer)].size;
  return size;
}

Network Network::parse(const int32_t* data, Index count) {
  Reader in(data, count);
  Network n;
  n.cell = static_cast<Cell>(in.next("cell type", 0, 3));
  n.mask_padding = in.next("padding", 0, 1) == 1;
  n.vocabulary = in.next("vocabulary", 2, 65536);
  n.embedding = in.next("embedding size", 1, kMaxSize);
  n.classes = in.next("number of classes", 2, kMaxSize);
  const int layers = in.next("number of layers", 1, 1024);
  for (int l = 0; l < layers; ++l) n.layers.push_back(read_layer(in, l));
  const int readouts = in.next("number of readout layers", 1, 4096);
  for (int r = 0; r < readouts; ++r) n.readout.push_back(in.next("readout layer", 0, layers - 1));
  if (!in.done()) throw EngineError("bad-network", "The network description is longer than its contents.");
  Index total = 0;
  for (const ParameterShape& p : parameter_shapes(n)) total += p.count();
  if (total > kMaxValues) {
    throw EngineError("too-large", "The network has " + std::to_string(total) + " parameters; at most 2^31 fit.");
  }
  return n;
}

std::vector<ParameterShape> parameter_shapes(const Network& n) {
  std::vector<ParameterShape> shapes;
  shapes.push_back({Role::kEmbedding, 0, 0, n.vocabulary, n.embedding});
  for (std::size_t l = 0; l < n.layers.size(); ++l) {
    const Index rows = n.gates() * n.layers[l].size;
    for (std::size_t c = 0; c < n.layers[l].cells.size(); ++c) {
      const Index layer = static_cast<Index>(l), cell = static_cast<Index>(c);
      Index inputs = 0;
      for (const int source : n.layers[l].cells[c]) inputs += n.source_size(source);
      shapes.push_back({Role::kWeightIh, layer, cell, rows, inputs});
      shapes.push_back({Role::kWeightHh, layer, cell, rows, n.layers[l].size});
      shapes.push_back({Role::kBiasIh, layer, cell, rows, 1});
      shapes.push_back({Role::kBiasHh, layer, cell, rows, 1});
    }
  }
  shapes.push_back({Role::kLinearWeight, 0, 0, n.classes, n.readout_size()});
  shapes.push_back({Role::kLinearBias, 0, 0, n.classes, 1});
  return shapes;
}

}  // namespace lacuna
