// The shared memory of a run as native code sees it: stop flag and progress ring. The layout is that of
// src/main/engine/control.ts; a change here is a change there.
#pragma once
#include <atomic>

#include "platform.h"

namespace lacuna {

constexpr int32_t kRingCapacity = 256;
constexpr Index kControlHeaderBytes = 64;
constexpr Index kControlBytes = kControlHeaderBytes + kRingCapacity * 32;

static_assert(sizeof(std::atomic<int32_t>) == 4, "the stop flag is shared with JavaScript");

/** Called at every look at a stop flag; for tests that measure how often that is. */
inline void (*stop_observer)() = nullptr;

/** Whether the flag, which may be null, is raised. */
inline bool stop_requested(const std::atomic<int32_t>* stop) {
  if (stop_observer != nullptr) stop_observer();
  return stop != nullptr && stop->load(std::memory_order_relaxed) != 0;
}

/** Thrown by what builds the forms of a network when the flag is raised meanwhile. */
struct Stopped {};

class Control {
 public:
  /** `memory` has kControlBytes bytes and outlives this object. */
  explicit Control(void* memory)
      : header_(static_cast<std::atomic<int32_t>*>(memory)),
        records_(reinterpret_cast<double*>(static_cast<char*>(memory) + kControlHeaderBytes)) {}

  const std::atomic<int32_t>* stop() const { return header_; }

  void write(Index batch, double loss, double norm, Index correct) {
    const int32_t n = header_[1].load(std::memory_order_relaxed);
    double* record = records_ + (n % kRingCapacity) * 4;
    record[0] = static_cast<double>(batch);
    record[1] = loss;
    record[2] = norm;
    record[3] = static_cast<double>(correct);
    header_[1].store((n + 1) & 0x7fffffff, std::memory_order_release);
  }

 private:
  std::atomic<int32_t>* header_;
  double* records_;
};

}  // namespace lacuna
