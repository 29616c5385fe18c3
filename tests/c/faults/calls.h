/*
 * The functions of the system that the library calls, in this program's own place of each: while `is_watched` is 1 they are
 * counted, some of them fail, and the clock jumps. Linux with glibc only.
 */
#ifndef CALLS_H
#define CALLS_H

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

/* Kinds of failure that are no error number: a part of what was asked for, and nothing, which is the end of a stream too. */
enum { PART = -1, NOTHING = -2, MOST_ERRORS = 17 };

enum call {
    CALL_SOCKET, CALL_CONNECT, CALL_SETSOCKOPT, CALL_GETSOCKOPT, CALL_GETSOCKNAME, CALL_SEND, CALL_RECV, CALL_SHUTDOWN,
    CALL_CLOSE, CALL_FCNTL, CALL_POLL, CALL_EPOLL_CREATE, CALL_EPOLL_CTL, CALL_EPOLL_WAIT, CALL_TIMERFD_CREATE,
    CALL_TIMERFD_SETTIME, CALL_GETRANDOM, CALL_CLOCK_GETTIME, CALL_OPEN, CALL_READ, CALL_STAT, CALL_GETHOSTNAME,
    CALL_GETRLIMIT, CALLS
};

/* What each may fail with by its manual page, or by a filter that denies it (EPERM); not what only a wrong argument gives. What
   nothing but a filter makes fail fails from the first on, and always. */
static const struct {
    const char *name;
    int errors[MOST_ERRORS];
    int is_only_denied;
} calls[CALLS] = {
    {"socket", {EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM, EPROTONOSUPPORT}, 0},
    {"connect", {EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EALREADY, ECONNREFUSED, EHOSTUNREACH, EINTR,
                 EISCONN, ENETUNREACH, ENOBUFS, EPERM, EPROTOTYPE, ETIMEDOUT}, 0},
    {"setsockopt", {EINVAL, ENOBUFS, ENOMEM, ENOPROTOOPT, EPERM}, 0},
    {"getsockopt", {EINVAL, ENOBUFS, ENOPROTOOPT, EPERM}, 0},
    {"getsockname", {EINVAL, ENOBUFS, EPERM}, 0},
    {"send", {EACCES, EAGAIN, EALREADY, ECONNREFUSED, ECONNRESET, EDESTADDRREQ, EHOSTUNREACH, EINTR, EMSGSIZE, ENETUNREACH,
              ENOBUFS, ENOMEM, ENOTCONN, EPERM, EPIPE, PART}, 0},
    {"recv", {EAGAIN, ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EINTR, EIO, ENETUNREACH, ENOMEM, ENOTCONN, EPERM, ETIMEDOUT,
              PART, NOTHING}, 0},
    {"shutdown", {EINVAL, ENOTCONN, ENOBUFS}, 0},
    {"close", {EDQUOT, EINTR, EIO, ENOSPC}, 0},
    {"fcntl", {EMFILE, EPERM}, 0},
    {"poll", {EINTR, EINVAL, ENOMEM, EPERM, NOTHING}, 0},
    {"epoll_create1", {EMFILE, ENFILE, ENOMEM, EPERM}, 0},
    {"epoll_ctl", {ENOMEM, ENOSPC, EPERM}, 0},
    {"epoll_wait", {EINTR, EPERM, NOTHING}, 0},
    {"timerfd_create", {EMFILE, ENFILE, ENODEV, ENOMEM, EPERM}, 0},
    {"timerfd_settime", {EPERM}, 1},
    {"getrandom", {EAGAIN, EINTR, EIO, ENOSYS, EPERM, PART}, 0},
    {"clock_gettime", {EPERM}, 1},
    {"open", {EACCES, EINTR, EIO, ELOOP, EMFILE, ENFILE, ENODEV, ENOENT, ENOMEM, ENOTDIR, ENXIO, EOVERFLOW, EPERM,
              ETXTBSY}, 0},
    {"read", {EAGAIN, EINTR, EIO, EISDIR, ENOMEM, EPERM, PART, NOTHING}, 0},
    {"stat", {EACCES, EIO, ENOMEM, ENOSYS, EOVERFLOW, EPERM}, 0},
    {"gethostname", {ENAMETOOLONG, EPERM}, 0},
    {"getrlimit", {EINVAL, EPERM}, 0},
};

/* From the call of that number on so many fail, with an error of the list. */
static struct {
    enum call call;
    long at, count;
    int error;
} fault = {CALLS, 0, 0, 0};

static int is_watched;
static long seen[CALLS], injected;
/* From the clock's reading of that number on, how many seconds CLOCK_REALTIME and CLOCK_MONOTONIC are ahead of the truth. */
static struct {
    long at;
    time_t seconds[2];
} jump;
/* Where a connection to port 53 goes instead, and what /etc/resolv.conf is instead; NULL for neither. */
static const struct sockaddr_storage *name_server;
static const char *resolv_conf;

