#include "model/diagnosis_machine.h"

#include "base/clock.h"
#include "base/number.h"

#define GROUP_DIRECTORY "directory"
#define GROUP_MACHINE "machine"
#define GROUP_CLOCK "clock"

/* What the memory of a run is measured against: a fixed part, and so much for each download and
 * each URL (doc/performance.md). */
#define FIXED_BYTES (INT64_C(32) << 20)
#define PLAIN_JOB_BYTES (INT64_C(64) << 10)
#define TLS_JOB_BYTES (INT64_C(160) << 10)
#define URL_BYTES 40

#define RESERVE_BYTES (INT64_C(1) << 20) /* that a run sets aside for its report */
#define FIXED_FILES 16                   /* that a run keeps for itself */
#define FIXED_THREADS 8                  /* beside the workers */

/* The release of libcurl 7.85, the oldest that haul builds with, and a time that its certificate
 * authorities do not live to see. */
#define EARLIEST_US (INT64_C(1661904000) * CLOCK_SECOND_US)
#define LATEST_US (INT64_C(4102444800) * CLOCK_SECOND_US)

/* False when nothing can be stored there. */
static bool add_place(struct findings *findings, const struct diagnosis_directory *directory)
{
    const char *path = directory->path;
    bool is_usable = directory->is_directory && directory->kind != FILESYSTEM_KERNEL &&
                     !directory->is_read_only && directory->is_writable;
    if (!directory->is_directory) {
        findings_add(findings, GROUP_DIRECTORY, "place", FINDING_FAILURE, "%s is no directory",
                     directory->nearest);
        findings_advise(findings, "name another one with --dir");
    } else if (directory->kind == FILESYSTEM_KERNEL) {
        /* Rights say nothing here: root seems to have all of them. */
        findings_add(findings, GROUP_DIRECTORY, "place", FINDING_FAILURE,
                     "%s belongs to the kernel (%s): no file can be made there", directory->nearest,
                     directory->type);
        findings_advise(findings, "name another one with --dir");
    } else if (directory->is_read_only) {
        findings_add(findings, GROUP_DIRECTORY, "place", FINDING_FAILURE,
                     "%s is on a file system that is mounted read-only", directory->nearest);
        findings_advise(findings, "name another one with --dir, or mount it again: mount -o "
                                  "remount,rw");
    } else if (!directory->is_writable) {
        findings_add(findings, GROUP_DIRECTORY, "place", FINDING_FAILURE,
                     "%s may not be written by this user", directory->nearest);
        findings_advise(findings, "name another one with --dir, or change its owner (chown)");
    } else if (directory->is_there) {
        findings_add(findings, GROUP_DIRECTORY, "place", FINDING_OK, "%s can be written (%s)", path,
                     directory->type);
    } else {
        findings_add(findings, GROUP_DIRECTORY, "place", FINDING_OK, "%s can be made in %s (%s)",
                     path, directory->nearest, directory->type);
    }
    return is_usable;
}

static void add_space(struct findings *findings, const struct diagnosis_list *list,
                      const struct diagnosis_directory *directory)
{
    char free_text[NUMBER_SIZE];
    char least[NUMBER_SIZE];
    int64_t free_bytes = directory->free_bytes;
    if (free_bytes < 0)
        return;
    number_format_bytes(free_text, free_bytes);
    number_format_bytes(least, directory->min_free_bytes);
    if (free_bytes - RESERVE_BYTES < directory->min_free_bytes) {
        findings_add(findings, GROUP_DIRECTORY, "space", FINDING_FAILURE,
                     "%s free, and a run stops below %s (--min-free)", free_text, least);
        findings_advise(findings, "make room, name another --dir, or lower --min-free");
    } else if (list->is_given && list->urls > 0) {
        char each[NUMBER_SIZE];
        findings_add(findings, GROUP_DIRECTORY, "space", FINDING_OK,
                     "%s free, %s stay free: room for files of %s on average", free_text, least,
                     number_format_bytes(each, (free_bytes - directory->min_free_bytes) /
                                                   (int64_t)list->urls));
    } else {
        findings_add(findings, GROUP_DIRECTORY, "space", FINDING_OK, "%s free, %s stay free",
                     free_text, least);
    }
}

