/*
 * In a sandbox: the library makes the system calls that dane-policy(7) lists and no others, each of them, and where one is
 * denied each row is its own or a refusal for now. In an empty root a context from before works, and one that is made there.
 * Runs as `world run -- sandbox CONTEXT CALLS MULTI CLOSED ANYTIME`, of names that are separated by blanks: what making a
 * context takes, calls alone, a multi beside that, closed descriptors beside that, and what need not be seen.
 * Linux on x86-64 with glibc only.
 */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "points.h"

#define NUMBER_OF(name) {#name, SYS_##name}

static const struct {
    const char *name;
    int number;
} numbers[] = {
    NUMBER_OF(brk), NUMBER_OF(clock_gettime), NUMBER_OF(close), NUMBER_OF(connect), NUMBER_OF(epoll_create1),
    NUMBER_OF(epoll_ctl), NUMBER_OF(epoll_wait), NUMBER_OF(fcntl), NUMBER_OF(futex), NUMBER_OF(getpid),
    NUMBER_OF(getrandom), NUMBER_OF(getsockname), NUMBER_OF(getsockopt), NUMBER_OF(madvise), NUMBER_OF(mmap),
    NUMBER_OF(mremap), NUMBER_OF(munmap), NUMBER_OF(openat), NUMBER_OF(ppoll), NUMBER_OF(prlimit64), NUMBER_OF(read),
    NUMBER_OF(recvfrom), NUMBER_OF(rt_sigprocmask), NUMBER_OF(sendto), NUMBER_OF(setsockopt), NUMBER_OF(shutdown),
    NUMBER_OF(socket), NUMBER_OF(statx), NUMBER_OF(timerfd_create), NUMBER_OF(timerfd_settime), NUMBER_OF(uname),
};
#define NUMBERS (sizeof numbers / sizeof numbers[0])

/* What this program makes of its own while it is filtered: it waits, writes, looks at descriptors and ends. */
static const int own[] = {SYS_pselect6, SYS_write, SYS_ioctl, SYS_fstat, SYS_newfstatat, SYS_exit_group};
#define OWN (sizeof own / sizeof own[0])

enum { MAKE_CONTEXT, ASK_ALONE, ASK_MULTI, ASK_WITHOUT_STANDARD, USES, ANYTIME = USES, LISTS, MOST_CALLS = 64, LOOKED_AT = 64,
       NONE = -1, TRAPPED = 90 };

static const char *const use_names[USES] = {"a context", "calls", "a multi", "closed descriptors"};

/* The numbers of each list. */
static struct list {
    int numbers[MOST_CALLS], count;
} lists[LISTS];

static dane_policy_context *contexts[ROWS];

static void read_list(struct list *list, char *text)
{
    char *name = strtok(text, " ");

    for (; name != NULL; name = strtok(NULL, " ")) {
        size_t i = 0;

        while (i < NUMBERS && strcmp(numbers[i].name, name) != 0)
            i++;
        if (i == NUMBERS)
            fprintf(stderr, "sandbox: no number of %s\n", name);
        CHECK(i < NUMBERS && list->count < MOST_CALLS);
        list->numbers[list->count++] = numbers[i].number;
    }
}

static const char *name_of(int number)
{
    size_t i;

    for (i = 0; i < NUMBERS; i++)
        if (numbers[i].number == number)
            return numbers[i].name;
    return "another";
}

static void is_trapped(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    dprintf(report, "system call %d (%s) is trapped\n", info->si_syscall, name_of(info->si_syscall));
    _exit(TRAPPED);
}

/* From now on one action for the numbers of a filter, and another for the rest. */
struct filter {
    struct sock_filter code[8 * MOST_CALLS];
    unsigned short length;
};

static void add_instruction(struct filter *filter, uint16_t code, uint32_t value, uint8_t if_true, uint8_t if_false)
{
    const struct sock_filter instruction = BPF_JUMP(code, value, if_true, if_false);

    filter->code[filter->length++] = instruction;
}

static void add_number(struct filter *filter, int number, uint32_t action)
{
    add_instruction(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1);
    add_instruction(filter, BPF_RET | BPF_K, action, 0, 0);
}

static struct filter new_filter(void)
{
    struct filter filter = {.length = 0};

    add_instruction(&filter, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    return filter;
}

static void apply(struct filter *filter, uint32_t otherwise)
{
    struct sigaction action = {0};
    struct sock_fprog program;

    action.sa_sigaction = is_trapped;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGSYS, &action, NULL) == 0);
    add_instruction(filter, BPF_RET | BPF_K, otherwise, 0, 0);
    program.len = filter->length;
    program.filter = filter->code;
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* By a system call that no filter here names. */
static int open_below(int most)
{
    struct stat file;
    int i, count = 0;

    for (i = 0; i < most; i++)
        count += fstat(i, &file) == 0;
    return count;
}

/* Everything of one kind; what is found is the row's, or where something is denied no worse. */
static void use_for(int use, int denied)
{
    const int before = open_below(LOOKED_AT);
    int row, way;

    if (use == MAKE_CONTEXT) {
        dane_policy_context *context;
        int code = dane_policy_context_new(&context);

        CHECK(denied >= 0 || code == DANE_POLICY_OK);
        dane_policy_context_free(context);
    }
    for (row = 0; row < ROWS && use != MAKE_CONTEXT; row++) {
        dane_policy_multi *multi = NULL;

        for (way = use == ASK_MULTI ? MULTI_CHECK : CHECK_ALL; way < (use == ASK_ALONE ? MULTI_CHECK : WAYS); way++) {
            long begun = milliseconds();
            struct result found = ask(contexts[row], &multi, &rows[row], (enum way)way);

            judge(&found, &shared->wants[row][way], begun);
            if (denied < 0)
                judge_again(&found, &shared->wants[row][way]);
        }
        dane_policy_multi_free(multi);
    }
    if (denied != SYS_close && open_below(LOOKED_AT) != before)
        fail("a descriptor is left open", NULL, NULL);
}

