#include <support/allocations.hpp>

#include <atomic>
#include <cstdlib>
#include <new>

#ifdef _WIN32
#include <malloc.h>
#endif

namespace {

#ifdef _WIN32
void* allocate(std::size_t alignment, std::size_t size) {
  return ::_aligned_malloc(size, alignment);
}
void release(void* memory) { ::_aligned_free(memory); }
#else
void* allocate(std::size_t alignment, std::size_t size) {
  return std::aligned_alloc(alignment, size);
}
void release(void* memory) { std::free(memory); }
#endif

std::atomic<long> count = 0;
std::atomic<std::size_t> largest = 0;

void* counted(std::size_t size, std::size_t alignment) {
  ++count;
  std::size_t before = largest;
  while (size > before && !largest.compare_exchange_weak(before, size)) {
  }
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  if (void* const memory = allocate(alignment, rounded)) return memory;
  throw std::bad_alloc();
}

}  // namespace

long tests::allocations() { return count; }
std::size_t tests::largest_allocation() { return largest.exchange(0); }

// The array forms end in these by default; the nothrow form as well, but not under a sanitizer,
// which brings its own.
void* operator new(std::size_t size) { return counted(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept try {
  return operator new(size);
} catch (const std::bad_alloc&) {
  return nullptr;
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
