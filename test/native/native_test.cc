// Native test program: random networks against the float64 reference, equality of bits between instruction sets,
// threads and sparse forms, accuracy of the nonlinearities, the stop flag, and fuzzed descriptions. Built plain by the tests and
// with sanitizers by sanitize.mjs. Usage: native_test [gradients N] [fuzz N] [seed S]; exit code 1 on any failure.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "cases.h"
#include "reference.h"
#include "stop_test.h"

namespace {

using namespace lacuna;

int failures = 0;

void check(bool ok, const std::string& what) {
  if (ok) return;
  ++failures;
  std::printf("FAILED: %s\n", what.c_str());
}

/** What the reference says of a case. */
struct Expected {
  reference::Values gradients;
  double loss = 0.0;
  double largest = 0.0;           // gradient of the batch
  double largest_of_one = 0.0;    // gradient of any one sequence alone: what rounding errors are measured against
};

double largest_value(const reference::Values& values) {
  double most = 0.0;
  for (const auto& a : values) {
    for (const double v : a) most = std::max(most, std::fabs(v));
  }
  return most;
}

Expected reference_gradients(const Case& c) {
  reference::Values w;
  for (const auto& a : c.w) w.emplace_back(a.begin(), a.end());
  Expected expected;
  for (const auto& a : w) expected.gradients.emplace_back(a.size(), 0.0);
  const Split split = c.split();
  const Index longest_of_batch = longest(split, c.order.data(), static_cast<Index>(c.order.size()));
  const double scale = 1.0 / static_cast<double>(c.order.size());
  for (const uint32_t n : c.order) {
    std::vector<int> tokens(split.tokens + split.offsets[n], split.tokens + split.offsets[n + 1]);
    if (!c.network.mask_padding) tokens.resize(static_cast<std::size_t>(longest_of_batch), 0);
    reference::Step step(c.network, w);
    expected.loss += step.add(tokens, static_cast<Index>(tokens.size()) - 1, split.labels[n], scale) * scale;
    for (std::size_t i = 0; i < c.w.size(); ++i) {
      for (std::size_t k = 0; k < c.w[i].size(); ++k) {
        if (!c.masks[i].empty() && c.masks[i][k] == 0) step.gradients[i][k] = 0.0;
        expected.gradients[i][k] += step.gradients[i][k];
      }
    }
    expected.largest_of_one = std::max(expected.largest_of_one, largest_value(step.gradients) / scale);
  }
  expected.largest = largest_value(expected.gradients);
  return expected;
}

std::string describe(const Case& c) {
  std::string s = "cell " + std::to_string(static_cast<int>(c.network.cell)) + " mask " +
                  std::to_string(c.network.mask_padding) + " V " + std::to_string(c.network.vocabulary) + " E " +
                  std::to_string(c.network.embedding) + " B " + std::to_string(c.order.size()) + " layers";
  for (const Layer& l : c.network.layers) s += " " + std::to_string(l.size) + "x" + std::to_string(l.cells.size());
  return s;
}

/** Largest |difference| over all parameters. */
double worst_difference(const Gradients& got, const reference::Values& want) {
  double worst = 0.0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    for (std::size_t k = 0; k < want[i].size(); ++k) {
      const double d = std::fabs(static_cast<double>(got.g[i][k]) - want[i][k]);
      worst = std::max(worst, std::isfinite(d) ? d : 1e9);
    }
  }
  return worst;
}

bool same_bits(const Gradients& a, const Gradients& b) {
  if (a.loss != b.loss) return false;
  for (std::size_t i = 0; i < a.g.size(); ++i) {
    for (std::size_t k = 0; k < a.g[i].size(); ++k) {
      if (a.g[i][k] != b.g[i][k]) return false;  // equal values; the sign of a zero may differ
    }
  }
  return true;
}

/**
 * Bound of loss and gradients, relative to the largest gradient of any one sequence: where the sequences of a batch
 * cancel, their sum is small but the rounding errors of its parts are not. The share of cases that is also within 2e-7
 * of the largest gradient of the sum is printed.
 */
constexpr double kTolerance = 2e-7;

