// One matrix of each size class, pruned to the density where both ways are expected to be equal, multiplied both ways.
#include "calibrate.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <mutex>
#include <utility>

#include "parameters.h"
#include "product.h"

namespace lacuna {

namespace {

constexpr Index kWidth = 2 * kLanes;
constexpr Index kSteps = 4;
/** Costs of live weights that products of their own do not show: lists are refreshed, sums brought home, caches shared. */
constexpr double kMargin = 0.94;
/**
 * How far below and above the constants a limit may lie: skipping too late costs little, too early makes a pruned
 * network slower than a dense one, and a busy machine disturbs the measurement either way.
 */
constexpr double kFarthestBelow = 0.15, kFarthestAbove = 0.03;
/** Seconds after which no further round begins, and rounds at most. */
constexpr double kBudget = 0.01;
constexpr int kRounds = 12;

/** Seconds this thread has computed, or where that is not to be had, passed. */
double seconds() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0) {
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
#endif
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** A matrix pruned to `density` at random, or when not `compact`, dense. */
Parameter pruned(Index rows, Index cols, bool compact, double density) {
  Parameter p;
  p.shape = {Role::kWeightHh, 0, 0, rows, cols};
  p.compact = compact;
  uint32_t state = 1;
  for (uint32_t i = 0; compact && i < static_cast<uint32_t>(rows * cols); ++i) {
    state = state * 1664525u + 1013904223u;
    if (static_cast<double>(state >> 8) < density * 16777216.0) p.live.push_back(i);
  }
  p.stored = compact ? static_cast<Index>(p.live.size()) : rows * cols;
  return p;
}

/** One form of the matrix with panels to work on. */
class Trial {
 public:
  Trial(const Kernels& kernels, Index rows, Index cols, bool compact, double density)
      : product_(kernels, pruned(rows, cols, compact, density), {0, rows, 0, cols, 0, kSteps}, kWidth),
        x_step_((cols | 1) * kWidth),
        dg_step_((rows | 1) * kWidth) {
    for (Array<float>* a : {&weights_, &gradient_}) a->resize(padded(rows * cols));
    for (Array<float>* a : {&x_, &dx_}) a->resize(kSteps * x_step_);
    for (Array<float>* a : {&dg_, &out_}) a->resize(kSteps * dg_step_);
    for (Array<float>* a : {&weights_, &x_, &dg_}) std::fill_n(a->data(), a->size(), 0.5f);
    product_.refresh(weights_.data());
  }

  /** Products as in a training step: chunks of timesteps and single ones, forward, backward and for the gradient. */
  double run() {
    const double start = seconds();
    RowStart zero;
    zero.kind = Start::kZero;
    product_.forward(x_.data(), zero, Finish::kStore, out_.data(), kWidth / kLanes, {kSteps, x_step_, dg_step_});
    product_.backward(dg_.data(), Start::kZero, dx_.data(), kWidth / kLanes, {kSteps, dg_step_, x_step_});
    for (Index t = 0; t < kSteps; ++t) {
      product_.forward(x_.data() + t * x_step_, zero, Finish::kStore, out_.data() + t * dg_step_, kWidth / kLanes);
      product_.backward(dg_.data() + t * dg_step_, Start::kZero, dx_.data() + t * x_step_, kWidth / kLanes);
    }
    for (int both = 0; both < 2; ++both) {
      product_.gradient(dg_.data(), dg_step_, x_.data(), x_step_, kSteps, kWidth / kLanes, 0, 1, gradient_.data(), true);
    }
    product_.finish_gradient(gradient_.data(), true);
    return seconds() - start;
  }

 private:
  Product product_;
  Index x_step_, dg_step_;
  Array<float> weights_, gradient_, x_, dx_, dg_, out_;
};

float measure(const Kernels& kernels, bool large) {
  const double expected = static_cast<double>(large ? kernels.sparse_below_large : kernels.sparse_below);
  const Index rows = large ? 768 : 200, cols = large ? 256 : 50;
  Trial dense(kernels, rows, cols, false, 1.0), sparse(kernels, rows, cols, true, expected);
  const double end = dense.run() + sparse.run() + seconds() + kBudget;  // and caches and pages are warm
  double best_dense = 0.0, best_sparse = 0.0;
  for (int i = 0; i < kRounds && seconds() < end; ++i) {
    const double d = dense.run(), s = sparse.run();
    best_dense = i == 0 ? d : std::min(best_dense, d);
    best_sparse = i == 0 ? s : std::min(best_sparse, s);
  }
  if (!(best_dense > 0.0) || !(best_sparse > 0.0)) return static_cast<float>(expected);
  // Time of the sparse form grows with the live weights.
  const double limit = kMargin * expected * best_dense / best_sparse;
  return static_cast<float>(std::min(expected + kFarthestAbove, std::max(expected - kFarthestBelow, limit)));
}

}  // namespace

float measured_sparse_below(const Kernels& kernels, bool large) {
  static std::mutex mutex;
  static std::map<std::pair<const Kernels*, bool>, float> known;
  const std::lock_guard<std::mutex> lock(mutex);
  if (!kernels.vectorised) return large ? kernels.sparse_below_large : kernels.sparse_below;
  const auto key = std::make_pair(&kernels, large);
  const auto found = known.find(key);
  if (found != known.end()) return found->second;
  return known[key] = measure(kernels, large);
}

}  // namespace lacuna
