// Run-time detection of instruction sets. LACUNA_HAS_* says which kernels this build contains.
#include "dispatch.h"

#if defined(LACUNA_X64)
#if defined(_MSC_VER)
#include <intrin.h>
#else
#include <cpuid.h>
#endif
#endif

namespace lacuna {

namespace {

#if defined(LACUNA_X64)

struct Registers {
  unsigned a, b, c, d;
};

Registers cpuid(unsigned leaf) {
  Registers r{};
#if defined(_MSC_VER)
  int out[4];
  __cpuidex(out, static_cast<int>(leaf), 0);
  r = {static_cast<unsigned>(out[0]), static_cast<unsigned>(out[1]), static_cast<unsigned>(out[2]),
       static_cast<unsigned>(out[3])};
#else
  __get_cpuid_count(leaf, 0, &r.a, &r.b, &r.c, &r.d);
#endif
  return r;
}

/** Register state the operating system saves: bits 1, 2 for AVX, 5, 6, 7 for AVX-512. */
unsigned long long saved_state() {
#if defined(_MSC_VER)
  return _xgetbv(0);
#else
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<unsigned long long>(high) << 32) | low;
#endif
}

bool bit(unsigned word, int index) { return ((word >> index) & 1u) != 0; }

bool has_avx2() {
  if (cpuid(0).a < 7) return false;
  const Registers one = cpuid(1), seven = cpuid(7);
  if (!bit(one.c, 27) || !bit(one.c, 28) || !bit(one.c, 12)) return false;  // OSXSAVE, AVX, FMA
  return (saved_state() & 0x6) == 0x6 && bit(seven.b, 5);
}

bool has_avx512() {
  if (!has_avx2()) return false;
  const Registers seven = cpuid(7);
  const bool instructions = bit(seven.b, 16) && bit(seven.b, 17) && bit(seven.b, 30) && bit(seven.b, 31);  // F DQ BW VL
  return instructions && (saved_state() & 0xe6) == 0xe6;
}

#endif

}  // namespace

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> found;
#if defined(LACUNA_X64)
  if (has_avx512()) found.push_back(kernels_avx512());
  if (has_avx2()) found.push_back(kernels_avx2());
#elif defined(LACUNA_ARM64)
  found.push_back(kernels_neon());
#endif
  found.push_back(kernels_scalar());
  return found;
}

const Kernels* find_kernels(const std::string& name) {
  const std::vector<const Kernels*> all = available_kernels();
  if (name.empty()) return all.front();
  for (const Kernels* kernels : all) {
    if (name == kernels->name) return kernels;
  }
  return nullptr;
}

}  // namespace lacuna
