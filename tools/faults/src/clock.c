// Loaded into a process in place of the system's clocks: gives what they say, and so many nanoseconds more as stand in the
// file $WALNATS_CLOCK, for the wall clock first and for the monotonic clock second.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t NOTHING[2] = {0, 0};
static const volatile int64_t *more = NOTHING;

__attribute__((constructor)) static void open_file(void) {
    const char *path = getenv("WALNATS_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *map = mmap(NULL, sizeof NOTHING, PROT_READ, MAP_SHARED, file, 0);
    if (map != MAP_FAILED) more = map;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int failed = (int)syscall(SYS_clock_gettime, clock, time);
    if (failed) return failed;
    int64_t nanos = 0;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) nanos = more[0];
    if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW) nanos = more[1];
    nanos += time->tv_nsec;
    int64_t seconds = nanos / 1000000000;
    if (nanos % 1000000000 < 0) seconds--;
    time->tv_sec += seconds;
    time->tv_nsec = nanos - seconds * 1000000000;
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
