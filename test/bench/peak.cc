// Prints the GFLOP/s of one core that does nothing but fused multiply-adds on registers. Compiled by fraction-of-peak.ts.
#include <chrono>
#include <cstdio>

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
typedef float Vector __attribute__((vector_size(kBytes)));

constexpr int kChains = 12;  // more than latency times ports

int main() {
  double best = 0.0;
  float sink = 0.0f;
  for (int trial = 0; trial < 20; ++trial) {
    Vector acc[kChains] = {}, a = acc[0] + 0.999f, b = acc[0] + 0.001f;
    const auto start = std::chrono::steady_clock::now();
    constexpr int kRounds = 2000000;
    for (int i = 0; i < kRounds; ++i) {
#pragma GCC unroll 12
      for (int k = 0; k < kChains; ++k) {
        acc[k] = acc[k] * a + b;
        __asm__ volatile("" : "+x"(acc[k]));
      }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const Vector& v : acc) sink += v[0];
    const double rate = 2.0 * kRounds * kChains * (kBytes / 4) / seconds / 1e9;
    best = rate > best ? rate : best;
  }
  std::printf("%.1f\n", best);
  return sink == 12345.0f;
}
