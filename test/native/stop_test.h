// How much work lies between two looks at the stop flag, and what happens when it is raised at each of them.
#pragma once
#include <cstdio>
#include <ctime>
#include <memory>

#include "cases.h"

namespace lacuna {

/** What the observer of the flag has seen. One computing thread at a time. */
struct Looks {
  int count = 0;
  int raise_at = 0;  // raise the flag at this look; 0 never
  double last = 0.0, longest = 0.0;  // seconds of this thread
  std::atomic<int32_t>* flag = nullptr;
};
inline Looks looks;

inline double thread_seconds() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
#else
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
#endif
}

inline void on_look() {
  const double now = thread_seconds();
  if (looks.count > 0) looks.longest = std::max(looks.longest, now - looks.last);
  looks.last = now;
  if (++looks.count == looks.raise_at) looks.flag->store(1);
}

/** An LSTM of two layers on one batch of 32 sequences. */
inline Case stop_case(Index units, Index steps, double density) {
  Random r(5);
  Case c;
  c.network.cell = Cell::kLstm;
  c.network.vocabulary = 30;
  c.network.embedding = 16;
  c.network.classes = 2;
  c.network.layers = {{units, {{kEmbedding}}}, {units, {{0}}}};
  c.network.readout = {1};
  random_weights(c, r, density);
  c.offsets.push_back(0);
  for (uint32_t n = 0; n < 32; ++n) {
    for (Index t = 0; t < steps; ++t) c.tokens.push_back(static_cast<uint16_t>(r.between(1, 29)));
    c.offsets.push_back(static_cast<uint32_t>(c.tokens.size()));
    c.labels.push_back(static_cast<uint16_t>(n % 2));
    c.order.push_back(n);
  }
  return c;
}

/** One pass, training or evaluation; whether it was stopped. */
inline bool stop_pass(Model& model, const Case& c, bool train, Control& control) {
  const Index count = static_cast<Index>(c.order.size());
  if (!train) return model.evaluate(c.split(), c.order.data(), count, count, nullptr, &control).stopped;
  return model.train(c.split(), c.order.data(), count, count, {1e-3, 0.9, 0.999, 1e-8, 5.0}, &control).stopped;
}

inline bool test_stop_of(Index units, Index steps, double density, bool train) {
  const Case c = stop_case(units, steps, density);
  alignas(64) static char memory[kControlBytes];
  std::fill_n(memory, kControlBytes, static_cast<char>(0));
  Control control(memory);
  const auto fresh = [&] {
    return std::make_unique<Model>(c.network, c.values(true), *available_kernels().front(), ModelOptions{});
  };
  looks = Looks{};
  looks.flag = reinterpret_cast<std::atomic<int32_t>*>(memory);
  stop_observer = on_look;
  stop_pass(*fresh(), c, train, control);
  const int all = looks.count;
  const double longest = looks.longest;
  // At least: every cell when its forms are built, each of its matrices when they are filled, the token table, every
  // timestep of every layer forward and backward, and before the step of the optimizer.
  bool ok = all >= 2 + 2 * 2 + 1 + 2 * steps * (train ? 2 : 1) + (train ? 1 : 0);
  for (int n = 1; ok && n <= all; n += std::max(1, all / 12)) {
    const auto model = fresh();
    const Parameters& p = model->parameters();
    const std::vector<float> before(p.w.data(), p.w.data() + p.flat_size);
    looks.flag->store(0);
    looks.count = 0;
    looks.raise_at = n;
    // Raised while a look is under way, it is seen by that look: nothing is computed after it.
    ok = stop_pass(*model, c, train, control) && looks.count == n;
    ok = ok && std::equal(before.begin(), before.end(), p.w.data());
    // And the model is as good as new.
    looks.flag->store(0);
    looks.raise_at = 0;
    ok = ok && !stop_pass(*model, c, train, control);
  }
  stop_observer = nullptr;
  std::printf("stop: %d units, density %.1f, %s: %d looks, at most %.1f ms of work between two\n",
              static_cast<int>(units), density, train ? "training" : "evaluation", all, 1e3 * longest);
  return ok;
}

/** Sanitized code is too slow for the sizes that matter; looks are counted all the same. test/bench/stop.ts measures. */
inline bool test_stop() {
#if defined(__SANITIZE_ADDRESS__)
  const Index units = 70;
#else
  const Index units = 1024;
#endif
  bool ok = true;
  for (const double density : {1.0, 0.2}) {
    for (const bool train : {true, false}) ok = test_stop_of(units, 24, density, train) && ok;
  }
  return ok;
}

}  // namespace lacuna
