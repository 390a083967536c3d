#include "io/publisher.h"

#include <sqlite3.h>
#include <sys/syscall.h>

#include "publishing.h"

/* What was synced, in the place of the C library's functions. */
static struct {
    ino_t inodes[256];
    size_t count;
    size_t file_systems;
} synced;

int fsync(int descriptor)
{
    struct stat status;
    if (fstat(descriptor, &status) == 0 && synced.count < ARRAY_LENGTH(synced.inodes))
        synced.inodes[synced.count++] = status.st_ino;
    return (int)syscall(SYS_fsync, descriptor);
}

int syncfs(int descriptor)
{
    synced.file_systems++;
    return (int)syscall(SYS_syncfs, descriptor);
}

static size_t syncs_of(const char *path)
{
    struct stat status;
    ck_assert_int_eq(stat(in_scratch(path), &status), 0);
    size_t count = 0;
    for (size_t i = 0; i < synced.count; i++)
        count += synced.inodes[i] == status.st_ino;
    return count;
}

static void run_sql(const char *sql)
{
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(in_scratch("out/.haul/state.db"), &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

START_TEST(missing_directories_are_made_and_noted_as_made)
{
    ck_assert_int_eq(mkdir(in_scratch("out/theirs"), 0755), 0);
    struct job *first = add_job("theirs/ours/a.jpg", "first");
    struct job *second = add_job("ours/a.jpg", "second");
    struct job *third = add_job("theirs/b.jpg", "third");
    struct job *fourth = add_job("ours-too/x/y/z/a.jpg", "fourth");
    struct job *plain = add_job("a.jpg", "plain");
    publish(modes[_i], EXISTING_SKIP);
    for (size_t i = 0; i < job_count; i++) {
        ck_assert_int_eq(jobs[i]->outcome.status, STATUS_DOWNLOADED);
        ck_assert_str_eq(jobs[i]->outcome.path, jobs[i]->name);
        ck_assert(has_row(jobs[i], jobs[i]->name));
    }
    ck_assert_ptr_nonnull(first->outcome.path);
    ck_assert(scratch_holds("out/theirs/ours/a.jpg", "first"));
    ck_assert(scratch_holds("out/ours/a.jpg", "second"));
    ck_assert(scratch_holds("out/theirs/b.jpg", "third"));
    ck_assert(scratch_holds("out/ours-too/x/y/z/a.jpg", "fourth"));
    ck_assert(scratch_holds("out/a.jpg", "plain"));
    ck_assert_str_eq(second->outcome.path, "ours/a.jpg");
    ck_assert_str_eq(third->outcome.path, "theirs/b.jpg");
    ck_assert_str_eq(fourth->outcome.path, "ours-too/x/y/z/a.jpg");
    ck_assert_str_eq(plain->outcome.path, "a.jpg");
    ck_assert(!state_has_directory(state, "theirs"));
    static const char *const made[] = {"theirs/ours", "ours",         "ours-too",
                                       "ours-too/x",  "ours-too/x/y", "OURS-TOO/x/y/z"};
    for (size_t i = 0; i < ARRAY_LENGTH(made); i++)
        ck_assert_msg(state_has_directory(state, made[i]), "%s", made[i]);
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(many_files_in_many_directories_all_arrive)
{
    for (unsigned round = 0; round < 2; round++) { /* the second finds the directories there */
        for (unsigned i = 0; i < 300; i++) {
            char name[64];
            /* '-' and '.' come before '/', so that sorting by bytes alone would mix them. */
            snprintf(name, sizeof(name), "d%u%s/e-%u/%u-%u.jpg", i * 7 % 10, i % 2 == 0 ? "" : "-x",
                     i * 7 % 100 / 10, i, round);
            add_job(name, name);
        }
        publish(modes[_i], EXISTING_SKIP);
        for (size_t i = 0; i < job_count; i++) {
            char path[100];
            snprintf(path, sizeof(path), "out/%s", jobs[i]->name);
            ck_assert_int_eq(jobs[i]->outcome.status, STATUS_DOWNLOADED);
            ck_assert_msg(scratch_holds(path, jobs[i]->name), "%s", path);
            ck_assert(has_row(jobs[i], jobs[i]->name));
        }
        ck_assert(no_temporary_is_left());
        forget_jobs();
    }
    ck_assert(state_has_directory(state, "d3") || state_has_directory(state, "d3-x"));
}
END_TEST

static const struct {
    mode_t kind;
    const char *obstacle;
    const char *name;
    const char *detail;
} obstacle_cases[] = {
    {S_IFREG, "a", "a/b.jpg", "a is no directory"},
    {S_IFREG, "a", "a/b/c/d.jpg", "a is no directory"},
    {S_IFREG, "d/a", "d/a/b/c.jpg", "d/a is no directory"},
    {S_IFLNK, "a", "a/b.jpg", "a is no directory (a symbolic link"},
    {S_IFLNK, "a", "a/b/c.jpg", "a is no directory (a symbolic link"},
    {S_IFLNK, "d/a", "d/a/b.jpg", "d/a is no directory (a symbolic link"},
    {S_IFLNK, "d/a", "d/a/b/c.jpg", "d/a is no directory (a symbolic link"},
    {S_IFIFO, "a", "a/b.jpg", "a is no directory"},
    {S_IFIFO, "d/a", "d/a/b.jpg", "d/a is no directory"},
    {S_IFDIR, "a/b.jpg", "a/b.jpg", "no file has this name"},
    {S_IFLNK, "a/b.jpg", "a/b.jpg", "no file has this name"},
    {S_IFIFO, "a/b.jpg", "a/b.jpg", "no file has this name"},
};

static const enum existing_policy policies[] = {EXISTING_SKIP, EXISTING_OVERWRITE, EXISTING_RENAME,
                                                EXISTING_ERROR};

static void plant(mode_t kind, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "out/%s", name);
    ck_assert_int_eq(mkdir(in_scratch("elsewhere"), 0755), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/d"), 0755), 0);
    if (strchr(name, '/') != NULL && name[0] == 'a')
        ck_assert_int_eq(mkdir(in_scratch("out/a"), 0755), 0);
    if (kind == S_IFREG)
        scratch_write(path, "old");
    else if (kind == S_IFDIR)
        ck_assert_int_eq(mkdir(in_scratch(path), 0755), 0);
    else if (kind == S_IFLNK)
        ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch(path)), 0);
    else
        ck_assert_int_eq(mkfifo(in_scratch(path), 0600), 0);
}

START_TEST(what_is_in_the_way_of_a_directory_stays_and_fails_one_file_only)
{
    size_t which = (size_t)_i / ARRAY_LENGTH(policies);
    const char *obstacle = obstacle_cases[which].obstacle;
    plant(obstacle_cases[which].kind, obstacle);
    struct job *job = add_job(obstacle_cases[which].name, "new");
    struct job *neighbour = add_job("d/neighbour.jpg", "n");
    struct job *plain = add_job("plain.jpg", "p");
    publish(SYNC_BATCH, policies[(size_t)_i % ARRAY_LENGTH(policies)]);
    ck_assert_int_eq(job->outcome.status, STATUS_FAILED);
    ck_assert_int_eq(job->outcome.failure, FAILURE_EXISTS);
    ck_assert_msg(strstr(outcome_detail(&job->outcome), obstacle_cases[which].detail) != NULL, "%s",
                  outcome_detail(&job->outcome));
    ck_assert_int_eq(job->outcome.file_bytes, -1);
    ck_assert_int_eq(neighbour->outcome.status, STATUS_DOWNLOADED);
    ck_assert_int_eq(plain->outcome.status, STATUS_DOWNLOADED);
    char path[64];
    snprintf(path, sizeof(path), "out/%s", obstacle);
    ck_assert_int_eq(scratch_kind(path), obstacle_cases[which].kind);
    if (obstacle_cases[which].kind == S_IFREG)
        ck_assert(scratch_holds(path, "old"));
    ck_assert_int_eq(rmdir(in_scratch("elsewhere")), 0); /* nothing came into it */
    struct state_row row;
    ck_assert(!state_find(state, job->key, &row));
    ck_assert(!state_has_directory(state, obstacle));
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(only_the_last_component_is_numbered)
{
    ck_assert_int_eq(mkdir(in_scratch("out/v1.5"), 0755), 0);
    scratch_write("out/v1.5/a.jpg", "old");
    scratch_write("out/v1.5/b", "old");
    struct job *first = add_job("v1.5/a.jpg", "first");
    struct job *second = add_job("v1.5/a.jpg", "second");
    struct job *bare = add_job("v1.5/b", "bare");
    struct job *fresh = add_job("v1.6/a.jpg", "fresh");
    publish(modes[_i], EXISTING_RENAME);
    ck_assert_str_eq(first->outcome.path, "v1.5/a-2.jpg");
    ck_assert_str_eq(second->outcome.path, "v1.5/a-3.jpg");
    ck_assert_str_eq(bare->outcome.path, "v1.5/b-2");
    ck_assert_str_eq(fresh->outcome.path, "v1.6/a.jpg");
    ck_assert(scratch_holds("out/v1.5/a-3.jpg", "second"));
    ck_assert(scratch_holds("out/v1.5/a.jpg", "old"));
    ck_assert(has_row(second, "v1.5/a-3.jpg"));
}
END_TEST

static const struct {
    int errno_value;
    enum failure failure;
} mkdir_cases[] = {{ENOSPC, FAILURE_DISK_FULL},
                   {EDQUOT, FAILURE_DISK_FULL},
                   {EACCES, FAILURE_IO},
                   {EROFS, FAILURE_IO}};

/* Check's loop variable is a parameter of the test; the child's body takes none. */
static int child_case;

static void with_failing_mkdir(void)
{
    scratch_refuse_call(SYS_mkdirat, mkdir_cases[child_case].errno_value);
    enum failure failure = mkdir_cases[child_case].failure;
    struct error error = {0};
    EXPECT(publish_with(SYNC_BATCH, EXISTING_SKIP, &error));
    for (size_t i = 0; i < 3; i++) {
        EXPECT(jobs[i]->outcome.status == STATUS_FAILED);
        EXPECT(jobs[i]->outcome.failure == failure);
        EXPECT(!has_row(jobs[i], jobs[i]->name));
    }
    EXPECT(jobs[3]->outcome.status == STATUS_DOWNLOADED);
    EXPECT(jobs[4]->outcome.status == STATUS_DOWNLOADED);
    EXPECT(no_temporary_is_left());
    /* The reserve is given away only for what it can help. */
    bool is_full = failure == FAILURE_DISK_FULL;
    EXPECT(scratch_kind("out/.haul/reserve") == (is_full ? 0 : S_IFREG));
}

START_TEST(a_directory_that_cannot_be_made_fails_its_files_only)
{
    ck_assert_int_eq(mkdir(in_scratch("out/there"), 0755), 0);
    add_job("new/a.jpg", "a");
    add_job("new/b.jpg", "b");
    add_job("there/new/a.jpg", "a");
    add_job("there/a.jpg", "a");
    add_job("plain.jpg", "a");
    child_case = _i;
    scratch_child(with_failing_mkdir, "a directory that cannot be made");
}
END_TEST

static void on_a_disk_without_inodes(void)
{
    scratch_mount("size=8m,nr_inodes=60");
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    state = root == NULL ? NULL : state_open(root, NULL, &error);
    EXPECT(state != NULL);
    EXPECT(state_begin(state, &error) && state_put_directory(state, "first", &error) &&
           state_commit(state, &error)); /* SQLite has its files */
    add_job("new/a.jpg", "a");
    for (unsigned i = 0; i < 100 && root_free_inodes(root) > 0; i++) {
        char name[64];
        snprintf(name, sizeof(name), "out/filler-%u", i);
        close(open(in_scratch(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    }
    EXPECT(root_free_inodes(root) == 0);
    EXPECT(publish_with(SYNC_BATCH, EXISTING_SKIP, &error));
    EXPECT(jobs[0]->outcome.status == STATUS_DOWNLOADED);
    EXPECT(scratch_holds("out/new/a.jpg", "a"));
    EXPECT(scratch_kind("out/.haul/reserve") == 0);
}

START_TEST(on_a_full_disk_a_directory_goes_in_the_place_of_the_reserve)
{
    scratch_child(on_a_disk_without_inodes, "a disk without inodes");
}
END_TEST

static void with_error_at_fsync(void)
{
    scratch_refuse_call(SYS_fsync, EIO);
    struct error error = {0};
    EXPECT(!publish_with(SYNC_BATCH, EXISTING_SKIP, &error));
    EXPECT(error.kind == ERROR_LOCAL);
    for (size_t i = 0; i < job_count; i++) {
        EXPECT(jobs[i]->outcome.status == STATUS_FAILED);
        EXPECT(jobs[i]->outcome.failure == FAILURE_IO);
        EXPECT(has_row(jobs[i], jobs[i]->name));
    }
    EXPECT(scratch_kind("out/a/b/c.jpg") == S_IFREG && no_temporary_is_left());
}

/* Only the file system as a whole is synced: that each single sync would fail is not noticed. */
static void without_fsync(void)
{
    scratch_refuse_call(SYS_fsync, EIO);
    struct error error = {0};
    EXPECT(publish_with(SYNC_BATCH, EXISTING_SKIP, &error));
    for (size_t i = 0; i < job_count; i++)
        EXPECT(jobs[i]->outcome.status == STATUS_DOWNLOADED);
}

START_TEST(nothing_is_called_downloaded_when_a_directory_does_not_sync)
{
    add_job("a/b/c.jpg", "c");
    add_job("d/e.jpg", "e");
    scratch_child(with_error_at_fsync, "a sync that fails");
}
END_TEST

START_TEST(many_directories_are_synced_at_once)
{
    for (unsigned i = 0; i < 20; i++) {
        char name[32];
        snprintf(name, sizeof(name), "d%u/a.jpg", i);
        add_job(name, "a");
    }
    scratch_child(without_fsync, "a sync that fails");
}
END_TEST

static const struct {
    enum sync_mode sync;
    const char *names[3];
    size_t syncs[5]; /* of `checked` */
    size_t file_systems;
} sync_cases[] = {
    {SYNC_BATCH, {"a.jpg", "b.jpg"}, {1, 0, 0, 0, 0}, 1},
    {SYNC_BATCH, {"there/a.jpg"}, {0, 1, 0, 0, 0}, 1},
    {SYNC_BATCH, {"there/deep/a.jpg", "there/deep/b.jpg"}, {0, 0, 1, 0, 0}, 1},
    {SYNC_BATCH, {"there/deep/a.jpg", "new/in/a.jpg", "new/in/b.jpg"}, {1, 0, 1, 1, 1}, 1},
    {SYNC_BATCH, {"new/in/a.jpg", "new/b.jpg", "c.jpg"}, {1, 0, 0, 1, 1}, 1},
    {SYNC_FILE, {"there/deep/a.jpg"}, {1, 1, 1, 0, 0}, 0},
    {SYNC_FILE, {"new/in/a.jpg"}, {1, 0, 0, 1, 1}, 0},
    {SYNC_FILE, {"a.jpg"}, {1, 0, 0, 0, 0}, 0},
    {SYNC_NONE, {"new/in/a.jpg", "there/a.jpg", "a.jpg"}, {0, 0, 0, 0, 0}, 0},
};

START_TEST(each_changed_directory_is_synced_once)
{
    static const char *const checked[] = {"out", "out/there", "out/there/deep", "out/new",
                                          "out/new/in"};
    ck_assert_int_eq(mkdir(in_scratch("out/there"), 0755), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/there/deep"), 0755), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(sync_cases[_i].names); i++)
        if (sync_cases[_i].names[i] != NULL)
            add_job(sync_cases[_i].names[i], "x");
    synced.count = synced.file_systems = 0;
    publish(sync_cases[_i].sync, EXISTING_SKIP);
    for (size_t i = 0; i < ARRAY_LENGTH(checked); i++)
        if (i < 3 || scratch_kind(checked[i]) != 0)
            ck_assert_msg(syncs_of(checked[i]) == sync_cases[_i].syncs[i], "%s: %zu", checked[i],
                          syncs_of(checked[i]));
    ck_assert_uint_eq(synced.file_systems, sync_cases[_i].file_systems);
}
END_TEST

static const struct {
    int call; /* that is the last one */
    enum sync_mode sync;
    bool is_noted;
    mode_t directory; /* a */
    mode_t inner;     /* a/b */
    mode_t file;      /* a/b/c.jpg */
} kill_cases[] = {
    {SYS_pwrite64, SYNC_BATCH, false, 0, 0, 0},
    {SYS_syncfs, SYNC_BATCH, true, 0, 0, 0},
    {SYS_mkdirat, SYNC_BATCH, true, 0, 0, 0},
    {SYS_mkdirat, SYNC_FILE, true, 0, 0, 0},
    {SYS_mkdirat, SYNC_NONE, true, 0, 0, 0},
    {SYS_renameat2, SYNC_BATCH, true, S_IFDIR, S_IFDIR, 0},
    {SYS_renameat2, SYNC_NONE, true, S_IFDIR, S_IFDIR, 0},
    {SYS_fsync, SYNC_BATCH, true, S_IFDIR, S_IFDIR, S_IFREG},
};

static void publish_and_die(void)
{
    struct error error = {0};
    state = state_open(root, NULL, &error);
    EXPECT(state != NULL);
    scratch_die_at_call(kill_cases[child_case].call);
    publish_with(kill_cases[child_case].sync, EXISTING_SKIP, &error);
    EXPECT(!"still alive");
}

START_TEST(after_a_kill_the_state_knows_every_directory_that_appeared)
{
    struct job *job = add_job("a/b/c.jpg", "c");
    state_close(state);
    state = NULL; /* SQLite's handles do not survive a fork */
    child_case = _i;
    struct child child = child_run(publish_and_die);
    struct error error = {0};
    state = state_open(root, NULL, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    if (WIFEXITED(child.status) && WEXITSTATUS(child.status) == SCRATCH_SKIPPED) {
        printf("SKIPPED a kill: this system does not let a test do that\n");
        return;
    }
    ck_assert_msg(WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGSYS, "%s", child.text);
    ck_assert(has_row(job, "a/b/c.jpg") == kill_cases[_i].is_noted);
    ck_assert(state_has_directory(state, "a") == kill_cases[_i].is_noted);
    ck_assert(state_has_directory(state, "a/b") == kill_cases[_i].is_noted);
    ck_assert_int_eq(scratch_kind("out/a"), kill_cases[_i].directory);
    ck_assert_int_eq(scratch_kind("out/a/b"), kill_cases[_i].inner);
    ck_assert_int_eq(scratch_kind("out/a/b/c.jpg"), kill_cases[_i].file);
    if (kill_cases[_i].file != 0)
        return;
    publish(SYNC_BATCH, EXISTING_SKIP); /* what the next run does with the same URL */
    ck_assert(scratch_holds("out/a/b/c.jpg", "c"));
}
END_TEST

START_TEST(a_directory_that_cannot_be_noted_is_not_made)
{
    run_sql("CREATE TRIGGER refuse BEFORE INSERT ON directories"
            " BEGIN SELECT RAISE(ABORT, 'no more rows'); END");
    struct job *job = add_job("a/b.jpg", "b");
    struct error error = {0};
    ck_assert(!publish_with(modes[_i], EXISTING_SKIP, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_int_eq(job->outcome.status, STATUS_FAILED);
    ck_assert_int_eq(scratch_kind("out/a"), 0);
    ck_assert(!has_row(job, "a/b.jpg"));
    ck_assert(no_temporary_is_left());
}
END_TEST

/* As if the directory had been there when the batch was noted, and vanished since: its row is taken
 * away as soon as it is written for the first time. */
START_TEST(a_directory_that_was_not_noted_with_its_batch_is_noted_before_it_is_made)
{
    run_sql("CREATE TABLE seen(fold INTEGER);"
            "CREATE TRIGGER once AFTER INSERT ON directories"
            " WHEN NOT EXISTS (SELECT 1 FROM seen WHERE fold = new.fold)"
            " BEGIN INSERT INTO seen VALUES(new.fold);"
            " DELETE FROM directories WHERE fold = new.fold; END");
    struct job *job = add_job("a/b.jpg", "b");
    publish(modes[_i], EXISTING_SKIP);
    ck_assert_int_eq(job->outcome.status, STATUS_DOWNLOADED);
    ck_assert(scratch_holds("out/a/b.jpg", "b"));
    ck_assert(state_has_directory(state, "a"));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("publisher_directories");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    int mode_count = (int)ARRAY_LENGTH(modes);
    tcase_add_loop_test(cases, missing_directories_are_made_and_noted_as_made, 0, mode_count);
    tcase_add_loop_test(cases, many_files_in_many_directories_all_arrive, 0, mode_count);
    tcase_add_loop_test(cases, what_is_in_the_way_of_a_directory_stays_and_fails_one_file_only, 0,
                        (int)(ARRAY_LENGTH(obstacle_cases) * ARRAY_LENGTH(policies)));
    tcase_add_loop_test(cases, only_the_last_component_is_numbered, 0, mode_count);
    tcase_add_loop_test(cases, a_directory_that_cannot_be_made_fails_its_files_only, 0,
                        (int)ARRAY_LENGTH(mkdir_cases));
    tcase_add_test(cases, on_a_full_disk_a_directory_goes_in_the_place_of_the_reserve);
    tcase_add_test(cases, nothing_is_called_downloaded_when_a_directory_does_not_sync);
    tcase_add_test(cases, many_directories_are_synced_at_once);
    tcase_add_loop_test(cases, each_changed_directory_is_synced_once, 0,
                        (int)ARRAY_LENGTH(sync_cases));
    tcase_add_loop_test(cases, after_a_kill_the_state_knows_every_directory_that_appeared, 0,
                        (int)ARRAY_LENGTH(kill_cases));
    tcase_add_loop_test(cases, a_directory_that_cannot_be_noted_is_not_made, 0, mode_count);
    tcase_add_loop_test(cases,
                        a_directory_that_was_not_noted_with_its_batch_is_noted_before_it_is_made, 0,
                        mode_count);
    Suite *suite = suite_create("publisher_directories");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
