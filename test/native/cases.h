// Random networks, weights and splits for the native test program, and the gradients the engine finds for them.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "../../src/native/dispatch.h"
#include "../../src/native/model.h"

namespace lacuna {

/** SplitMix64: small, seeded, good enough for tests. */
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  int between(int low, int high) { return low + static_cast<int>(next() % static_cast<uint64_t>(high - low + 1)); }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double normal() { return std::sqrt(-2.0 * std::log(1.0 - uniform())) * std::cos(6.283185307179586 * uniform()); }

 private:
  uint64_t state_;
};

/** A random case: network, weights, masks and a split. */
struct Case {
  Network network;
  std::vector<std::vector<float>> w;
  std::vector<std::vector<uint8_t>> masks;  // empty: dense
  std::vector<uint16_t> tokens, labels;
  std::vector<uint32_t> offsets, order;

  Split split() const { return {tokens.data(), offsets.data(), labels.data(), static_cast<Index>(labels.size())}; }
  ParameterValues values(bool with_masks) const {
    ParameterValues v;
    for (std::size_t i = 0; i < w.size(); ++i) {
      v.w.push_back(w[i].data());
      v.masks.push_back(with_masks && !masks[i].empty() ? masks[i].data() : nullptr);
    }
    return v;
  }
};

inline Network random_network(Random& r, bool small) {
  Network n;
  n.cell = static_cast<Cell>(r.between(0, 3));
  n.mask_padding = r.between(0, 1) == 1;
  n.vocabulary = r.between(0, 4) == 0 ? r.between(40, 300) : r.between(2, 30);
  n.embedding = r.between(1, small ? 8 : 70);
  n.classes = r.between(2, r.between(0, 3) == 0 ? 40 : 4);
  const int layers = r.between(1, 6);
  for (int l = 0; l < layers; ++l) {
    Layer layer;
    layer.size = r.between(1, small ? 6 : 70);
    const int cells = l > 0 && r.between(0, 2) == 0 ? r.between(1, 3) : 1;
    for (int c = 0; c < cells; ++c) {
      std::vector<int> sources;
      const int count = r.between(0, 3) == 0 ? 2 : 1;
      for (int s = 0; s < count; ++s) {
        sources.push_back(l == 0 || r.between(0, 9) == 0 ? kEmbedding : c == 0 && s == 0 ? l - 1 : r.between(0, l - 1));
      }
      layer.cells.push_back(sources);
    }
    n.layers.push_back(layer);
  }
  n.readout.push_back(layers - 1);
  if (r.between(0, 3) == 0) n.readout.push_back(r.between(0, layers - 1));
  return n;
}

inline void random_weights(Case& c, Random& r, double density) {
  for (const ParameterShape& p : parameter_shapes(c.network)) {
    const std::size_t count = static_cast<std::size_t>(p.count());
    std::vector<float> w(count);
    const Index units = p.role == Role::kEmbedding ? 1
                        : p.role == Role::kLinearWeight || p.role == Role::kLinearBias
                            ? c.network.readout_size()
                            : c.network.layers[static_cast<std::size_t>(p.layer)].size;
    const double bound = 1.0 / std::sqrt(static_cast<double>(units));
    for (float& v : w) v = static_cast<float>(p.role == Role::kEmbedding ? r.normal() : bound * (2 * r.uniform() - 1));
    std::vector<uint8_t> mask;
    const bool maskable = p.role == Role::kWeightIh || p.role == Role::kWeightHh || p.role == Role::kLinearWeight;
    if (density < 1.0 && maskable && r.between(0, 9) > 0) {
      mask.resize(count);
      for (std::size_t i = 0; i < count; ++i) {
        mask[i] = r.uniform() < density;
        if (mask[i] == 0) w[i] = 0.0f;
      }
    }
    c.w.push_back(w);
    c.masks.push_back(mask);
  }
}

inline Case random_case(Random& r, bool small, int most_batch, int most_length) {
  Case c;
  c.network = random_network(r, small);
  const double densities[] = {1.0, 1.0, 0.9, 0.5, 0.2, 0.05};
  random_weights(c, r, densities[r.between(0, 5)]);
  const int batch = r.between(1, most_batch), length = r.between(1, most_length);
  c.offsets.push_back(0);
  for (int i = 0; i < batch; ++i) {
    const int own = r.between(1, length);
    for (int t = 0; t < own; ++t) {
      c.tokens.push_back(static_cast<uint16_t>(r.between(1, static_cast<int>(c.network.vocabulary) - 1)));
    }
    c.offsets.push_back(static_cast<uint32_t>(c.tokens.size()));
    c.labels.push_back(static_cast<uint16_t>(r.between(0, static_cast<int>(c.network.classes) - 1)));
    c.order.push_back(static_cast<uint32_t>(i));
  }
  std::reverse(c.order.begin(), c.order.end());
  return c;
}

struct Gradients {
  double loss = 0.0;
  std::vector<std::vector<float>> g;
};

inline Gradients engine_gradients(const Case& c, const Kernels& k, ModelOptions options, bool with_masks = true) {
  Model model(c.network, c.values(with_masks), k, options);
  Gradients result;
  std::vector<float*> out;
  for (const auto& w : c.w) result.g.emplace_back(w.size(), 7.0f);
  for (auto& g : result.g) out.push_back(g.data());
  result.loss = model.gradients(c.split(), c.order.data(), static_cast<Index>(c.order.size()), out);
  return result;
}

}  // namespace lacuna
