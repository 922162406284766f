// Float64 reference of a training step's loss and gradients: one sequence at a time, plain loops, no shared code with
// the engine beyond the network description. Slow on purpose.
#pragma once
#include <cmath>
#include <vector>

#include "../../src/native/batch.h"
#include "../../src/native/network.h"

namespace reference {

using lacuna::Cell;
using lacuna::Index;
using lacuna::Network;
using Vector = std::vector<double>;

inline double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/** Parameter arrays in canonical order, as doubles. */
using Values = std::vector<Vector>;

class Step {
 public:
  Step(const Network& network, const Values& values) : n_(network), w_(values) {
    for (const Vector& v : values) gradients.emplace_back(v.size(), 0.0);
  }

  /** Add the loss and gradient of one sequence; tokens already padded to the steps to run, `last` is classified. */
  double add(const std::vector<int>& tokens, Index last, int label, double scale) {
    tokens_ = tokens;
    steps_ = static_cast<Index>(tokens.size());
    forward();
    const double loss = readout(last, label, scale);
    backward();
    return loss;
  }

  Values gradients;

 private:
  struct CellState {
    std::vector<Vector> h, c, gates, nh, dh, dc;  // [T][...]
  };

  static std::size_t z(Index i) { return static_cast<std::size_t>(i); }

  std::size_t first_parameter(std::size_t layer, std::size_t cell) const {
    std::size_t at = 1;
    for (std::size_t l = 0; l < layer; ++l) at += 4 * n_.layers[l].cells.size();
    return at + 4 * cell;
  }

  Vector input(std::size_t layer, std::size_t cell, Index t) const {
    Vector x;
    for (const int source : n_.layers[layer].cells[cell]) {
      if (source == lacuna::kEmbedding) {
        const Index row = tokens_[z(t)] * n_.embedding;
        for (Index e = 0; e < n_.embedding; ++e) x.push_back(w_[0][z(row + e)]);
      } else {
        const Vector& o = out_[z(source)][z(t)];
        x.insert(x.end(), o.begin(), o.end());
      }
    }
    return x;
  }

  void forward() {
    cells_.assign(n_.layers.size(), {});
    out_.assign(n_.layers.size(), {});
    dout_.assign(n_.layers.size(), {});
    for (std::size_t l = 0; l < n_.layers.size(); ++l) {
      const std::size_t size = z(n_.layers[l].size);
      out_[l].assign(z(steps_), Vector(size, 0.0));
      dout_[l].assign(z(steps_), Vector(size, 0.0));
      cells_[l].resize(n_.layers[l].cells.size());
      for (std::size_t c = 0; c < cells_[l].size(); ++c) {
        for (Index t = 0; t < steps_; ++t) {
          cell_forward(l, c, t);
          for (std::size_t u = 0; u < size; ++u) out_[l][z(t)][u] += cells_[l][c].h[z(t)][u];
        }
      }
    }
  }

  void cell_forward(std::size_t l, std::size_t c, Index t) {
    const std::size_t H = z(n_.layers[l].size), G = z(n_.gates()), p = first_parameter(l, c);
    CellState& s = cells_[l][c];
    const Vector x = input(l, c, t);
    const Vector zero(H, 0.0);
    const Vector h = t > 0 ? s.h[z(t - 1)] : zero, c_prev = t > 0 && n_.cell == Cell::kLstm ? s.c[z(t - 1)] : zero;
    Vector a(G * H), b(G * H);
    for (std::size_t r = 0; r < G * H; ++r) {
      a[r] = w_[p + 2][r];
      b[r] = w_[p + 3][r];
      for (std::size_t i = 0; i < x.size(); ++i) a[r] += w_[p][r * x.size() + i] * x[i];
      for (std::size_t i = 0; i < H; ++i) b[r] += w_[p + 1][r * H + i] * h[i];
    }
    Vector gates(G * H), hn(H), cn(H), nh(H);
    for (std::size_t u = 0; u < H; ++u) {
      const auto sum = [&](std::size_t g) { return a[g * H + u] + b[g * H + u]; };
      if (n_.cell == Cell::kTanh) {
        hn[u] = std::tanh(sum(0));
      } else if (n_.cell == Cell::kRelu) {
        hn[u] = sum(0) > 0.0 ? sum(0) : 0.0;
      } else if (n_.cell == Cell::kLstm) {
        const double i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = std::tanh(sum(2)), o = sigmoid(sum(3));
        cn[u] = f * c_prev[u] + i * g;
        hn[u] = o * std::tanh(cn[u]);
        gates[u] = i, gates[H + u] = f, gates[2 * H + u] = g, gates[3 * H + u] = o;
      } else {
        const double r = sigmoid(sum(0)), zz = sigmoid(sum(1));
        nh[u] = b[2 * H + u];
        const double n = std::tanh(a[2 * H + u] + r * nh[u]);
        hn[u] = n + zz * (h[u] - n);
        gates[u] = r, gates[H + u] = zz, gates[2 * H + u] = n;
      }
    }
    s.h.push_back(hn);
    s.c.push_back(cn);
    s.gates.push_back(gates);
    s.nh.push_back(nh);
  }

