#include "model/diagnosis_machine.h"

#include <check.h>
#include <stdlib.h>

#include "base/clock.h"
#include "finding_check.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

static struct findings findings;

static void teardown(void)
{
    findings_clear(&findings);
}

static const struct diagnosis_list none = {.is_given = false};
static const struct diagnosis_list thousand = {.is_given = true, .urls = 1000, .hosts = 9};

/* A directory in which everything is well. */
static struct diagnosis_directory good_directory(void)
{
    return (struct diagnosis_directory){
        .path = "photos",
        .nearest = "photos",
        .is_there = true,
        .is_directory = true,
        .is_writable = true,
        .free_bytes = 10 * GIB,
        .free_files = 100000,
        .min_free_bytes = 256 * MIB,
        .type = "ext4",
    };
}

static void not_there(struct diagnosis_directory *directory)
{
    directory->is_there = false;
    directory->nearest = ".";
}

static void no_directory(struct diagnosis_directory *directory)
{
    directory->is_directory = false;
}

static void closed(struct diagnosis_directory *directory)
{
    directory->is_writable = false;
}

static void read_only(struct diagnosis_directory *directory)
{
    directory->is_read_only = true;
}

static void of_the_kernel(struct diagnosis_directory *directory)
{
    directory->kind = FILESYSTEM_KERNEL;
    directory->free_bytes = directory->free_files = 0;
    directory->type = "proc";
}

static void held(struct diagnosis_directory *directory)
{
    directory->is_held = true;
}

static void waited_for(struct diagnosis_directory *directory)
{
    directory->is_held = directory->waits = true;
}

static void full(struct diagnosis_directory *directory)
{
    directory->free_bytes = 256 * MIB;
}

static void nearly_full(struct diagnosis_directory *directory)
{
    directory->free_bytes = 257 * MIB;
}

static void few_inodes(struct diagnosis_directory *directory)
{
    directory->free_files = 1000;
}

static void no_inodes(struct diagnosis_directory *directory)
{
    directory->free_files = 15;
}

static void unknown(struct diagnosis_directory *directory)
{
    directory->free_files = directory->free_bytes = -1;
}

static void on_network(struct diagnosis_directory *directory)
{
    directory->kind = FILESYSTEM_NETWORK;
}

static void in_memory(struct diagnosis_directory *directory)
{
    directory->kind = FILESYSTEM_MEMORY;
}

static void limited(struct diagnosis_directory *directory)
{
    directory->kind = FILESYSTEM_LIMITED;
}

static void old_kernel(struct diagnosis_directory *directory)
{
    directory->lacks_openat2 = true;
}

static void as_it_is(struct diagnosis_directory *directory)
{
    (void)directory;
}

static const struct {
    void (*change)(struct diagnosis_directory *directory);
    const struct diagnosis_list *list;
    const char *check;
    int level;
    const char *words;
} directories[] = {
    {as_it_is, &thousand, "place", FINDING_OK, "photos can be written"},
    {as_it_is, &thousand, "space", FINDING_OK, "files of 10.0 MiB on average"},
    {as_it_is, &none, "space", FINDING_OK, "10.0 GiB free"},
    {as_it_is, &thousand, "inodes", FINDING_OK, "100,000"},
    {as_it_is, &thousand, "lock", NOT_FOUND, NULL},
    {as_it_is, &thousand, "kind", NOT_FOUND, NULL},
    {as_it_is, &thousand, "openat2", NOT_FOUND, NULL},
    {not_there, &none, "place", FINDING_OK, "can be made in ."},
    {no_directory, &none, "place", FINDING_FAILURE, "--dir"},
    {closed, &none, "place", FINDING_FAILURE, "may not be written"},
    {read_only, &none, "place", FINDING_FAILURE, "read-only"},
    {of_the_kernel, &none, "place", FINDING_FAILURE, "(proc): no file can be made there"},
    {of_the_kernel, &none, "kind", NOT_FOUND, NULL},
    /* where nothing can be stored, room is no matter */
    {of_the_kernel, &none, "space", NOT_FOUND, NULL},
    {of_the_kernel, &none, "inodes", NOT_FOUND, NULL},
    {no_directory, &none, "space", NOT_FOUND, NULL},
    {no_directory, &none, "inodes", NOT_FOUND, NULL},
    {closed, &none, "space", NOT_FOUND, NULL},
    {read_only, &none, "inodes", NOT_FOUND, NULL},
    {held, &none, "space", FINDING_OK, NULL},
    {held, &none, "lock", FINDING_FAILURE, "--lock-wait"},
    {waited_for, &none, "lock", FINDING_NOTE, "waits"},
    {full, &none, "space", FINDING_FAILURE, "--min-free"},
    {nearly_full, &none, "space", FINDING_OK, "257.0 MiB free"},
    {few_inodes, &thousand, "inodes", FINDING_WARNING, "fewer than the list has URLs"},
    {few_inodes, &none, "inodes", FINDING_OK, "1,000"},
    {no_inodes, &none, "inodes", FINDING_FAILURE, "df -i"},
    {unknown, &thousand, "space", NOT_FOUND, NULL},
    {unknown, &thousand, "inodes", NOT_FOUND, NULL},
    {on_network, &none, "kind", FINDING_WARNING, "--no-state"},
    {in_memory, &none, "kind", FINDING_NOTE, "restart"},
    {limited, &none, "kind", FINDING_WARNING, "names"},
    {old_kernel, &none, "openat2", FINDING_NOTE, "openat2"},
};

