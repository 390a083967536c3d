#include "io/state.h"

#include <sys/resource.h>

#include "state_rows.h"

/* Locks of one process on one file are dropped when any descriptor of it is closed: the second
 * handle must not open the file in any way of its own. */
static void try_to_lock_all(void)
{
    int descriptor = open(in_scratch(DATABASE), O_RDWR | O_CLOEXEC);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    EXPECT(descriptor >= 0);
    EXPECT(fcntl(descriptor, F_SETLK, &lock) < 0 && (errno == EAGAIN || errno == EACCES));
}

START_TEST(opening_a_second_handle_leaves_the_locks_of_the_first)
{
    struct state *first = open_state();
    struct state_row row = row_of(1, "a.jpg");
    put(first, &row);
    struct state *second = open_reader();
    ck_assert(scratch_child(try_to_lock_all, "a lock"));
    state_close(second);
    state_close(first);
}
END_TEST

START_TEST(the_files_are_for_their_owner_whatever_the_umask)
{
    static const mode_t masks[] = {0, 0022, 0277};
    static const char *const names[] = {DATABASE, DATABASE "-wal", DATABASE "-shm"};
    mode_t old = umask(masks[_i]);
    struct state *state = open_state();
    struct state_row row = row_of(1, "a.jpg");
    put(state, &row);
    umask(old);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct stat status;
        ck_assert_int_eq(stat(in_scratch(names[i]), &status), 0);
        ck_assert_int_eq(status.st_mode, S_IFREG | 0600);
    }
    state_close(state);
}
END_TEST

static void plant_text(const char *path)
{
    scratch_write(path, "this is not a database, but it is long enough to be looked at\n"
                        "and it goes on for more than a hundred bytes, as headers do\n");
}

static void plant_link(const char *path)
{
    plant_text("victim");
    ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch(path)), 0);
}

static void plant_dangling_link(const char *path)
{
    ck_assert_int_eq(symlink(in_scratch("nothing"), in_scratch(path)), 0);
}

static void plant_directory(const char *path)
{
    ck_assert_int_eq(mkdir(in_scratch(path), 0700), 0);
}

static void plant_fifo(const char *path)
{
    ck_assert_int_eq(mkfifo(in_scratch(path), 0600), 0);
}

static void (*const planters[])(const char *path) = {plant_link, plant_dangling_link,
                                                     plant_directory, plant_fifo, plant_text};
#define NO_FILES 4 /* the first ones: no regular file */

START_TEST(what_is_no_regular_file_is_an_error_and_stays)
{
    planters[_i](DATABASE);
    mode_t kind = scratch_kind(DATABASE);
    struct error error = {0};
    ck_assert_ptr_null(state_open(root, NULL, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, "/.haul/state.db"));
    ck_assert_int_eq(scratch_kind(DATABASE), kind);
    ck_assert_int_eq(scratch_kind("nothing"), 0);
}
END_TEST

START_TEST(opening_does_not_wait_for_a_writer)
{
    struct state *writer = open_state();
    struct state_row row = row_of(1, "a.jpg");
    struct error error = {0};
    ck_assert(state_begin(writer, &error) && state_put(writer, &row, &error));
    state_close(open_state()); /* making tables would fail here, after SQLite's patience */
    ck_assert(state_commit(writer, &error));
    state_close(writer);
}
END_TEST

START_TEST(looking_for_a_state_makes_none)
{
    struct error error;
    ck_assert_ptr_null(look(&error));
    ck_assert_int_eq(error.kind, ERROR_NONE);
    ck_assert_int_eq(scratch_kind(DATABASE), 0);
    scratch_write(DATABASE, ""); /* a run was killed just when it made it */
    ck_assert_ptr_null(look(&error));
    ck_assert_int_eq(error.kind, ERROR_NONE);
    ck_assert(scratch_holds(DATABASE, ""));
    ck_assert_int_eq(mkdir(in_scratch("bare"), 0755), 0);
    struct root *bare = root_open_read_only(in_scratch("bare"), &error);
    ck_assert_ptr_null(state_open_read_only(bare, &error));
    ck_assert_int_eq(error.kind, ERROR_NONE);
    root_close(bare);
}
END_TEST

static const char *const odd_names[] = {"plain", "a?b#c%20d", "caf\xc3\xa9 &x=y"};

