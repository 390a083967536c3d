#include "io/machine_limits.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define GROUPS "/sys/fs/cgroup" /* version 2 of control groups; others are not asked */

static uint64_t limit_or_none(rlim_t limit)
{
    return limit == RLIM_INFINITY ? UINT64_MAX : (uint64_t)limit;
}

static int64_t read_available(void)
{
    char line[256];
    long long kibibytes = -1;
    FILE *file = fopen("/proc/meminfo", "re");
    if (file == NULL)
        return -1;
    while (kibibytes < 0 && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "MemAvailable:", 13) == 0)
            kibibytes = strtoll(line + 13, NULL, 10);
    }
    fclose(file);
    return kibibytes < 0 ? -1 : (int64_t)kibibytes * 1024;
}

/* A number of a control group; -1 when there is none ("max", or no such file). */
static int64_t read_number(const char *group, const char *name)
{
    char path[PATH_MAX + 64];
    char word[64] = "";
    snprintf(path, sizeof(path), GROUPS "%s/%s", group, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    bool is_number = fgets(word, sizeof(word), file) != NULL && word[0] >= '0' && word[0] <= '9';
    fclose(file);
    return is_number ? strtoll(word, NULL, 10) : -1;
}

/* The path of this process's group below GROUPS. */
static bool find_group(char *out, size_t out_size)
{
    char line[PATH_MAX];
    bool is_found = false;
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return false;
    while (!is_found && fgets(line, sizeof(line), file) != NULL) {
        is_found = strncmp(line, "0::", 3) == 0;
        line[strcspn(line, "\n")] = '\0';
    }
    fclose(file);
    if (is_found)
        snprintf(out, out_size, "%s", line + 3);
    return is_found;
}

static void lower(int64_t *limit, int64_t other)
{
    if (other >= 0 && (*limit < 0 || other < *limit))
        *limit = other;
}

/* The narrowest limit of the group and those above it. */
static void read_groups(struct machine_limits *limits)
{
    char group[PATH_MAX];
    if (!find_group(group, sizeof(group)))
        return;
    for (;;) {
        lower(&limits->memory_limit, read_number(group, "memory.max"));
        int64_t most = read_number(group, "pids.max");
        int64_t present = read_number(group, "pids.current");
        if (most >= 0 && present >= 0)
            lower(&limits->processes_left, most > present ? most - present : 0);
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return;
        *slash = '\0';
    }
}

struct machine_limits machine_limits_read(void)
{
    struct machine_limits limits = {UINT64_MAX, UINT64_MAX, read_available(), -1, -1};
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limits.descriptors_soft = limit_or_none(limit.rlim_cur);
        limits.descriptors_hard = limit_or_none(limit.rlim_max);
    }
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        limits.memory_limit = (int64_t)limit.rlim_cur;
    read_groups(&limits);
    return limits;
}
