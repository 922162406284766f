// The helper thread: spins briefly, then yields, because the other core may be busy with another run.
#include "team.h"

namespace lacuna {

namespace {
constexpr int kSpins = 4000;
}

Team::Team(int threads) : threads_(threads > 1 ? 2 : 1) {
  if (threads_ == 2) helper_ = std::thread([this] { serve(); });
}

Team::~Team() {
  if (threads_ < 2) return;
  quit_.store(true, std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  helper_.join();
}

void Team::wait_for(const std::atomic<int>& value, int expected) const {
  for (int i = 0; value.load(std::memory_order_acquire) != expected; ++i) {
    if (i >= kSpins) std::this_thread::yield();
  }
}

void Team::serve() {
  const FlushDenormals flush;
  for (int round = 1;; ++round) {
    wait_for(round_, round);
    if (quit_.load(std::memory_order_relaxed)) return;
    try {
      (*work_)(1);
    } catch (...) {
      failure_ = std::current_exception();
    }
    done_.store(round, std::memory_order_release);
  }
}

void Team::run(const std::function<void(int)>& work) {
  if (threads_ == 1) {
    work(0);
    return;
  }
  work_ = &work;
  failure_ = nullptr;
  const int round = round_.load(std::memory_order_relaxed) + 1;
  round_.store(round, std::memory_order_release);
  std::exception_ptr own;
  try {
    work(0);
  } catch (...) {
    own = std::current_exception();
  }
  wait_for(done_, round);
  if (own) std::rethrow_exception(own);
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace lacuna
