// One helper thread for the duration of a call: run the same function on both, meet at barriers. Two threads at most:
// more cores are better used by more runs (see docs/engine.md).
#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <thread>

#include "denormals.h"
#include "platform.h"

namespace lacuna {

class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int threads() const { return threads_; }
  /** Run work(0) here and work(1) on the helper; returns when both are done. Rethrows what the work threw. */
  void run(const std::function<void(int)>& work);

 private:
  void serve();
  void wait_for(const std::atomic<int>& value, int expected) const;

  int threads_;
  std::atomic<int> round_{0};
  std::atomic<int> done_{0};
  std::atomic<bool> quit_{false};
  const std::function<void(int)>* work_ = nullptr;
  std::exception_ptr failure_;
  std::thread helper_;
};

}  // namespace lacuna