  double readout(Index last, int label, double scale) {
    const std::size_t K = z(n_.classes), R = z(n_.readout_size()), p = w_.size() - 2;
    Vector x;
    for (const int layer : n_.readout) {
      const Vector& o = out_[z(layer)][z(last)];
      x.insert(x.end(), o.begin(), o.end());
    }
    Vector logits(K);
    for (std::size_t k = 0; k < K; ++k) {
      logits[k] = w_[p + 1][k];
      for (std::size_t r = 0; r < R; ++r) logits[k] += w_[p][k * R + r] * x[r];
    }
    double most = logits[0], sum = 0.0;
    for (const double v : logits) most = std::max(most, v);
    for (const double v : logits) sum += std::exp(v - most);
    Vector dx(R, 0.0);
    for (std::size_t k = 0; k < K; ++k) {
      const double d = (std::exp(logits[k] - most) / sum - (k == z(label) ? 1.0 : 0.0)) * scale;
      gradients[p + 1][k] += d;
      for (std::size_t r = 0; r < R; ++r) {
        gradients[p][k * R + r] += d * x[r];
        dx[r] += d * w_[p][k * R + r];
      }
    }
    std::size_t at = 0;
    for (const int layer : n_.readout) {
      for (double& d : dout_[z(layer)][z(last)]) d += dx[at++];
    }
    return std::log(sum) + most - logits[z(label)];
  }

  void backward() {
    for (std::size_t l = n_.layers.size(); l-- > 0;) {
      for (std::size_t c = 0; c < cells_[l].size(); ++c) cell_backward(l, c);
    }
  }

  void cell_backward(std::size_t l, std::size_t c) {
    const std::size_t H = z(n_.layers[l].size), G = z(n_.gates()), p = first_parameter(l, c);
    const CellState& s = cells_[l][c];
    Vector dh(H, 0.0), dc(H, 0.0);
    for (Index t = steps_ - 1; t >= 0; --t) {
      const Vector x = input(l, c, t);
      const Vector zero(H, 0.0);
      const Vector h_prev = t > 0 ? s.h[z(t - 1)] : zero, c_prev = t > 0 ? s.c[z(t - 1)] : zero;
      const Vector& q = s.gates[z(t)];
      Vector da(G * H, 0.0), db(G * H, 0.0), carry(H, 0.0);
      for (std::size_t u = 0; u < H; ++u) {
        const double d = dh[u] + dout_[l][z(t)][u];
        const double h = s.h[z(t)][u];
        if (n_.cell == Cell::kTanh) {
          da[u] = db[u] = d * (1 - h * h);
        } else if (n_.cell == Cell::kRelu) {
          da[u] = db[u] = h > 0 ? d : 0;
        } else if (n_.cell == Cell::kLstm) {
          const double i = q[u], f = q[H + u], g = q[2 * H + u], o = q[3 * H + u], tc = std::tanh(s.c[z(t)][u]);
          const double e = dc[u] + d * o * (1 - tc * tc);
          da[u] = e * g * i * (1 - i);
          da[H + u] = e * c_prev[u] * f * (1 - f);
          da[2 * H + u] = e * i * (1 - g * g);
          da[3 * H + u] = d * tc * o * (1 - o);
          dc[u] = e * f;
          for (std::size_t k = 0; k < 4; ++k) db[k * H + u] = da[k * H + u];
        } else {
          const double r = q[u], zz = q[H + u], n = q[2 * H + u], nh = s.nh[z(t)][u];
          const double dn = d * (1 - zz) * (1 - n * n);
          da[u] = db[u] = dn * nh * r * (1 - r);
          da[H + u] = db[H + u] = d * (h_prev[u] - n) * zz * (1 - zz);
          da[2 * H + u] = dn;
          db[2 * H + u] = dn * r;
          carry[u] = d * zz;
        }
      }
      for (std::size_t r = 0; r < G * H; ++r) {
        gradients[p + 2][r] += da[r];
        gradients[p + 3][r] += db[r];
        for (std::size_t i = 0; i < x.size(); ++i) gradients[p][r * x.size() + i] += da[r] * x[i];
        for (std::size_t i = 0; i < H; ++i) {
          gradients[p + 1][r * H + i] += db[r] * h_prev[i];
          carry[i] += db[r] * w_[p + 1][r * H + i];
        }
      }
      std::size_t col = 0;
      for (const int source : n_.layers[l].cells[c]) {
        for (Index i = 0; i < n_.source_size(source); ++i, ++col) {
          double d = 0.0;
          for (std::size_t r = 0; r < G * H; ++r) d += da[r] * w_[p][r * x.size() + col];
          if (source == lacuna::kEmbedding) {
            gradients[0][z(tokens_[z(t)] * n_.embedding + i)] += d;
          } else {
            dout_[z(source)][z(t)][z(i)] += d;
          }
        }
      }
      dh = carry;
    }
  }

  const Network& n_;
  const Values& w_;
  std::vector<int> tokens_;
  Index steps_ = 0;
  std::vector<std::vector<CellState>> cells_;
  std::vector<std::vector<Vector>> out_, dout_;  // [layer][T][H]
};

}  // namespace reference
