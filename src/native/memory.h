// Aligned, zero-initialised arrays with signed sizes. Throws std::bad_alloc, never aborts.
#pragma once
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(_MSC_VER)
#include <malloc.h>
#endif

#include "platform.h"

namespace lacuna {

template <class T>
class Array {
 public:
  Array() = default;
  explicit Array(Index size) { resize(size); }
  Array(Array&& other) noexcept { swap(other); }
  Array& operator=(Array&& other) noexcept {
    swap(other);
    return *this;
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { release(); }

  /** Throw the content away and hold `size` zeros. */
  void resize(Index size) {
    release();
    if (size <= 0) return;
    const std::size_t limit = static_cast<std::size_t>(1) << 46;
    if (static_cast<std::size_t>(size) > limit / sizeof(T)) throw std::bad_alloc();
    const std::size_t page = static_cast<std::size_t>(1) << 21;
    std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
    const std::size_t alignment = bytes >= page ? page : 64;
    bytes = (bytes + alignment - 1) / alignment * alignment;
#if defined(_MSC_VER)
    void* p = _aligned_malloc(bytes, alignment);
#else
    void* p = std::aligned_alloc(alignment, bytes);
#endif
    if (p == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    // Panels are walked with long strides: huge pages keep the translation cache out of the way.
    if (alignment == page) madvise(p, bytes, MADV_HUGEPAGE);
#endif
    std::memset(p, 0, bytes);
    data_ = static_cast<T*>(p);
    size_ = size;
  }
  /** Make room for at least `size`, throwing the content away when that needs a new array. */
  void reserve(Index size) {
    if (size > size_) resize(size);
  }
  T* data() { return data_; }
  const T* data() const { return data_; }
  Index size() const { return size_; }
  T& operator[](Index i) { return data_[i]; }
  const T& operator[](Index i) const { return data_[i]; }
  void zero() {
    if (size_ > 0) std::memset(static_cast<void*>(data_), 0, static_cast<std::size_t>(size_) * sizeof(T));
  }

 private:
  void swap(Array& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }
  void release() {
#if defined(_MSC_VER)
    _aligned_free(data_);
#else
    std::free(data_);
#endif
    data_ = nullptr;
    size_ = 0;
  }
  T* data_ = nullptr;
  Index size_ = 0;
};

/** n rounded up to a multiple of 16. */
inline Index padded(Index n) { return (n + kLanes - 1) / kLanes * kLanes; }

}  // namespace lacuna
