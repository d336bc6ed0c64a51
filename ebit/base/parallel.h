// A loop over independent pieces of work on a fixed set of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace ebit::inline base {

/// Sets how many threads parallel_for uses, from 1 to 4096; 0 asks for one a core. Without a call it is the
/// environment's OMP_NUM_THREADS where that is such a number, else 1. Waits for a loop of another thread to
/// end. Throws Error for another number, and inside a body of parallel_for.
void set_threads(int count);

/// How many threads parallel_for uses.
int threads();

/// Calls body(i) once for every i in [0, count), on up to threads() threads, and returns when all are done.
/// Which thread runs which i is not fixed, so body must write only to what belongs to i; sums over i are the
/// caller's, in order of i, which makes results the same at any number of threads. The first exception
/// thrown by a body is rethrown here. A parallel_for inside a body runs on the calling thread alone.
/// Any thread may call it: loops then run one after the other. After fork() the child has threads of its own;
/// only inside a body it may do no more than exec or _exit.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace ebit::inline base
