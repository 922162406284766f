// Compiled into the tfjs binding: sets TensorFlow's environment before its first use, unless the user did.
// Here and not in JavaScript, because process.env of a worker thread is a copy that C code never sees.
#include <stdlib.h>

namespace {

struct Setting {
  const char* name;
  const char* value;
};

// oneDNN and several threads change the order of sums from run to run; one run uses one core (design.md, section 3).
const Setting kSettings[] = {
    {"TF_ENABLE_ONEDNN_OPTS", "0"},
    {"TF_NUM_INTRAOP_THREADS", "1"},
    {"TF_NUM_INTEROP_THREADS", "1"},
    {"TF_CPP_MIN_LOG_LEVEL", "2"},
};

const bool kSet = [] {
  for (const Setting& setting : kSettings) setenv(setting.name, setting.value, 0);
  return true;
}();

}  // namespace