/* Whether a socket, an epoll or a timer of the library's was used under a number below 3. */
static int is_below_3;

static void use_descriptor(int descriptor)
{
    is_below_3 |= is_watched && descriptor < 3;
}

/* What the call fails with, 0 where it does not. */
static int failure(enum call call)
{
    if (!is_watched)
        return 0;
    seen[call]++;
    if (call != fault.call || seen[call] < fault.at || seen[call] >= fault.at + fault.count)
        return 0;
    injected++;
    return fault.error;
}

/* Counts anew from here on. */
static inline void watch_calls(void)
{
    memset(seen, 0, sizeof seen);
    is_watched = 1;
}

/* glibc's own syscall(2), since its name is taken here too. */
static long (*real)(long number, ...);

__attribute__((constructor)) static void find_real(void)
{
    void *libc = dlopen("libc.so.6", RTLD_LAZY);

    *(void **)&real = libc != NULL ? dlsym(libc, "syscall") : NULL;
    CHECK(real != NULL);
}

/* Fails, or does what is asked for. A failure of one that is begun or done all the same comes after it. */
#define FAIL_OR(call, ...)                                                     \
    do {                                                                       \
        const int error = failure(call);                                       \
                                                                               \
        if (error > 0) {                                                       \
            errno = error;                                                     \
            return -1;                                                         \
        }                                                                      \
        return real(__VA_ARGS__);                                              \
    } while (0)

#define DO_AND_FAIL(call, ...)                                                 \
    do {                                                                       \
        const int error = failure(call), done = (int)real(__VA_ARGS__);        \
                                                                               \
        if (error == 0)                                                        \
            return done;                                                       \
        errno = error;                                                         \
        return -1;                                                             \
    } while (0)

int socket(int family, int type, int protocol)
{
    FAIL_OR(CALL_SOCKET, SYS_socket, family, type, protocol);
}

int connect(int descriptor, const struct sockaddr *peer, socklen_t length)
{
    const int error = failure(CALL_CONNECT);
    struct sockaddr_storage port = {0};

    use_descriptor(descriptor);
    memcpy(&port, peer, length);
    /* Both families have the port in this place. */
    if (name_server != NULL && ((const struct sockaddr_in *)&port)->sin_port == htons(53)) {
        peer = (const struct sockaddr *)name_server;
        length = sizeof(struct sockaddr_in);
    }
    if (error > 0 && error != EINTR && error != EALREADY) {
        errno = error;
        return -1;
    }
    if (error == 0)
        return (int)real(SYS_connect, descriptor, peer, length);
    real(SYS_connect, descriptor, peer, length);
    errno = error;
    return -1;
}

int setsockopt(int descriptor, int level, int name, const void *value, socklen_t length)
{
    use_descriptor(descriptor);
    FAIL_OR(CALL_SETSOCKOPT, SYS_setsockopt, descriptor, level, name, value, length);
}

int getsockopt(int descriptor, int level, int name, void *value, socklen_t *length)
{
    use_descriptor(descriptor);
    FAIL_OR(CALL_GETSOCKOPT, SYS_getsockopt, descriptor, level, name, value, length);
}

int getsockname(int descriptor, struct sockaddr *address, socklen_t *length)
{
    use_descriptor(descriptor);
    FAIL_OR(CALL_GETSOCKNAME, SYS_getsockname, descriptor, address, length);
}

static int is_stream(int descriptor)
{
    int type = 0;
    socklen_t length = sizeof type;

    return real(SYS_getsockopt, descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

ssize_t send(int descriptor, const void *octets, size_t size, int flags)
{
    const int error = failure(CALL_SEND);

    use_descriptor(descriptor);
    if (error > 0) {
        errno = error;
        return -1;
    }
    if (error == PART && size > 1 && is_stream(descriptor))
        size = 1;
    return real(SYS_sendto, descriptor, octets, size, flags, NULL, 0);
}

ssize_t recv(int descriptor, void *room, size_t size, int flags)
{
    const int error = failure(CALL_RECV);

    use_descriptor(descriptor);
    if (error > 0) {
        errno = error;
        return -1;
    }
    if (error == NOTHING)
        return 0;
    if (error == PART && size > 1 && is_stream(descriptor))
        size = 1;
    return real(SYS_recvfrom, descriptor, room, size, flags, NULL, NULL);
}

int shutdown(int descriptor, int how)
{
    use_descriptor(descriptor);
    DO_AND_FAIL(CALL_SHUTDOWN, SYS_shutdown, descriptor, how);
}

int close(int descriptor)
{
    DO_AND_FAIL(CALL_CLOSE, SYS_close, descriptor);
}

int fcntl(int descriptor, int command, ...)
{
    va_list arguments;
    long argument;

    va_start(arguments, command);
    argument = va_arg(arguments, long);
    va_end(arguments);
    FAIL_OR(CALL_FCNTL, SYS_fcntl, descriptor, command, argument);
}

static int waited(struct pollfd *descriptors, nfds_t count, const struct timespec *patience, const void *mask)
{
    const int error = failure(CALL_POLL);
    struct timespec left = {0, 0};
    nfds_t i;

    for (i = 0; i < count; i++)
        use_descriptor(descriptors[i].fd);
    if (error > 0) {
        errno = error;
        return -1;
    }
    for (i = 0; error == NOTHING && i < count; i++)
        descriptors[i].revents = 0;
    if (error == NOTHING)
        return 0;
    if (patience != NULL)
        left = *patience;
    return (int)real(SYS_ppoll, descriptors, count, patience != NULL ? &left : NULL, mask, 8L);
}

int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *patience, const sigset_t *mask);

int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *patience, const sigset_t *mask)
{
    return waited(descriptors, count, patience, mask);
}