void test_variants(const Case& c, const Expected& want, int order, const std::string& name, double& worst, double& worst_loss) {
  Gradients first;
  bool have_first = false;
  for (const Kernels* k : available_kernels()) {
    for (int threads = 1; threads <= 2; ++threads) {
      ModelOptions options;
      options.threads = threads;
      options.order = order;
      const Gradients got = engine_gradients(c, *k, options);
      const std::string which = name + " " + k->name + " order " + std::to_string(order) + " threads " + std::to_string(threads);
      worst = std::max(worst, worst_difference(got, want.gradients));
      worst_loss = std::max(worst_loss, std::fabs(got.loss - want.loss));
      check(worst <= kTolerance * want.largest_of_one, which + " gradient differs by " + std::to_string(worst * 1e7) + "e-7");
      check(worst_loss < kTolerance * std::max(1.0, want.loss), which + " loss differs");
      if (!have_first) first = got;
      have_first = true;
      check(same_bits(first, got), which + " has other bits than the first variant");
    }
  }
  for (const float sparse_below : {0.0f, 2.0f}) {
    ModelOptions options;
    options.order = order;
    options.sparse_below = sparse_below;
    check(same_bits(first, engine_gradients(c, *available_kernels().front(), options)),
          name + (sparse_below > 0 ? " always sparse" : " masked dense") + " has other bits");
  }
}

void test_gradients(int cases, uint64_t seed) {
  std::vector<double> strict;
  double worst_relative = 0.0, worst_loss = 0.0;
  for (int i = 0; i < cases; ++i) {
    Random r(seed + static_cast<uint64_t>(i));
    const bool small = r.between(0, 2) == 0;
    const Case c = random_case(r, small, r.between(0, 1) == 0 ? 34 : 130, r.between(0, 2) == 0 ? 60 : 20);
    const Expected want = reference_gradients(c);
    double worst = 0.0;
    const std::string name = "case " + std::to_string(i) + ": " + describe(c);
    for (int order = 1; order <= 2; ++order) test_variants(c, want, order, name, worst, worst_loss);
    worst_relative = std::max(worst_relative, worst / want.largest_of_one);
    strict.push_back(worst / want.largest);
  }
  std::sort(strict.begin(), strict.end());
  if (strict.empty()) return;
  const std::size_t n = strict.size();
  const auto within = std::upper_bound(strict.begin(), strict.end(), 2e-7) - strict.begin();
  std::printf("gradients: %d cases; worst %.2e of the largest gradient of one sequence, loss %.2e\n", cases, worst_relative, worst_loss);
  std::printf("gradients relative to the largest of the batch: median %.2e, 90 %% %.2e, worst %.2e; %d of %d within 2e-7\n",
              strict[n / 2], strict[n * 9 / 10], strict[n - 1], static_cast<int>(within), cases);
}

/** Training: repeatable, the same on one and two threads, resumable, lowers the loss. */
void test_training(uint64_t seed) {
  for (int i = 0; i < 12; ++i) {
    Random r(seed + 1000 + static_cast<uint64_t>(i));
    const Case c = random_case(r, i % 2 == 0, 60, 12);
    const OptimizerOptions optimizer = {1e-3, 0.9, 0.999, 1e-8, 5.0};
    std::vector<std::vector<float>> ends;
    for (int variant = 0; variant < 3; ++variant) {
      ModelOptions options;
      options.threads = variant == 1 ? 2 : 1;
      auto model = std::make_unique<Model>(c.network, c.values(true), *available_kernels().front(), options);
      const Index count = static_cast<Index>(c.order.size());
      for (int pass = 0; pass < 4; ++pass) {
        const TrainResult result = model->train(c.split(), c.order.data(), count, 20, optimizer, nullptr);
        check(result.non_finite == NonFinite::kNone && result.sequences == count, "training pass is complete");
        if (variant != 2 || pass != 1) continue;
        // Resume from a copy of everything that a checkpoint holds.
        std::vector<std::vector<float>> w, m, v;
        ParameterValues state = c.values(true);
        for (std::size_t p = 0; p < c.w.size(); ++p) {
          w.emplace_back(c.w[p].size());
          m.emplace_back(c.w[p].size());
          v.emplace_back(c.w[p].size());
          model->parameters().read(0, static_cast<Index>(p), w[p].data());
          model->parameters().read(1, static_cast<Index>(p), m[p].data());
          model->parameters().read(2, static_cast<Index>(p), v[p].data());
          state.w[p] = w[p].data();
          state.m.push_back(m[p].data());
          state.v.push_back(v[p].data());
        }
        state.step = model->parameters().step;
        model = std::make_unique<Model>(c.network, state, *available_kernels().front(), options);
      }
      std::vector<float> all;
      for (std::size_t p = 0; p < c.w.size(); ++p) {
        std::vector<float> a(c.w[p].size());
        model->parameters().read(0, static_cast<Index>(p), a.data());
        for (std::size_t k = 0; k < c.masks[p].size(); ++k) check(c.masks[p][k] != 0 || a[k] == 0.0f, "pruned weights stay 0");
        all.insert(all.end(), a.begin(), a.end());
      }
      ends.push_back(all);
    }
    check(ends[0] == ends[1], "training on two threads gives other weights: " + describe(c));
    check(ends[0] == ends[2], "training resumed gives other weights: " + describe(c));
  }
  std::printf("training: 12 cases on one and two threads and resumed\n");
}

