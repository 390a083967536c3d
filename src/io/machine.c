#include "io/machine.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define LEAST_TICKS 4

unsigned machine_cpus(void)
{
    cpu_set_t cpus;
    long count = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? CPU_COUNT(&cpus)
                                                                : sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (unsigned)count;
}

static void read_cpu_model(char *out, size_t out_size)
{
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "re");
    out[0] = '\0';
    if (file == NULL)
        return;
    while (out[0] == '\0' && fgets(line, sizeof(line), file) != NULL) {
        char *value = strncmp(line, "model name", 10) == 0 ? strchr(line, ':') : NULL;
        line[strcspn(line, "\n")] = '\0';
        if (value != NULL)
            snprintf(out, out_size, "%s", value + 1 + strspn(value + 1, " "));
    }
    fclose(file);
}

struct machine machine_describe(void)
{
    struct machine machine = {.cpus = machine_cpus(), .memory_bytes = -1};
    struct utsname system;
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page_bytes > 0)
        machine.memory_bytes = (int64_t)pages * page_bytes;
    read_cpu_model(machine.cpu_model, sizeof(machine.cpu_model));
    if (uname(&system) == 0)
        snprintf(machine.kernel, sizeof(machine.kernel), "%.40s %.60s %.20s", system.sysname,
                 system.release, system.machine);
    return machine;
}

struct machine_load machine_load_now(void)
{
    unsigned long long ticks[8] = {0}; /* user nice system idle iowait irq softirq steal */
    struct machine_load load = {0};
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return load;
    int count = fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1],
                       &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]);
    fclose(file);
    for (int i = 0; i < count; i++)
        load.all += ticks[i];
    load.busy = load.all - ticks[3] - ticks[4];
    return load;
}

double machine_load_between(const struct machine_load *before, const struct machine_load *after)
{
    if (before->all == 0 || after->all < before->all + LEAST_TICKS || after->busy < before->busy)
        return -1;
    double share = (double)(after->busy - before->busy) / (double)(after->all - before->all);
    return share < 1 ? share : 1; /* iowait may go back, and then `all` has grown too little */
}