static void add_inodes(struct findings *findings, const struct diagnosis_list *list,
                       const struct diagnosis_directory *directory)
{
    char number[NUMBER_SIZE];
    int64_t free_files = directory->free_files;
    if (free_files < 0)
        return;
    number_format_count(number, free_files);
    bool is_short = list->is_given && (uint64_t)free_files < list->urls + FIXED_FILES;
    enum finding_level level = free_files < FIXED_FILES ? FINDING_FAILURE
                               : is_short               ? FINDING_WARNING
                                                        : FINDING_OK;
    findings_add(findings, GROUP_DIRECTORY, "inodes", level, "%s more files can be made there%s",
                 number, level == FINDING_WARNING ? ", fewer than the list has URLs" : "");
    if (level != FINDING_OK)
        findings_advise(findings, "the inodes run out (df -i): remove small files, or name another "
                                  "--dir");
}

static void add_kind(struct findings *findings, const struct diagnosis_directory *directory)
{
    static const char *const words[] = {
        [FILESYSTEM_LOCAL] = NULL,
        [FILESYSTEM_NETWORK] = "a network file system: the lock and the state of a run are only as "
                               "good as its server, and syncing is slow",
        [FILESYSTEM_MEMORY] = "in memory: nothing there survives a restart",
        [FILESYSTEM_LIMITED] = "without links, and with few letters in names: some files may fail",
        [FILESYSTEM_KERNEL] = NULL,
    };
    if (words[directory->kind] == NULL)
        return;
    findings_add(findings, GROUP_DIRECTORY, "kind",
                 directory->kind == FILESYSTEM_MEMORY ? FINDING_NOTE : FINDING_WARNING, "%s is %s",
                 directory->type, words[directory->kind]);
    if (directory->kind == FILESYSTEM_NETWORK)
        findings_advise(findings, "keep --dir on a local disk and copy the files later, or use "
                                  "--no-state");
}

void diagnosis_add_directory(struct findings *findings, const struct diagnosis_list *list,
                             const struct diagnosis_directory *directory)
{
    bool is_usable = add_place(findings, directory);
    if (directory->is_held) {
        findings_add(findings, GROUP_DIRECTORY, "lock",
                     directory->waits ? FINDING_NOTE : FINDING_FAILURE, "another run is using %s",
                     directory->path);
        findings_advise(findings, directory->waits ? "--lock-wait waits for its end"
                                                   : "wait for its end (--lock-wait TIME)");
    }
    if (is_usable) { /* the room in a wrong place is no matter */
        add_space(findings, list, directory);
        add_inodes(findings, list, directory);
    }
    add_kind(findings, directory);
    if (directory->lacks_openat2)
        findings_add(findings, GROUP_DIRECTORY, "openat2", FINDING_NOTE,
                     "the kernel has no openat2: paths are opened piece by piece, which is slower");
}

static void add_descriptors(struct findings *findings, const struct diagnosis_machine *machine)
{
    char hard[NUMBER_SIZE];
    char wanted[NUMBER_SIZE];
    char jobs[NUMBER_SIZE];
    char fitting[NUMBER_SIZE];
    bool is_limited = machine->descriptors_hard != UINT64_MAX;
    number_format_count(jobs, machine->jobs);
    number_format_count(hard, is_limited ? (int64_t)machine->descriptors_hard : 0);
    if (!is_limited || machine->descriptors_hard >= machine->descriptors_wanted) {
        findings_add(findings, GROUP_MACHINE, "descriptors", FINDING_OK,
                     "%s files and connections may be open; -j %u on %u thread%s takes %s",
                     is_limited ? hard : "any number of", machine->jobs, machine->threads,
                     machine->threads == 1 ? "" : "s",
                     number_format_count(wanted, (int64_t)machine->descriptors_wanted));
        return;
    }
    if (machine->jobs_fitting == 0)
        findings_add(findings, GROUP_MACHINE, "descriptors", FINDING_FAILURE,
                     "%s files and connections may be open: not enough for one download", hard);
    else if (machine->jobs_fitting < machine->jobs)
        findings_add(
            findings, GROUP_MACHINE, "descriptors", FINDING_WARNING,
            "%s files and connections may be open: enough for %s downloads at once, not %s", hard,
            number_format_count(fitting, machine->jobs_fitting), jobs);
    else
        findings_add(findings, GROUP_MACHINE, "descriptors", FINDING_NOTE,
                     "%s files and connections may be open: enough for %s downloads at once, but "
                     "fewer idle connections are kept",
                     hard, jobs);
    findings_advise(findings,
                    "ulimit -n %llu (the hard limit: as root, in /etc/security/limits.conf, or "
                    "LimitNOFILE= of a systemd unit)",
                    (unsigned long long)machine->descriptors_wanted);
}