START_TEST(a_directory_is_judged)
{
    struct diagnosis_directory directory = good_directory();
    directories[_i].change(&directory);
    diagnosis_add_directory(&findings, directories[_i].list, &directory);
    check_level(&findings, directories[_i].check, directories[_i].level, "directory");
    if (directories[_i].words != NULL)
        check_words(&findings, directories[_i].check, directories[_i].words);
}
END_TEST

static struct diagnosis_machine good_machine(void)
{
    return (struct diagnosis_machine){
        .cpus = 4,
        .jobs = 16,
        .threads = 4,
        .descriptors_soft = 1024,
        .descriptors_hard = 4096,
        .descriptors_wanted = 120,
        .jobs_fitting = 16,
        .memory_available = GIB,
        .memory_limit = -1,
        .processes_left = -1,
        .is_utf8 = true,
    };
}

static const struct {
    uint64_t hard;
    unsigned fitting;
    int level;
    const char *words;
} descriptors[] = {
    {4096, 16, FINDING_OK, "4,096"},
    {120, 16, FINDING_OK, "takes 120"},
    {UINT64_MAX, 16, FINDING_OK, "any number of"},
    {119, 16, FINDING_NOTE, "fewer idle connections"},
    {60, 9, FINDING_WARNING, "9 downloads at once, not 16"},
    {60, 9, FINDING_WARNING, "ulimit -n 120"},
    {20, 0, FINDING_FAILURE, "not enough for one download"},
};

START_TEST(numbers_of_jobs_and_descriptors_are_easy_to_read)
{
    struct diagnosis_machine machine = good_machine();
    machine.jobs = 60000;
    machine.descriptors_wanted = 60120;
    machine.descriptors_hard = 100000;
    machine.processes_left = 1500;
    diagnosis_add_machine(&findings, &none, &machine);
    check_words(&findings, "descriptors", "takes 60,120");
    check_words(&findings, "threads", "1,500 more threads");
    findings_clear(&findings);
    machine.descriptors_hard = 20000;
    machine.jobs_fitting = 9984;
    diagnosis_add_machine(&findings, &none, &machine);
    check_words(&findings, "descriptors", "enough for 9,984 downloads at once, not 60,000");
    check_words(&findings, "descriptors", "ulimit -n 60120");
}
END_TEST

START_TEST(descriptors_must_do_for_all_jobs)
{
    struct diagnosis_machine machine = good_machine();
    machine.descriptors_hard = descriptors[_i].hard;
    machine.jobs_fitting = descriptors[_i].fitting;
    diagnosis_add_machine(&findings, &none, &machine);
    check_level(&findings, "descriptors", descriptors[_i].level, "descriptors");
    check_words(&findings, "descriptors", descriptors[_i].words);
}
END_TEST