int poll(struct pollfd *descriptors, nfds_t count, int patience)
{
    struct timespec left = {0, 0};

    left.tv_sec = patience / 1000;
    left.tv_nsec = patience % 1000 * 1000000L;
    return waited(descriptors, count, patience < 0 ? NULL : &left, NULL);
}

int epoll_create1(int flags)
{
    FAIL_OR(CALL_EPOLL_CREATE, SYS_epoll_create1, flags);
}

int epoll_ctl(int epoll, int operation, int descriptor, struct epoll_event *event)
{
    use_descriptor(epoll);
    use_descriptor(descriptor);
    FAIL_OR(CALL_EPOLL_CTL, SYS_epoll_ctl, epoll, operation, descriptor, event);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int patience)
{
    const int error = failure(CALL_EPOLL_WAIT);

    if (error > 0) {
        errno = error;
        return -1;
    }
    return error == NOTHING ? 0 : (int)real(SYS_epoll_pwait, epoll, events, most, patience, NULL, 8L);
}

int timerfd_create(int clock, int flags)
{
    FAIL_OR(CALL_TIMERFD_CREATE, SYS_timerfd_create, clock, flags);
}

int timerfd_settime(int timer, int flags, const struct itimerspec *time, struct itimerspec *before)
{
    use_descriptor(timer);
    FAIL_OR(CALL_TIMERFD_SETTIME, SYS_timerfd_settime, timer, flags, time, before);
}

ssize_t getrandom(void *room, size_t size, unsigned flags);

ssize_t getrandom(void *room, size_t size, unsigned flags)
{
    const int error = failure(CALL_GETRANDOM);

    if (error > 0) {
        errno = error;
        return -1;
    }
    return real(SYS_getrandom, room, error == PART && size > 1 ? 1 : size, flags);
}

long syscall(long number, ...)
{
    va_list arguments;
    long a[6];
    int i;

    va_start(arguments, number);
    for (i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_getrandom)
        return getrandom((void *)a[0], (size_t)a[1], (unsigned)a[2]);
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const int error = failure(CALL_CLOCK_GETTIME);

    if (error > 0) {
        errno = error;
        return -1;
    }
    if (real(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (is_watched && seen[CALL_CLOCK_GETTIME] >= jump.at && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC))
        now->tv_sec += jump.seconds[clock == CLOCK_MONOTONIC];
    return 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    int mode;

    va_start(arguments, flags);
    mode = va_arg(arguments, int);
    va_end(arguments);
    if (is_watched && resolv_conf != NULL && strcmp(path, "/etc/resolv.conf") == 0)
        path = resolv_conf;
    FAIL_OR(CALL_OPEN, SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open"), nonnull(1)));

ssize_t read(int descriptor, void *room, size_t size)
{
    const int error = failure(CALL_READ);

    if (error > 0) {
        errno = error;
        return -1;
    }
    if (error == NOTHING)
        return 0;
    return real(SYS_read, descriptor, room, error == PART && size > 1 ? 1 : size);
}

/* Rust's way to the size of a file; what it does without is fstat64, which glibc has under that name alone. */
int statx(int folder, const char *path, int flags, unsigned wanted, void *found);

int statx(int folder, const char *path, int flags, unsigned wanted, void *found)
{
    FAIL_OR(CALL_STAT, SYS_statx, folder, path, flags, wanted, found);
}

int gethostname(char *name, size_t size)
{
    const int error = failure(CALL_GETHOSTNAME);

    if (error > 0) {
        errno = error;
        return -1;
    }
    strncpy(name, "client.test", size);
    return 0;
}

int getrlimit64(int resource, void *limit);

int getrlimit64(int resource, void *limit)
{
    FAIL_OR(CALL_GETRLIMIT, SYS_prlimit64, 0, resource, NULL, limit);
}

#endif
