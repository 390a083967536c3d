#include "io/state.h"

#include "state_rows.h"

/* What earlier versions of haul made. */
#define SCHEMA_1(columns)                                                                          \
    "PRAGMA journal_mode = WAL; BEGIN;"                                                            \
    "CREATE TABLE downloads(key_high INTEGER NOT NULL, key_low INTEGER NOT NULL,"                  \
    " stem INTEGER NOT NULL, fold INTEGER NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL,"        \
    " size INTEGER NOT NULL, modified INTEGER, etag TEXT, last_modified INTEGER, type TEXT,"       \
    " downloaded INTEGER NOT NULL" columns ");"                                                    \
    "CREATE INDEX downloads_key ON downloads(key_high);"                                           \
    "CREATE INDEX downloads_stem ON downloads(stem, fold);"                                        \
    "PRAGMA application_id = 0x6861756c; PRAGMA user_version = 1;"                                 \
    "INSERT INTO downloads(key_high, key_low, stem, fold, url, name, size, etag, last_modified,"   \
    " type, downloaded) VALUES(7, -8, 1, 2, 'http://a/b', 'a.jpg', 42, '\"e\"', 99,"               \
    " 'image/jpeg', 1795176000000000);"
#define DIRECTORIES "CREATE TABLE directories(fold INTEGER PRIMARY KEY, path TEXT NOT NULL);"

static const struct {
    const char *sql;
    int64_t checks; /* of the row */
    bool is_current;
} schema_cases[] = {
    {SCHEMA_1("") "COMMIT", 0, false},
    {SCHEMA_1("") DIRECTORIES "COMMIT", 0, false},
    {SCHEMA_1(", checks INTEGER") DIRECTORIES "COMMIT", 0, false},
    {SCHEMA_1(", checks INTEGER") DIRECTORIES "UPDATE downloads SET checks = 5; COMMIT", 5, false},
    {NULL, 5, true},
};

static const struct key old_key = {.high = 7, .low = UINT64_MAX - 7};

static void make(int number)
{
    if (!schema_cases[number].is_current) {
        run_sql(schema_cases[number].sql);
        return;
    }
    struct state *state = open_state();
    struct state_row row = row_of(0, "a.jpg");
    row.key = old_key;
    row.url = "http://a/b";
    row.size = 42;
    row.etag = "\"e\"";
    row.last_modified = 99;
    row.type = "image/jpeg";
    row.checks = 5;
    put(state, &row);
    state_close(state);
}

static void check_old_row(struct state *state, int number)
{
    struct state_row found;
    ck_assert(state_find(state, old_key, &found));
    ck_assert_str_eq(found.url, "http://a/b");
    ck_assert_str_eq(found.name, "a.jpg");
    ck_assert_int_eq(found.size, 42);
    ck_assert_int_eq(found.modified_ns, 0);
    ck_assert_str_eq(found.etag, "\"e\"");
    ck_assert_int_eq(found.last_modified, 99);
    ck_assert_str_eq(found.type, "image/jpeg");
    ck_assert_ptr_null(found.sha256);
    ck_assert_int_eq(found.width, 0);
    ck_assert_int_eq(found.height, 0);
    ck_assert_int_eq(found.downloaded_us, 1795176000000000);
    ck_assert_int_eq(found.checks, schema_cases[number].checks);
}

START_TEST(an_older_state_is_brought_up_to_date_where_it_is)
{
    make(_i);
    for (int time = 0; time < 2; time++) {
        struct state *state = open_state();
        check_old_row(state, _i);
        struct state_row row = row_of(1, "b.jpg");
        row.modified_ns = 5;
        row.sha256 = "ab";
        row.width = 3;
        row.height = 4;
        put(state, &row);
        struct error error = {0};
        ck_assert(state_begin(state, &error) && state_put_directory(state, "d", &error) &&
                  state_commit(state, &error));
        struct state *reader = open_reader();
        struct state_row found;
        ck_assert(state_find(reader, key_of_number(1), &found));
        ck_assert_int_eq(found.modified_ns, 5);
        ck_assert_str_eq(found.sha256, "ab");
        ck_assert_int_eq(found.width, 3);
        ck_assert_int_eq(found.height, 4);
        ck_assert(state_has_directory(reader, "d"));
        state_close(reader);
        state_close(state);
    }
}
END_TEST

START_TEST(looking_at_a_state_of_any_schema_leaves_it_as_it_is)
{
    make(_i);
    struct stat before, after;
    struct error error;
    ck_assert_int_eq(stat(in_scratch(DATABASE), &before), 0);
    struct state *state = look(&error);
    ck_assert_msg(state != NULL, "%s", error.text);
    check_old_row(state, _i);
    ck_assert(!state_has_directory(state, "a"));
    ck_assert(!state_path_is_taken(state, "x", key_of_number(1)));
    ck_assert(!state_is_empty(state) || _i == 0); /* without the table, nobody knows */
    state_close(state);
    ck_assert_int_eq(stat(in_scratch(DATABASE), &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_int_eq(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
    ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    ck_assert_int_eq(scratch_kind(DATABASE "-wal"), 0);
}
END_TEST

START_TEST(an_index_that_somebody_dropped_comes_back)
{
    make(4);
    run_sql("DROP INDEX downloads_key; DROP INDEX downloads_stem");
    state_close(open_state());
    /* Fails when there is none. */
    run_sql("SELECT * FROM downloads INDEXED BY downloads_key WHERE key_high = 1;"
            "SELECT * FROM downloads INDEXED BY downloads_stem WHERE stem = 1");
}
END_TEST

static void upgrade_on_a_full_disk(void)
{
    scratch_mount("size=2m");
    struct error error = {0};
    struct root *small = root_open(in_scratch("out"), &error);
    EXPECT(small != NULL);
    run_sql(schema_cases[0].sql);
    root_free_reserve(small);
    int filler = open(in_scratch("filler"), O_WRONLY | O_CREAT, 0600);
    static const char zeros[4096];
    while (write(filler, zeros, sizeof(zeros)) > 0)
        ;
    struct state_set_aside aside;
    EXPECT(state_open(small, &aside, &error) == NULL);
    EXPECT(error.kind == ERROR_LOCAL && strstr(error.text, "state.db") != NULL);
    EXPECT(!aside.happened);
    EXPECT(unlink(in_scratch("filler")) == 0 && close(filler) == 0);
    error = (struct error){0};
    struct state *state = state_open(small, &aside, &error);
    EXPECT(state != NULL && !aside.happened);
    struct state_row found;
    EXPECT(state_find(state, old_key, &found));
    state_close(state);
    root_close(small);
}

START_TEST(an_upgrade_that_finds_the_disk_full_changes_nothing)
{
    scratch_child(upgrade_on_a_full_disk, "a full disk");
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("state_schema");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_loop_test(cases, an_older_state_is_brought_up_to_date_where_it_is, 0,
                        (int)ARRAY_LENGTH(schema_cases));
    tcase_add_loop_test(cases, looking_at_a_state_of_any_schema_leaves_it_as_it_is, 0,
                        (int)ARRAY_LENGTH(schema_cases));
    tcase_add_test(cases, an_index_that_somebody_dropped_comes_back);
    tcase_add_test(cases, an_upgrade_that_finds_the_disk_full_changes_nothing);
    Suite *suite = suite_create("state_schema");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
