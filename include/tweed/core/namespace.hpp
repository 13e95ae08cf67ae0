#pragma once

#include <tweed/core/requirements.hpp>

/// TWEED_INSTRUCTION_SET names the one that the including source is compiled for, and
/// TWEED_NAMESPACE is `tweed` with an inline namespace of that name in it: programs write `tweed::`
/// alone. Where sources of one program are compiled for different instruction sets, the linker
/// would keep one source's inline functions for all of them, did their names not keep them apart. A
/// model that one of them passes to another does not link; tweed::compiled, whose kernels are
/// chosen while the program runs, is for that, and has a namespace of its own.

#if defined(EIGEN_DONT_VECTORIZE)
#define TWEED_INSTRUCTION_SET scalar
#elif defined(__AVX512F__)
#define TWEED_INSTRUCTION_SET avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define TWEED_INSTRUCTION_SET avx2_fma
#elif defined(__AVX__) && defined(__FMA__)
#define TWEED_INSTRUCTION_SET avx_fma
#elif defined(__AVX__)
#define TWEED_INSTRUCTION_SET avx
#elif defined(__SSE4_1__)
#define TWEED_INSTRUCTION_SET sse4
#elif defined(__SSE2__) || defined(_M_X64)
#define TWEED_INSTRUCTION_SET sse2
#elif defined(__ARM_NEON)
#define TWEED_INSTRUCTION_SET neon
#else
#define TWEED_INSTRUCTION_SET baseline
#endif

/// TWEED_PREBUILT stands before functions that tweed::compiled has prebuilt: all other programs
/// compile them in each source.

#ifdef TWEED_COMPILED
#define TWEED_NAMESPACE tweed::inline compiled
#define TWEED_PREBUILT
#else
#define TWEED_NAMESPACE tweed::inline TWEED_INSTRUCTION_SET
#define TWEED_PREBUILT inline
#endif

namespace TWEED_NAMESPACE::detail {

#define TWEED_QUOTED(name) #name
#define TWEED_QUOTED_VALUE(name) TWEED_QUOTED(name)
inline constexpr const char* name_of_instruction_set = TWEED_QUOTED_VALUE(TWEED_INSTRUCTION_SET);
#undef TWEED_QUOTED_VALUE
#undef TWEED_QUOTED

}  // namespace TWEED_NAMESPACE::detail