START_TEST(looking_at_a_state_leaves_every_file_as_it_is)
{
    struct error error = {0};
    struct root *odd = root_open(in_scratch(odd_names[_i]), &error);
    struct state *state = state_open(odd, NULL, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    struct state_row row = row_of(1, "a.jpg");
    put(state, &row);
    state_close(state);
    root_close(odd);
    char path[100];
    snprintf(path, sizeof(path), "%s/.haul/state.db", odd_names[_i]);
    struct stat before, after;
    ck_assert_int_eq(stat(in_scratch(path), &before), 0);

    odd = root_open_read_only(in_scratch(odd_names[_i]), &error);
    state = state_open_read_only(odd, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    struct state_row found;
    ck_assert(state_find(state, key_of_number(1), &found));
    ck_assert_str_eq(found.name, "a.jpg");
    ck_assert(!state_is_empty(state));
    ck_assert(state_name_is_taken(state, "A.jpg", key_of_number(2)));
    ck_assert(!state_has_directory(state, "a"));
    ck_assert(!state_begin(state, &error) || !state_put(state, &row, &error));
    state_close(state);
    root_close(odd);
    ck_assert_int_eq(stat(in_scratch(path), &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    snprintf(path, sizeof(path), "%s/.haul/state.db-shm", odd_names[_i]);
    ck_assert_int_eq(scratch_kind(path), 0);
    snprintf(path, sizeof(path), "%s/.haul/state.db-wal", odd_names[_i]);
    ck_assert_int_eq(scratch_kind(path), 0);
}
END_TEST

static void put_and_die(void)
{
    struct error error = {0};
    struct state *state = state_open(root, NULL, &error);
    struct state_row row = row_of(1, "a.jpg");
    EXPECT(state != NULL && state_begin(state, &error) && state_put(state, &row, &error) &&
           state_commit(state, &error));
    raise(SIGKILL); /* the row is in the log alone */
}

START_TEST(looking_sees_what_a_killed_run_left_in_its_log)
{
    struct child child = child_run(put_and_die);
    ck_assert_msg(WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGKILL, "%s", child.text);
    struct stat before, after;
    ck_assert_int_eq(stat(in_scratch(DATABASE "-wal"), &before), 0);
    ck_assert_int_gt(before.st_size, 0);
    struct error error;
    struct state *state = look(&error);
    ck_assert_msg(state != NULL, "%s", error.text);
    struct state_row found;
    ck_assert(state_find(state, key_of_number(1), &found));
    state_close(state);
    ck_assert_int_eq(stat(in_scratch(DATABASE "-wal"), &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
}
END_TEST

START_TEST(looking_at_what_is_no_database_is_an_error)
{
    planters[_i](DATABASE);
    mode_t kind = scratch_kind(DATABASE);
    struct error error;
    ck_assert_ptr_null(look(&error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, "/.haul/state.db"));
    ck_assert_int_eq(scratch_kind(DATABASE), kind);
    ck_assert_int_eq(scratch_kind("nothing"), 0);
}
END_TEST

/* Puts rows in small transactions until one fails. */
static bool fill(struct state *state, struct error *error)
{
    static char url[60000];
    memset(url, 'u', sizeof(url) - 1);
    for (uint64_t i = 0; i < 1000; i++) {
        struct state_row row = row_of(i, "a.jpg");
        row.url = url;
        if (!state_begin(state, error) || !state_put(state, &row, error) ||
            !state_commit(state, error))
            return false;
    }
    return true;
}

static void on_a_small_disk(void)
{
    scratch_mount("size=3m");
    struct error error = {0};
    struct root *small = root_open(in_scratch("small"), &error);
    struct state *state = small == NULL ? NULL : state_open(small, NULL, &error);
    EXPECT(state != NULL);
    EXPECT(!fill(state, &error));
    EXPECT(error.kind == ERROR_LOCAL && strstr(error.text, "full") != NULL);
    EXPECT(state_failure(state) == ENOSPC);
    struct state_row found;
    EXPECT(state_find(state, key_of_number(0), &found)); /* what was committed is there */
    root_free_reserve(small);
    struct state_row row = row_of(5000, "b.jpg");
    EXPECT(state_begin(state, &error) && state_put(state, &row, &error) &&
           state_commit(state, &error));
    state_close(state);
    root_close(small);
}

START_TEST(a_full_disk_is_an_error_and_the_state_goes_on_when_there_is_room)
{
    scratch_child(on_a_small_disk, "a full disk");
}
END_TEST

static void beyond_a_limit(void)
{
    signal(SIGXFSZ, SIG_IGN);
    struct error error = {0};
    struct state *state = state_open(root, NULL, &error);
    EXPECT(state != NULL && state_sync_commits(state, &error));
    struct rlimit limit = {400000, 400000};
    EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    EXPECT(!fill(state, &error));
    EXPECT(error.kind == ERROR_LOCAL && state_failure(state) != 0);
    state_close(state);
}

START_TEST(a_write_that_fails_is_an_error_and_leaves_a_state_that_works)
{
    scratch_child(beyond_a_limit, "a limit on the size of files");
    struct state *state = open_state();
    struct state_row found;
    ck_assert(state_find(state, key_of_number(0), &found));
    ck_assert(!state_find(state, key_of_number(999), &found));
    struct state_row row = row_of(999, "b.jpg");
    put(state, &row);
    state_close(state);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("state_file");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_test(cases, opening_a_second_handle_leaves_the_locks_of_the_first);
    tcase_add_loop_test(cases, the_files_are_for_their_owner_whatever_the_umask, 0, 3);
    tcase_add_loop_test(cases, what_is_no_regular_file_is_an_error_and_stays, 0, NO_FILES);
    tcase_add_test(cases, opening_does_not_wait_for_a_writer);
    tcase_add_test(cases, looking_for_a_state_makes_none);
    tcase_add_loop_test(cases, looking_at_a_state_leaves_every_file_as_it_is, 0,
                        (int)ARRAY_LENGTH(odd_names));
    tcase_add_test(cases, looking_sees_what_a_killed_run_left_in_its_log);
    tcase_add_loop_test(cases, looking_at_what_is_no_database_is_an_error, 0,
                        (int)ARRAY_LENGTH(planters));
    tcase_add_test(cases, a_full_disk_is_an_error_and_the_state_goes_on_when_there_is_room);
    tcase_add_test(cases, a_write_that_fails_is_an_error_and_leaves_a_state_that_works);
    Suite *suite = suite_create("state_file");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
