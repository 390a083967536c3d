/* Runs a command and appends a line "LABEL WALL_US CPU_US RSS_KIB STATUS" to a file.
 *
 *   measure FILE LABEL COMMAND ARGUMENT...
 *
 * Small on purpose: the peak memory of a process includes that of the one it was forked from. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t cpu_us(const struct rusage *usage)
{
    return (int64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
           usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: measure FILE LABEL COMMAND ARGUMENT...\n", stderr);
        return 2;
    }
    int64_t start = now_us();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) {
            perror("measure");
            return 1;
        }
    }
    int64_t wall = now_us() - start;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    FILE *out = fopen(argv[1], "a");
    if (out == NULL) {
        perror(argv[1]);
        return 1;
    }
    fprintf(out, "%s %jd %jd %ld %d\n", argv[2], (intmax_t)wall, (intmax_t)cpu_us(&usage),
            usage.ru_maxrss, code);
    return fclose(out) == 0 ? code : 1;
}
