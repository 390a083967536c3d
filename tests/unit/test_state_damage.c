#include "io/state.h"

#include <dirent.h>
#include <grp.h>
#include <time.h>

#include "state_rows.h"

#define ROWS 400
#define PAGE 4096
#define MARK DATABASE "-damaged"

/* A state with rows, all of them in the database itself. */
static void make_state(unsigned rows)
{
    struct state *state = open_state();
    put_many(state, rows);
    state_close(state);
    ck_assert_int_eq(scratch_kind(DATABASE "-wal"), 0);
}

static off_t size_of(const char *name)
{
    struct stat status;
    ck_assert_int_eq(stat(in_scratch(name), &status), 0);
    return status.st_size;
}

static void overwrite(off_t offset, const void *bytes, size_t length)
{
    int descriptor = open(in_scratch(DATABASE), O_WRONLY);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(pwrite(descriptor, bytes, length, offset), (ssize_t)length);
    ck_assert_int_eq(close(descriptor), 0);
}

static void overwrite_page(off_t page, int byte)
{
    char bytes[PAGE];
    memset(bytes, byte, sizeof(bytes));
    overwrite(page * PAGE, bytes, sizeof(bytes));
}

static void cut_in_half(void)
{
    ck_assert_int_eq(truncate(in_scratch(DATABASE), size_of(DATABASE) / PAGE / 2 * PAGE), 0);
}

static void cut_within_a_page(void)
{
    ck_assert_int_eq(truncate(in_scratch(DATABASE), size_of(DATABASE) - 1000), 0);
}

static void cut_to_little(void)
{
    ck_assert_int_eq(truncate(in_scratch(DATABASE), 60), 0);
}

static void cut_to_the_first_page(void)
{
    ck_assert_int_eq(truncate(in_scratch(DATABASE), PAGE), 0);
}

static void write_text(void)
{
    scratch_write(DATABASE, "this is not a database, but it is long enough to be looked at\n"
                            "and it goes on for more than a hundred bytes, as headers do\n");
}

static void zero_the_first_page(void)
{
    overwrite_page(0, 0);
}

static void zero_a_page(void)
{
    overwrite_page(size_of(DATABASE) / PAGE / 2, 0);
}

static void fill_the_last_page(void)
{
    overwrite_page(size_of(DATABASE) / PAGE - 1, 0x5A);
}

static void write_noise(void)
{
    char noise[3 * PAGE];
    uint32_t random = 12345;
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (char)((random = random * 1664525 + 1013904223) >> 24);
    overwrite(2 * PAGE, noise, sizeof(noise));
}

static void ask_for_a_newer_sqlite(void)
{
    overwrite(18, "\x09", 1); /* file format write version */
}

static void be_of_another_program(void)
{
    ck_assert_int_eq(unlink(in_scratch(DATABASE)), 0);
    run_sql("CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url TEXT);"
            "INSERT INTO moz_places(url) VALUES('http://example.org/')");
}

static void leave_a_mark(void)
{
    scratch_write(MARK, "");
}

static void lose_the_database(void)
{
    ck_assert_int_eq(rename(in_scratch(DATABASE), in_scratch(DATABASE "-wal")), 0);
}