/** Random numbers as a description: parsed or refused, and run when small. */
void test_fuzz(int cases, uint64_t seed) {
  int accepted = 0;
  for (int i = 0; i < cases; ++i) {
    Random r(seed + 77777 + static_cast<uint64_t>(i));
    std::vector<int32_t> data;
    if (r.between(0, 1) == 0) {
      const int count = r.between(0, 40);
      for (int k = 0; k < count; ++k) data.push_back(r.between(0, 9) == 0 ? static_cast<int32_t>(r.next()) : r.between(-2, 6));
    } else {
      const Network n = random_network(r, true);
      data = {static_cast<int>(n.cell), n.mask_padding, static_cast<int>(n.vocabulary), static_cast<int>(n.embedding),
              static_cast<int>(n.classes), static_cast<int>(n.layers.size())};
      for (const Layer& l : n.layers) {
        data.push_back(static_cast<int>(l.size));
        data.push_back(static_cast<int>(l.cells.size()));
        for (const auto& sources : l.cells) {
          data.push_back(static_cast<int>(sources.size()));
          data.insert(data.end(), sources.begin(), sources.end());
        }
      }
      data.push_back(static_cast<int>(n.readout.size()));
      data.insert(data.end(), n.readout.begin(), n.readout.end());
      if (r.between(0, 2) == 0) data[static_cast<std::size_t>(r.between(0, static_cast<int>(data.size()) - 1))] = r.between(-3, 9);
      if (r.between(0, 9) == 0) data.pop_back();
    }
    try {
      Case c;
      c.network = Network::parse(data.data(), static_cast<Index>(data.size()));
      ++accepted;
      Index values = 0;
      for (const ParameterShape& p : parameter_shapes(c.network)) values += p.count();
      if (values > 20000) continue;
      random_weights(c, r, r.between(0, 1) == 0 ? 1.0 : 0.3);
      c.tokens = {1, 1, 1};
      c.offsets = {0, 1, 3};
      c.labels = {0, 1};
      c.order = {1, 0};
      const Gradients g = engine_gradients(c, *available_kernels().front(), {});
      check(std::isfinite(g.loss), "fuzzed network has a finite loss");
    } catch (const EngineError&) {
      continue;
    }
  }
  std::printf("fuzz: %d descriptions, %d accepted\n", cases, accepted);
}

/** Errors of tanh and the logistic function over the floats of [-20, 20], through one-unit networks' kernels. */
void test_nonlinearities() {
  for (const Kernels* k : available_kernels()) {
    double tanh_error = 0.0, tanh_relative = 0.0, sigmoid_error = 0.0;
    Array<float> gates(64), c(16), c_out(16), tanh_c(16), h(16), x(16);
    for (int i = -200000; i <= 200000; i += 16) {
      for (int lane = 0; lane < 16; ++lane) {
        const int at = i + lane;
        x[lane] = static_cast<float>(at % 2 == 0 ? 20.0 * at / 200000.0 : std::copysign(std::pow(10.0, -6.0 + 7.3 * std::abs(at) / 200000.0), at));
        for (int g = 0; g < 4; ++g) gates[g * 16 + lane] = x[lane];
      }
      c.zero();
      k->lstm_forward({1, 16, 1, gates.data(), c.data(), c_out.data(), tanh_c.data(), h.data()});
      for (int lane = 0; lane < 16; ++lane) {
        const double exact = std::tanh(static_cast<double>(x[lane])), got = static_cast<double>(gates[32 + lane]);
        tanh_error = std::max(tanh_error, std::fabs(got - exact));
        if (exact != 0.0) tanh_relative = std::max(tanh_relative, std::fabs(got - exact) / std::fabs(exact));
        sigmoid_error = std::max(sigmoid_error, std::fabs(static_cast<double>(gates[lane]) - reference::sigmoid(static_cast<double>(x[lane]))));
      }
    }
    std::printf("nonlinearities %s: tanh %.2e absolute %.2e relative, sigmoid %.2e absolute\n", k->name, tanh_error,
                tanh_relative, sigmoid_error);
    check(tanh_error < 1.3e-7 && tanh_relative < 4e-7 && sigmoid_error < 1.2e-7, "error of the nonlinearities");
  }
}

}  // namespace

int main(int argc, char** argv) {
  int gradients = 60, fuzz = 1000;
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "gradients") == 0) gradients = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "fuzz") == 0) fuzz = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "seed") == 0) seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  test_nonlinearities();
  test_gradients(gradients, seed);
  test_training(seed);
  check(test_stop(), "the stop flag");
  test_fuzz(fuzz, seed);
  std::printf("%s\n", failures == 0 ? "ok" : "failed");
  return failures == 0 ? 0 : 1;
}