/* A process that has made no call yet, and no context where one is to be made. */
static pid_t begin_child(int use)
{
    pid_t child;
    int row;

    fflush(NULL);
    child = fork();
    if (child != 0)
        return child;
    alarm(PATIENCE);
    for (row = 0; row < ROWS && use != MAKE_CONTEXT; row++)
        contexts[row] = context_of(&rows[row]);
    stand_for_standard(use == ASK_WITHOUT_STANDARD);
    return 0;
}

/* What a use lists is enough. */
static void allow_what_is_listed(int use)
{
    pid_t child = begin_child(use);
    size_t i;
    int list;

    snprintf(shared->at[0], TEXT, "%s, by what is listed", use_names[use]);
    if (child == 0) {
        struct filter filter = new_filter();

        for (i = 0; i < OWN; i++)
            add_number(&filter, own[i], SECCOMP_RET_ALLOW);
        for (list = use == MAKE_CONTEXT ? MAKE_CONTEXT : ASK_ALONE; list <= use; list++)
            for (i = 0; i < (size_t)lists[list].count; i++)
                add_number(&filter, lists[list].numbers[i], SECCOMP_RET_ALLOW);
        for (i = 0; i < (size_t)lists[ANYTIME].count; i++)
            add_number(&filter, lists[ANYTIME].numbers[i], SECCOMP_RET_ALLOW);
        apply(&filter, SECCOMP_RET_TRAP);
        use_for(use, NONE);
        _exit(0);
    }
    ends_well(child, shared->at[sample.me]);
    printf("%s: what is listed is enough\n", use_names[use]);
}

/* Each that a use lists is made. */
static void trap(int use, int number)
{
    pid_t child = begin_child(use);
    int status;

    if (child == 0) {
        struct filter filter = new_filter();

        report = sink;
        add_number(&filter, number, SECCOMP_RET_TRAP);
        apply(&filter, SECCOMP_RET_ALLOW);
        use_for(use, NONE);
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != TRAPPED) {
        fprintf(stderr, "sandbox: %s does without %s\n", use_names[use], name_of(number));
        exit(1);
    }
    CHECK(ftruncate(sink, 0) == 0);
}

static void deny(int use, int number, int error)
{
    pid_t child;

    snprintf(shared->at[0], TEXT, "%s, denied %s (%s)", use_names[use], name_of(number), strerror(error));
    child = begin_child(use);
    if (child == 0) {
        struct filter filter = new_filter();

        add_number(&filter, number, SECCOMP_RET_ERRNO | (uint32_t)error);
        apply(&filter, SECCOMP_RET_ALLOW);
        use_for(use, number);
        if (number != SYS_close)
            check_standard(use == ASK_WITHOUT_STANDARD);
        _exit(0);
    }
    ends_well(child, shared->at[sample.me]);
}

/* Where no file is, not even /etc/resolv.conf. */
static void in_an_empty_root(void)
{
    char folder[] = "/tmp/root.XXXXXX";
    pid_t child;
    int row, way;

    if (geteuid() != 0) {
        puts("skipped: chroot(2) needs root");
        CHECK(getenv("CI") == NULL);
        return;
    }
    CHECK(mkdtemp(folder) != NULL);
    set_anchor(NULL);
    child = begin_child(ASK_ALONE);
    if (child == 0) {
        CHECK(chroot(folder) == 0 && chdir("/") == 0);
        use_for(ASK_ALONE, NONE);
        use_for(ASK_MULTI, NONE);
        /* Made here. */
        for (row = 0; row < ROWS; row++) {
            dane_policy_multi *multi = NULL;
            dane_policy_context *context;

            CHECK(dane_policy_context_new(&context) == DANE_POLICY_OK);
            CHECK(dane_policy_context_add_nameserver(context, getenv("DANE_WORLD_NAMESERVER")) == DANE_POLICY_OK);
            set_anchor(settle(context, &rows[row]));
            for (way = 0; way < WAYS; way++) {
                struct result found = ask(context, &multi, &rows[row], (enum way)way);

                judge_again(&found, &shared->wants[row][way]);
            }
            dane_policy_multi_free(multi);
            dane_policy_context_free(context);
        }
        _exit(0);
    }
    ends_well(child, shared->at[sample.me]);
    rmdir(folder);
    puts("an empty root: every row is its own");
}

int main(int argc, char **argv)
{
    int use, i, denied = 0;

    CHECK(argc == LISTS + 1);
    prepare(1, argv);
    for (i = 0; i < LISTS; i++)
        read_list(&lists[i], argv[i + 1]);
    for (use = 0; use < USES; use++)
        allow_what_is_listed(use);
    for (use = 0; use < USES; use++)
        for (i = 0; i < lists[use].count; i++)
            trap(use, lists[use].numbers[i]);
    for (use = 0; use < USES; use++)
        for (i = 0; i < lists[use].count; i++, denied++) {
            deny(use, lists[use].numbers[i], EPERM);
            deny(use, lists[use].numbers[i], ENOSYS);
        }
    printf("%d system calls denied, each in two ways\n", denied);
    in_an_empty_root();
    puts("sandbox: passed");
    return 0;
}