static const struct {
    void (*damage)(void); /* or */
    const char *sql;
    const char *reason;
    bool can_be_looked_at;
} damage_cases[] = {
    {cut_in_half, NULL, "it is damaged: ", false},
    {cut_within_a_page, NULL, "it is damaged: ", false},
    {cut_to_little, NULL, "it is damaged: ", false},
    {cut_to_the_first_page, NULL, "it is damaged: ", false},
    {write_text, NULL, "not a database", false},
    {zero_the_first_page, NULL, "not a database", false},
    {zero_a_page, NULL, "it is damaged: ", false},
    {fill_the_last_page, NULL, "it is damaged: ", false},
    {write_noise, NULL, "it is damaged: ", false},
    {ask_for_a_newer_sqlite, NULL, "newer SQLite", true},
    {be_of_another_program, NULL, "another program", false},
    {leave_a_mark, NULL, "an earlier run could not read it", true},
    {lose_the_database, NULL, "its log is there without it", true},
    {NULL, "PRAGMA user_version = 3", "it has schema number 3, this program knows only 2", false},
    {NULL, "PRAGMA user_version = -1", "it has schema number -1", false},
    {NULL, "PRAGMA application_id = 252006674", "another program", false},
    {NULL, "PRAGMA application_id = 0", "another program", false},
    {NULL, "PRAGMA user_version = 0", "another program", false},
    {NULL, "DROP TABLE downloads", "its table is missing", false},
    {NULL, "ALTER TABLE downloads RENAME COLUMN size TO bytes", "size", false},
    {NULL, "ALTER TABLE directories RENAME COLUMN path TO way", "path", true},
    {NULL, "ALTER TABLE downloads RENAME TO d; CREATE VIEW downloads AS SELECT * FROM d",
     "its table is missing", false},
    {NULL, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE (('",
     "it is damaged: malformed database schema", false},
};

/* All bytes of a file; *out_length may be NULL. */
static char *read_all(const char *name, size_t *out_length)
{
    size_t length = (size_t)size_of(name);
    char *bytes = malloc(length + 1);
    FILE *file = fopen(in_scratch(name), "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fread(bytes, 1, length, file), length);
    fclose(file);
    *out_length = length;
    return bytes;
}

static void check_set_aside(const struct state_set_aside *aside, const char *suffix,
                            const char *bytes, size_t length)
{
    char path[200];
    snprintf(path, sizeof(path), "out/.haul/%s%s", aside->name, suffix);
    size_t kept_length;
    char *kept = read_all(path, &kept_length);
    ck_assert_uint_eq(kept_length, length);
    ck_assert_int_eq(memcmp(kept, bytes, length), 0);
    free(kept);
}

START_TEST(what_is_not_to_be_trusted_is_set_aside_as_it_is)
{
    make_state(ROWS);
    if (damage_cases[_i].damage != NULL)
        damage_cases[_i].damage();
    else
        run_sql(damage_cases[_i].sql);
    bool is_lone_log = scratch_kind(DATABASE) == 0;
    size_t length;
    char *bytes = read_all(is_lone_log ? DATABASE "-wal" : DATABASE, &length);

    struct state_set_aside aside = {0};
    struct error error = {0};
    struct state *state = state_open(root, &aside, &error);
    ck_assert_msg(state != NULL && error.kind == ERROR_NONE, "%s", error.text);
    ck_assert(aside.happened);
    ck_assert_msg(strstr(aside.reason, damage_cases[_i].reason) != NULL, "%s", aside.reason);
    ck_assert_msg(strncmp(aside.name, "state.db.set-aside-2", 20) == 0, "%s", aside.name);
    check_set_aside(&aside, is_lone_log ? "-wal" : "", bytes, length);
    free(bytes);
    ck_assert(state_is_empty(state));
    put_many(state, 3);
    state_close(state);

    state = open_state(); /* which has nothing to set aside */
    struct state_row found;
    ck_assert(state_find(state, key_of_number(2), &found));
    state_close(state);
    ck_assert_int_eq(scratch_kind(MARK), 0);
}
END_TEST

START_TEST(looking_at_what_is_not_to_be_trusted_is_an_error_and_changes_nothing)
{
    make_state(ROWS);
    if (damage_cases[_i].damage != NULL)
        damage_cases[_i].damage();
    else
        run_sql(damage_cases[_i].sql);
    if (damage_cases[_i].can_be_looked_at)
        return;
    size_t length, length_after;
    char *before = read_all(DATABASE, &length);
    struct error error;
    ck_assert_ptr_null(look(&error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_msg(strstr(error.text, "/.haul/state.db: ") != NULL, "%s", error.text);
    ck_assert_ptr_null(strstr(error.text, "next run"));
    char *after = read_all(DATABASE, &length_after);
    ck_assert_uint_eq(length_after, length);
    ck_assert_int_eq(memcmp(before, after, length), 0);
    free(before);
    free(after);
}
END_TEST

static unsigned count_entries(void)
{
    unsigned count = 0;
    DIR *stream = opendir(in_scratch("out/.haul"));
    ck_assert_ptr_nonnull(stream);
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        count += strncmp(entry->d_name, "state.db", 8) == 0;
    closedir(stream);
    return count;
}

START_TEST(states_that_are_set_aside_in_one_second_replace_nothing)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char planted[100];
    for (time_t now = time(NULL), later = 0; later < 30; later++) {
        char text[32];
        time_t moment = now + later;
        strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", gmtime(&moment));
        snprintf(planted, sizeof(planted), DATABASE ".set-aside-%s%s", text, suffixes[_i]);
        scratch_write(planted, "earlier");
    }
    unsigned before = count_entries();
    for (unsigned number = 2; number < 5; number++) {
        write_text();
        struct state_set_aside aside;
        struct error error = {0};
        struct state *state = state_open(root, &aside, &error);
        ck_assert_msg(state != NULL, "%s", error.text);
        state_close(state);
        /* A second may have gone by: the number begins anew then. */
        const char *dash = strrchr(aside.name, 'Z');
        ck_assert_msg(dash != NULL && dash[1] == '-' && atoi(dash + 2) >= 2 &&
                          atoi(dash + 2) <= (int)number,
                      "%s", aside.name);
    }
    /* Three more, the one in use, and the word that records are to be read. */
    ck_assert_uint_eq(count_entries(), before + 3 + 2);
    ck_assert(scratch_holds(planted, "earlier"));
}
END_TEST

static void put_and_die(void)
{
    struct error error = {0};
    struct state *state = state_open(root, NULL, &error);
    EXPECT(state != NULL && state_begin(state, &error));
    for (unsigned i = 0; i < ROWS; i++) {
        struct state_row row = row_of(i, "a.jpg");
        EXPECT(state_put(state, &row, &error));
    }
    EXPECT(state_commit(state, &error));
    raise(SIGKILL);
}

START_TEST(the_log_of_a_killed_run_is_no_damage)
{
    struct child child = child_run(put_and_die);
    ck_assert_msg(WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGKILL, "%s", child.text);
    ck_assert_int_gt(size_of(DATABASE "-wal"), 0);
    if (_i == 1) { /* a write of it was cut */
        ck_assert_int_eq(truncate(in_scratch(DATABASE "-wal"), size_of(DATABASE "-wal") - 100), 0);
    }
    struct state *state = open_state();
    struct state_row found;
    ck_assert_int_eq(state_find(state, key_of_number(ROWS - 1), &found), _i == 0);
    put_many(state, 1);
    state_close(state);
}
END_TEST

START_TEST(the_log_goes_aside_with_its_database)
{
    struct child child = child_run(put_and_die);
    ck_assert_msg(WIFSIGNALED(child.status), "%s", child.text);
    size_t length;
    char *log = read_all(DATABASE "-wal", &length);
    leave_a_mark();
    struct state_set_aside aside;
    struct error error = {0};
    struct state *state = state_open(root, &aside, &error);
    ck_assert_msg(state != NULL && aside.happened, "%s", error.text);
    ck_assert(state_is_empty(state));
    check_set_aside(&aside, "-wal", log, length);
    free(log);
    state_close(state);
}
END_TEST

/* Of the machine: what it says to SQLite from now on, in a child. */
static ssize_t fail_to_read(int descriptor, void *bytes, size_t length, off_t offset)
{
    if (offset < 2 * (off_t)PAGE)
        return pread(descriptor, bytes, length, offset);
    errno = EIO;
    return -1;
}

static void expect_error_of_the_machine(const char *text)
{
    struct state_set_aside aside;
    struct error error = {0};
    EXPECT(state_open(root, &aside, &error) == NULL);
    EXPECT(error.kind == ERROR_LOCAL);
    if (strstr(error.text, text) == NULL)
        dprintf(STDERR_FILENO, "%s\n", error.text);
    EXPECT(strstr(error.text, text) != NULL);
    EXPECT(!aside.happened);
}

static void with_a_disk_that_fails(void)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    system->xSetSystemCall(system, "pread", (sqlite3_syscall_ptr)fail_to_read);
    system->xSetSystemCall(system, "pread64", (sqlite3_syscall_ptr)fail_to_read);
    expect_error_of_the_machine("cannot ");
}

/* May look at the directory still, and at nothing in it. */
static void as_somebody_else(void)
{
    if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
        _exit(SCRATCH_SKIPPED);
    expect_error_of_the_machine("state.db");
}

static void with_a_file_that_is_not_ours(void)
{
    EXPECT(chmod(scratch, 0777) == 0 && chmod(in_scratch("out"), 0777) == 0);
    EXPECT(chmod(in_scratch("out/.haul"), 0777) == 0 && chmod(in_scratch(DATABASE), 0444) == 0);
    if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
        _exit(SCRATCH_SKIPPED);
    expect_error_of_the_machine("cannot open");
}

static void (*const machines[])(void) = {with_a_disk_that_fails, as_somebody_else,
                                         with_a_file_that_is_not_ours};

START_TEST(what_the_machine_refuses_is_no_damage)
{
    make_state(ROWS);
    off_t size = size_of(DATABASE);
    scratch_child(machines[_i], "what the machine refuses");
    ck_assert_int_eq(size_of(DATABASE), size);
    ck_assert_int_eq(scratch_kind(MARK), 0);
    struct state *state = open_state();
    struct state_row found;
    ck_assert(state_find(state, key_of_number(ROWS - 1), &found));
    state_close(state);
}
END_TEST

/* By another program, so that no lock of this one is dropped. */
static void overwrite_all_but_the_first_page(void)
{
    for (off_t page = 1, pages = size_of(DATABASE) / PAGE; page < pages; page++)
        overwrite_page(page, 0x33);
    _exit(0);
}

START_TEST(damage_that_comes_during_the_run_ends_with_it)
{
    enum { MANY = 20000 };
    make_state(MANY);
    size_t length;
    char *good = read_all(DATABASE, &length);
    struct state *state = open_state();
    struct state *reader = open_reader();
    struct child child = child_run(overwrite_all_but_the_first_page);
    ck_assert_msg(WIFEXITED(child.status) && WEXITSTATUS(child.status) == 0, "%s", child.text);

    unsigned found_rows = 0;
    struct state_row found;
    for (unsigned i = 0; i < MANY; i += 7)
        found_rows += state_find(_i == 0 ? reader : state, key_of_number(i), &found);
    ck_assert_uint_lt(found_rows, MANY / 7);
    ck_assert_int_eq(scratch_kind(MARK), S_IFREG);
    struct error error = {0};
    ck_assert(state_begin(state, &error));
    bool is_put = true;
    for (unsigned i = 0; i < MANY && is_put; i += 7) {
        struct state_row row = row_of(i, "x.jpg");
        is_put = state_put(state, &row, &error);
    }
    ck_assert(!is_put);
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_msg(strstr(error.text, "damaged") != NULL &&
                      strstr(error.text, "the next run sets it aside") != NULL,
                  "%s", error.text);
    state_close(reader);
    state_close(state);

    if (_i == 1) { /* as if quick_check saw nothing */
        overwrite(0, good, length);
        ck_assert_int_eq(truncate(in_scratch(DATABASE), (off_t)length), 0);
    }
    free(good);
    struct state_set_aside aside;
    error = (struct error){0};
    state = state_open(root, &aside, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    ck_assert(aside.happened);
    ck_assert(state_is_empty(state));
    state_close(state);
    state_close(open_state());
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("state_damage");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_loop_test(cases, what_is_not_to_be_trusted_is_set_aside_as_it_is, 0,
                        (int)ARRAY_LENGTH(damage_cases));
    tcase_add_loop_test(cases, looking_at_what_is_not_to_be_trusted_is_an_error_and_changes_nothing,
                        0, (int)ARRAY_LENGTH(damage_cases));
    tcase_add_loop_test(cases, states_that_are_set_aside_in_one_second_replace_nothing, 0, 3);
    tcase_add_loop_test(cases, the_log_of_a_killed_run_is_no_damage, 0, 2);
    tcase_add_test(cases, the_log_goes_aside_with_its_database);
    tcase_add_loop_test(cases, what_the_machine_refuses_is_no_damage, 0,
                        (int)ARRAY_LENGTH(machines));
    tcase_add_loop_test(cases, damage_that_comes_during_the_run_ends_with_it, 0, 2);
    Suite *suite = suite_create("state_damage");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
