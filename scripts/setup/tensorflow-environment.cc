// setDefault(name, value): sets a variable in the environment of the whole process unless it is set already.
// process.env of a worker thread is a copy that C code never sees, and TensorFlow reads its settings while it is being
// loaded. Refuses everything but two short strings.
#include <node_api.h>
#include <stdlib.h>

#include <mutex>

namespace {

constexpr size_t kLongest = 256;

// Workers may load at the same time; setenv moves the table that getenv reads.
std::mutex environment_mutex;

bool ReadString(napi_env env, napi_value value, char* text) {
  size_t length = 0;
  return napi_get_value_string_utf8(env, value, text, kLongest, &length) == napi_ok;
}

napi_value SetDefault(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  char name[kLongest];
  char value[kLongest];
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok || count != 2 ||
      !ReadString(env, arguments[0], name) || !ReadString(env, arguments[1], value)) {
    napi_throw_type_error(env, nullptr, "setDefault needs a name and a value.");
    return nullptr;
  }
  const std::lock_guard<std::mutex> lock(environment_mutex);
  if (setenv(name, value, 0) != 0) napi_throw_error(env, nullptr, "setenv failed.");
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "setDefault", NAPI_AUTO_LENGTH, SetDefault, nullptr, &function) != napi_ok ||
      napi_set_named_property(env, exports, "setDefault", function) != napi_ok) {
    napi_throw_error(env, nullptr, "The environment addon could not be set up.");
  }
  return exports;
}
