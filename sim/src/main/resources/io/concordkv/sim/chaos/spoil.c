/* Spoils the world of one process, as a small shared file says that is named by CHAOS_CONTROL:
 * syncs that fail or take long, a disk without room, a time of day that jumps. Loaded with
 * LD_PRELOAD. All numbers are in the machine's byte order. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct control {
  int32_t sync_fails;
  int32_t sync_delay_millis;
  int32_t no_space;
  int32_t unused;
  int64_t clock_offset_millis;
};

static volatile struct control calm;
static volatile struct control *control = &calm;

__attribute__((constructor)) static void attach(void) {
  const char *path = getenv("CHAOS_CONTROL");
  int fd = path == NULL ? -1 : open(path, O_RDONLY);
  if (fd >= 0) {
    void *shared = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) {
      control = shared;
    }
    close(fd);
  }
}

static int spoiled_sync(int fd, long call) {
  int millis = control->sync_delay_millis;
  if (millis > 0) {
    usleep((useconds_t)millis * 1000);
  }
  if (control->sync_fails) {
    errno = EIO;
    return -1;
  }
  return (int)syscall(call, fd);
}

int fsync(int fd) { return spoiled_sync(fd, SYS_fsync); }

int fdatasync(int fd) { return spoiled_sync(fd, SYS_fdatasync); }

/* On a full disk what is there already can still be written over. */
static int has_room(int fd, off_t end) {
  struct stat file;
  return !control->no_space || fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) ||
         end <= file.st_size;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  if (!has_room(fd, at + (off_t)count)) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  return pwrite64(fd, bytes, count, at);
}

int clock_gettime(clockid_t id, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (real == NULL) {
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  }
  int result = real == NULL ? (int)syscall(SYS_clock_gettime, id, now) : real(id, now);
  int64_t offset = control->clock_offset_millis;
  if (result == 0 && id == CLOCK_REALTIME && offset != 0) {
    int64_t nanos = now->tv_nsec + offset % 1000 * 1000000;
    now->tv_sec += offset / 1000 + (nanos >= 1000000000) - (nanos < 0);
    now->tv_nsec = nanos + (nanos < 0) * 1000000000L - (nanos >= 1000000000) * 1000000000L;
  }
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &precise) != 0) {
    return -1;
  }
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return 0;
}
