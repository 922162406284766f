{
  # One static library per instruction set, each with its own compiler flags, linked into one N-API addon.
  "target_defaults": {
    "include_dirs": ["<!(node -p \"require('node-api-headers').include_dir.replace(/\\\\\\\\/g, '/')\")"],
    "defines": ["NAPI_VERSION=8"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
    "cflags_cc": [
      "-std=c++17", "-O3", "-ffp-contract=off", "-fvisibility=hidden",
      "-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion"
    ],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "GCC_OPTIMIZATION_LEVEL": "3",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off"]
    },
    "msvs_settings": {
      "VCCLCompilerTool": { "ExceptionHandling": 1, "AdditionalOptions": ["/std:c++17", "/fp:precise", "/O2"] }
    },
    "conditions": [
      ["target_arch=='x64'", { "defines": ["LACUNA_X64"] }],
      ["target_arch=='arm64'", { "defines": ["LACUNA_ARM64"] }]
    ]
  },
  "targets": [
    { "target_name": "kernels_scalar", "type": "static_library", "sources": ["kernels_scalar.cc"],
      "cflags_cc!": ["-O3"], "cflags_cc": ["-O2"] },
    {
      "target_name": "lacuna_native",
      "type": "loadable_module",
      "product_extension": "node",
      "product_prefix": "",
      "sources": [
        "binding.cc", "binding_arguments.cc", "network.cc", "parameters.cc", "sparse.cc", "calibrate.cc", "product.cc",
        "batch.cc", "executor.cc", "layered.cc", "layered_forward.cc", "layered_backward.cc", "sweep.cc",
        "sweep_compile.cc", "order.cc", "team.cc", "dispatch.cc", "model.cc", "model_batch.cc", "model_step.cc"
      ],
      "dependencies": ["kernels_scalar"],
      "conditions": [
        ["target_arch=='x64'", { "dependencies": ["kernels_avx2", "kernels_avx512"] }],
        ["target_arch=='arm64'", { "dependencies": ["kernels_neon"] }],
        ["OS=='linux'", { "ldflags": ["-Wl,--exclude-libs,ALL"], "libraries": ["-lpthread"] }]
      ]
    }
  ],
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        {
          "target_name": "kernels_avx2", "type": "static_library", "sources": ["kernels_avx2.cc"],
          "cflags_cc": ["-mavx2", "-mfma"],
          "xcode_settings": { "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off", "-mavx2", "-mfma"] },
          "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/arch:AVX2"] } }
        },
        {
          "target_name": "kernels_avx512", "type": "static_library", "sources": ["kernels_avx512.cc"],
          # The two -Wno flags: GCC 12 warns about its own AVX-512 headers.
          "cflags_cc": [
            "-mavx2", "-mfma", "-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw",
            "-Wno-uninitialized", "-Wno-maybe-uninitialized"
          ],
          "xcode_settings": {
            "OTHER_CPLUSPLUSFLAGS": [
              "-ffp-contract=off", "-mavx2", "-mfma", "-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw"
            ]
          },
          "msvs_settings": { "VCCLCompilerTool": { "AdditionalOptions": ["/arch:AVX512"] } }
        }
      ]
    }],
    ["target_arch=='arm64'", {
      "targets": [
        { "target_name": "kernels_neon", "type": "static_library", "sources": ["kernels_neon.cc"] }
      ]
    }]
  ]
}
