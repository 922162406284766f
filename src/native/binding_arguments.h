// The arguments of a call from JavaScript, each read with a check of its type, size and range; and what calls have in
// common: models, splits, orders, arrays of parameters. Throws EngineError, which binding.cc turns into a JavaScript error.
#pragma once
#include <node_api.h>

#include <memory>
#include <string>
#include <vector>

#include "model.h"

namespace lacuna {

/** What a model in JavaScript points to; empty after dispose. */
struct Handle {
  std::unique_ptr<Model> model;
};

/** Tells a model of this engine from other external values. */
constexpr napi_type_tag kModelTag = {0x6c6163756e61206dull, 0x6f64656c20766572ull};

/** Throws for every failing Node-API call; the wrapper turns it into a JavaScript exception. */
void must(napi_status status);

[[noreturn]] void bad(const std::string& message);

/** The arguments of one call. */
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);
  napi_env env() const { return env_; }

  napi_value at(std::size_t i, const char* name) const;
  bool absent(std::size_t i) const;
  double number(std::size_t i, const char* name, double low, double high) const;
  Index integer(std::size_t i, const char* name, double low, double high) const;
  std::string text(std::size_t i, const char* name) const;

  template <class T>
  struct View {
    T* data = nullptr;
    Index size = 0;
  };
  template <class T>
  View<T> view(napi_value value, napi_typedarray_type wanted, const char* name) const {
    bool is_array = false;
    must(napi_is_typedarray(env_, value, &is_array));
    if (!is_array) bad(std::string("Argument ") + name + " must be a typed array.");
    napi_typedarray_type type;
    std::size_t length = 0;
    void* data = nullptr;
    must(napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr));
    if (type != wanted) bad(std::string("Argument ") + name + " is a typed array of another kind than expected.");
    return {static_cast<T*>(data), static_cast<Index>(length)};
  }
  template <class T>
  View<T> array(std::size_t i, napi_typedarray_type wanted, const char* name) const {
    return view<T>(at(i, name), wanted, name);
  }
  /** The elements of a JavaScript array. */
  std::vector<napi_value> list(std::size_t i, const char* name) const;
  Model& model(std::size_t i) const { return *handle(i).model; }
  Handle& handle(std::size_t i) const;

 private:
  static constexpr std::size_t kMost = 12;
  napi_env env_;
  std::size_t count_ = kMost;
  napi_value values_[kMost] = {};
};

/** Arguments i, i + 1, i + 2: tokens, offsets, labels. Every token, offset and label is checked against the model. */
Split split_of(const Arguments& a, std::size_t i, const Network& network);

struct Order {
  const uint32_t* data;
  Index size;
};

/** Argument i: indices into the split, at least one. */
Order order_of(const Arguments& a, std::size_t i, const Split& split);

/** Argument i: an Int32Array over the run's shared memory, or nothing. */
std::unique_ptr<Control> control_of(const Arguments& a, std::size_t i);

/** Float arrays of a list argument, one per parameter and of its size. */
std::vector<const float*> floats_of(const Arguments& a, std::size_t i, const char* name,
                                    const std::vector<ParameterShape>& shapes);

/** Float arrays to be filled, one per parameter and of its size. */
std::vector<float*> outputs_of(const Arguments& a, std::size_t i, const Model& model);

/** Masks of a list argument, one per parameter: of its size, or null for a dense one. */
std::vector<const uint8_t*> masks_of(const Arguments& a, std::size_t i, const std::vector<ParameterShape>& shapes);

}  // namespace lacuna
