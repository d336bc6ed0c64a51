// A loop over independent pieces of work on a fixed set of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace ebit {

/// Sets how many threads parallel_for uses, 1 or more; 0 asks for one a core. The default is 1.
void set_threads(int count);

/// How many threads parallel_for uses.
int threads();

/// Calls body(i) once for every i in [0, count), on up to threads() threads, and returns when all are done.
/// Which thread runs which i is not fixed, so body must write only to what belongs to i; sums over i are the
/// caller's, in order of i, which makes results the same at any number of threads. The first exception
/// thrown by a body is rethrown here. A parallel_for inside a body runs on the calling thread alone.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace ebit
