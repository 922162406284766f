// What the native engine is made of on a platform: translation units and the flags of each. The same as
// src/native/binding.gyp, which is for Windows only; a change here is a change there.

const MODULES = [
  'binding',
  'binding_arguments',
  'network',
  'parameters',
  'sparse',
  'calibrate',
  'product',
  'batch',
  'executor',
  'layered',
  'layered_forward',
  'layered_backward',
  'sweep',
  'sweep_compile',
  'order',
  'team',
  'dispatch',
  'model',
  'model_batch',
  'model_step',
]

const COMMON = ['-std=c++17', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off', '-DNAPI_VERSION=8']

/** Flags that switch warnings on; the sources are clean under all of them. */
export const WARNINGS = ['-Wall', '-Wextra', '-Wconversion', '-Wsign-conversion']

const AVX2 = ['-mavx2', '-mfma']
// The two -Wno flags: GCC 12 warns about its own AVX-512 headers.
const AVX512 = [
  ...AVX2,
  ...['-mavx512f', '-mavx512vl', '-mavx512dq', '-mavx512bw'],
  ...['-Wno-uninitialized', '-Wno-maybe-uninitialized', '-Wno-unknown-warning-option'],
]

/** Kernels by processor: name and flags of each instruction set. @type {Record<string, [string, string[]][]>} */
const KERNELS = {
  x64: [
    ['kernels_avx512', ['-O3', ...AVX512]],
    ['kernels_avx2', ['-O3', ...AVX2]],
    ['kernels_scalar', ['-O2']],
  ],
  arm64: [
    ['kernels_neon', ['-O3']],
    ['kernels_scalar', ['-O2']],
  ],
}

/**
 * Translation units, slowest to compile first.
 * @param {string} arch process.arch
 * @returns {{ name: string, flags: string[] }[]}
 */
export function nativeUnits(arch) {
  const define = arch === 'x64' ? ['-DLACUNA_X64'] : arch === 'arm64' ? ['-DLACUNA_ARM64'] : []
  const kernels = KERNELS[arch] ?? [['kernels_scalar', ['-O2']]]
  return [...kernels, ...MODULES.map((name) => /** @type {[string, string[]]} */ ([name, ['-O2']]))].map(
    ([name, flags]) => ({ name, flags: [...COMMON, ...flags, ...define] }),
  )
}
