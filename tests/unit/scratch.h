/* A directory of one's own per test, what it takes to plant things in it, and child processes in
 * which the kernel refuses calls or the disk is small. */
#ifndef HAUL_TESTS_SCRATCH_H
#define HAUL_TESTS_SCRATCH_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "child.h"

#define SCRATCH_SKIPPED 77

/* In a child: an assertion that ends the child, not the whole test program. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            dprintf(STDERR_FILENO, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                 \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* The directory of the test that runs now. */
static char scratch[PATH_MAX];

static inline void scratch_setup(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(scratch, sizeof(scratch), "%s/haul-test-XXXXXX", parent != NULL ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(scratch));
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int kind,
                                     struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void scratch_teardown(void)
{
    ck_assert_int_eq(nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Path of a name in the directory; a few of them may be in use at a time. */
static inline const char *in_scratch(const char *name)
{
    static char paths[4][2 * PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%.4000s/%.4000s", scratch, name);
    return path;
}

static inline void scratch_write(const char *name, const char *text)
{
    FILE *file = fopen(in_scratch(name), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* True when it is a regular file with exactly this content. */
static inline bool scratch_holds(const char *name, const char *text)
{
    int descriptor = open(in_scratch(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return false;
    char content[4096];
    ssize_t length = read(descriptor, content, sizeof(content));
    close(descriptor);
    return length == (ssize_t)strlen(text) && memcmp(content, text, (size_t)length) == 0;
}

/* Type bits of what is there, not followed; 0 for nothing. */
static inline mode_t scratch_kind(const char *name)
{
    struct stat status;
    return lstat(in_scratch(name), &status) == 0 ? status.st_mode & S_IFMT : 0;
}

/* Runs the body in a child; false, with a line that says so, when the child could not be set up. */
static inline bool scratch_child(void (*body)(void), const char *what)
{
    struct child child = child_run(body);
    if (WIFEXITED(child.status) && WEXITSTATUS(child.status) == SCRATCH_SKIPPED) {
        printf("SKIPPED %s: this system does not let a test do that\n", what);
        return false;
    }
    ck_assert_msg(WIFEXITED(child.status) && WEXITSTATUS(child.status) == 0, "%s: %s", what,
                  child.text);
    return true;
}

static inline void scratch_filter_call(int number, unsigned action)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(SCRATCH_SKIPPED);
}

/* In a child: from now on the kernel answers this call with an error. */
static inline void scratch_refuse_call(int number, int errno_value)
{
    scratch_filter_call(number, SECCOMP_RET_ERRNO | (unsigned)errno_value);
}

/* In a child: this call ends it, as kill -9 would at that moment. */
static inline void scratch_die_at_call(int number)
{
    scratch_filter_call(number, SECCOMP_RET_KILL_PROCESS);
}

/* In a child: a tmpfs over the directory, seen by this child only and gone with it. */
static inline void scratch_mount(const char *options)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", scratch, "tmpfs", 0, options) != 0)
        _exit(SCRATCH_SKIPPED);
}

#endif