static const struct {
    unsigned jobs;
    uint64_t urls;
    uint64_t https;
    int64_t available;
    int64_t limit;
    int level;
    const char *words;
} memories[] = {
    {16, 1000, 0, GIB, -1, FINDING_OK, "33.0 MiB"},
    {16, 1000, 1, GIB, -1, FINDING_OK, "34.5 MiB"},
    {16, 1 << 20, 0, GIB, -1, FINDING_OK, "73.0 MiB"},
    {16, 1000, 0, 33 * MIB, -1, FINDING_WARNING, "end other programs"},
    {1024, 1000, 1, GIB, 100 * MIB, FINDING_WARNING, "ulimit -v"},
    {16, 1000, 0, 20 * MIB, GIB, FINDING_WARNING, "20.0 MiB"},
    {16, 1000, 0, -1, GIB, FINDING_OK, "1.0 GiB of memory allowed"},
    {16, 1000, 0, -1, -1, NOT_FOUND, NULL},
};

START_TEST(memory_must_do_for_jobs_and_list)
{
    struct diagnosis_machine machine = good_machine();
    struct diagnosis_list list = {
        .is_given = true, .urls = memories[_i].urls, .https = memories[_i].https};
    machine.jobs = memories[_i].jobs;
    machine.memory_available = memories[_i].available;
    machine.memory_limit = memories[_i].limit;
    diagnosis_add_machine(&findings, &list, &machine);
    check_level(&findings, "memory", memories[_i].level, "memory");
    if (memories[_i].words != NULL)
        check_words(&findings, "memory", memories[_i].words);
}
END_TEST

START_TEST(threads_and_characters_are_judged)
{
    static const struct {
        int64_t left;
        int level;
    } cases[] = {{-1, NOT_FOUND}, {28, NOT_FOUND}, {27, FINDING_NOTE}, {11, FINDING_WARNING}};
    struct diagnosis_machine machine = good_machine();
    struct diagnosis_list abroad = {.is_given = true, .urls = 1, .international = 1};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        machine.processes_left = cases[i].left;
        findings_clear(&findings);
        diagnosis_add_machine(&findings, &none, &machine);
        check_level(&findings, "threads", cases[i].level, "threads");
        check_level(&findings, "characters", NOT_FOUND, "UTF-8");
    }
    machine.is_utf8 = false;
    diagnosis_add_machine(&findings, &none, &machine);
    check_level(&findings, "characters", FINDING_NOTE, "no UTF-8");
    findings_clear(&findings);
    diagnosis_add_machine(&findings, &abroad, &machine);
    check_level(&findings, "characters", FINDING_WARNING, "no UTF-8 with such hosts");
}
END_TEST

static const struct {
    int64_t seconds;
    bool is_known;
    bool is_synchronised;
    int time;
    int synchronised;
} clocks[] = {
    {1795000000, true, true, FINDING_OK, NOT_FOUND},
    {1795000000, false, false, FINDING_OK, NOT_FOUND},
    {1795000000, true, false, FINDING_OK, FINDING_NOTE},
    {0, true, true, FINDING_FAILURE, NOT_FOUND},
    {1661903999, true, true, FINDING_FAILURE, NOT_FOUND},
    {1661904000, true, true, FINDING_OK, NOT_FOUND},
    {4102444801, true, false, FINDING_FAILURE, FINDING_NOTE},
};

START_TEST(a_clock_may_not_be_far_off)
{
    struct diagnosis_clock clock = {clocks[_i].seconds * CLOCK_SECOND_US, clocks[_i].is_known,
                                    clocks[_i].is_synchronised};
    diagnosis_add_clock(&findings, &clock);
    check_level(&findings, "time", clocks[_i].time, "time");
    check_level(&findings, "synchronised", clocks[_i].synchronised, "time service");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diagnosis_machine");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_loop_test(cases, a_directory_is_judged, 0, ARRAY_LENGTH(directories));
    tcase_add_test(cases, numbers_of_jobs_and_descriptors_are_easy_to_read);
    tcase_add_loop_test(cases, descriptors_must_do_for_all_jobs, 0, ARRAY_LENGTH(descriptors));
    tcase_add_loop_test(cases, memory_must_do_for_jobs_and_list, 0, ARRAY_LENGTH(memories));
    tcase_add_test(cases, threads_and_characters_are_judged);
    tcase_add_loop_test(cases, a_clock_may_not_be_far_off, 0, ARRAY_LENGTH(clocks));
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