static int64_t needed_memory(const struct diagnosis_list *list,
                             const struct diagnosis_machine *machine)
{
    bool has_tls = !list->is_given || list->https > 0;
    int64_t urls = list->is_given ? (int64_t)list->urls : 0;
    return FIXED_BYTES + machine->jobs * (has_tls ? TLS_JOB_BYTES : PLAIN_JOB_BYTES) +
           urls * URL_BYTES;
}

static void add_memory(struct findings *findings, const struct diagnosis_list *list,
                       const struct diagnosis_machine *machine)
{
    char needed_text[NUMBER_SIZE];
    char room_text[NUMBER_SIZE];
    int64_t needed = needed_memory(list, machine);
    int64_t room = machine->memory_available;
    bool is_limit = machine->memory_limit >= 0 && (room < 0 || machine->memory_limit < room);
    if (is_limit)
        room = machine->memory_limit;
    if (room < 0)
        return;
    number_format_bytes(needed_text, needed);
    number_format_bytes(room_text, room);
    findings_add(findings, GROUP_MACHINE, "memory", room < needed ? FINDING_WARNING : FINDING_OK,
                 "%s of memory %s; a run takes at most about %s", room_text,
                 is_limit ? "allowed" : "available", needed_text);
    if (room < needed)
        findings_advise(findings, is_limit ? "lower --jobs, or raise the limit (ulimit -v, "
                                             "MemoryMax= of a systemd unit)"
                                           : "lower --jobs, or end other programs");
}

static void add_threads(struct findings *findings, const struct diagnosis_machine *machine)
{
    char left[NUMBER_SIZE];
    char takes[NUMBER_SIZE];
    int64_t needed = (int64_t)machine->threads + FIXED_THREADS;
    findings_add(findings, GROUP_MACHINE, "cpus", FINDING_OK, "%u CPU%s, %u worker thread%s",
                 machine->cpus, machine->cpus == 1 ? "" : "s", machine->threads,
                 machine->threads == 1 ? "" : "s");
    if (machine->processes_left < 0 || machine->processes_left >= needed + machine->jobs)
        return;
    bool is_enough = machine->processes_left >= needed;
    findings_add(findings, GROUP_MACHINE, "threads", is_enough ? FINDING_NOTE : FINDING_WARNING,
                 "%s more threads may be started; a run takes %s, and one for each lookup",
                 number_format_count(left, machine->processes_left),
                 number_format_count(takes, needed));
    findings_advise(findings, "ulimit -u, or TasksMax= of a systemd unit");
}

void diagnosis_add_machine(struct findings *findings, const struct diagnosis_list *list,
                           const struct diagnosis_machine *machine)
{
    add_threads(findings, machine);
    add_descriptors(findings, machine);
    add_memory(findings, list, machine);
    if (machine->is_utf8)
        return;
    findings_add(findings, GROUP_MACHINE, "characters",
                 list->international > 0 ? FINDING_WARNING : FINDING_NOTE,
                 "no UTF-8 character set: hosts with letters beyond ASCII cannot be asked");
    findings_advise(findings, "LC_ALL=C.UTF-8 (package libc-bin)");
}

void diagnosis_add_clock(struct findings *findings, const struct diagnosis_clock *clock)
{
    char now[CLOCK_TEXT_SIZE];
    clock_format_seconds(now, clock->wall_us);
    if (clock->wall_us < EARLIEST_US || clock->wall_us > LATEST_US) {
        findings_add(findings, GROUP_CLOCK, "time", FINDING_FAILURE,
                     "%s is wrong: certificates seem %s", now,
                     clock->wall_us < EARLIEST_US ? "not yet valid" : "expired");
        findings_advise(findings, "set the clock: timedatectl set-ntp true, or date -s");
    } else {
        findings_add(findings, GROUP_CLOCK, "time", FINDING_OK, "%s%s", now,
                     clock->is_known && clock->is_synchronised ? ", kept by a time service" : "");
    }
    if (!clock->is_known || clock->is_synchronised)
        return;
    findings_add(findings, GROUP_CLOCK, "synchronised", FINDING_NOTE,
                 "the kernel knows of no time service that keeps it right");
    findings_advise(findings, "apt install systemd-timesyncd, or chrony");
}
