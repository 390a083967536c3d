#include "io/state.h"

#include "state_rows.h"

START_TEST(a_row_comes_back_as_it_was_put)
{
    struct state *state = open_state();
    ck_assert(state_is_empty(state));
    struct state_row row = row_of(1, "b.jpg");
    put(state, &row);
    struct state_row full = row_of(2, "c.jpg");
    full.modified_ns = 1795176000123456789;
    full.last_modified = -86400;
    full.etag = "\"\xff\x80 odd\"";
    full.type = "image/jpeg";
    full.sha256 = "0123456789abcdef";
    full.width = 6000;
    full.height = 4000;
    full.checks = INT64_MIN;
    put(state, &full);
    state_close(state);

    state = open_state();
    ck_assert(!state_is_empty(state));
    struct state_row found;
    ck_assert(state_find(state, key_of_number(1), &found));
    ck_assert_str_eq(found.url, row.url);
    ck_assert_str_eq(found.name, "b.jpg");
    ck_assert_int_eq(found.size, row.size);
    ck_assert_int_eq(found.modified_ns, 0);
    ck_assert_int_eq(found.last_modified, -1);
    ck_assert_ptr_null(found.etag);
    ck_assert_ptr_null(found.type);
    ck_assert_ptr_null(found.sha256);
    ck_assert_int_eq(found.width, 0);
    ck_assert_int_eq(found.height, 0);
    ck_assert_int_eq(found.checks, 0);
    ck_assert_int_eq(found.downloaded_us, row.downloaded_us);
    ck_assert(found.key.high == row.key.high && found.key.low == row.key.low);
    ck_assert(state_find(state, key_of_number(2), &found));
    ck_assert_int_eq(found.modified_ns, full.modified_ns);
    ck_assert_int_eq(found.last_modified, -86400);
    ck_assert_str_eq(found.etag, full.etag);
    ck_assert_str_eq(found.type, "image/jpeg");
    ck_assert_str_eq(found.sha256, full.sha256);
    ck_assert_int_eq(found.width, 6000);
    ck_assert_int_eq(found.height, 4000);
    ck_assert_int_eq(found.checks, INT64_MIN);
    struct key same_high = {.high = row.key.high, .low = 5};
    ck_assert(!state_find(state, same_high, &found));
    state_close(state);
    state_close(NULL);
}
END_TEST

START_TEST(a_put_replaces_the_row_of_its_url_only)
{
    struct state *state = open_state();
    struct state_row first = row_of(1, "a.jpg");
    struct state_row other = row_of(1, "other.jpg");
    other.key.low = 77; /* the same upper half */
    put(state, &first);
    put(state, &other);
    first.name = "b.jpg";
    first.etag = "\"new\"";
    put(state, &first);
    struct state_row found;
    ck_assert(state_find(state, first.key, &found));
    ck_assert_str_eq(found.name, "b.jpg");
    ck_assert_str_eq(found.etag, "\"new\"");
    ck_assert(state_find(state, other.key, &found));
    ck_assert_str_eq(found.name, "other.jpg");
    ck_assert(!state_name_is_taken(state, "a.jpg", key_of_number(9)));
    ck_assert(state_name_is_taken(state, "b.jpg", key_of_number(9)));

    struct error error = {0};
    ck_assert(state_begin(state, &error));
    ck_assert(state_remove(state, first.key, &error));
    ck_assert(state_remove(state, key_of_number(500), &error));
    ck_assert(state_commit(state, &error));
    ck_assert(!state_find(state, first.key, &found));
    ck_assert(state_find(state, other.key, &found));
    state_close(state);
}
END_TEST

/* In the order of the rows, against it, with rows missing, twice the same, and with strangers in
 * between: the row that lies beside the last one is only a guess. */
START_TEST(a_row_that_was_added_is_a_row_like_others)
{
    struct error error = {0};
    struct state *state = open_state();
    struct state_row row = row_of(1, "a.jpg");
    struct state_row found;
    ck_assert(state_begin(state, &error) && state_add(state, &row, &error) &&
              state_commit(state, &error));
    ck_assert(state_find(state, row.key, &found));
    ck_assert_str_eq(found.name, "a.jpg");
    row.name = "b.jpg";
    put(state, &row);
    ck_assert(state_find(state, row.key, &found));
    ck_assert_str_eq(found.name, "b.jpg");
    ck_assert(!state_name_is_taken(state, "a.jpg", key_of_number(9)));
    ck_assert(state_add(NULL, &row, &error));
    state_close(state);
}
END_TEST

START_TEST(rows_are_found_in_whatever_order_they_are_asked_for)
{
    enum { ROWS = 50 };
    static const unsigned steps[] = {1, ROWS - 1, 2, 7, 0};
    struct state *state = open_state();
    struct error error = {0};
    put_many(state, ROWS);
    ck_assert(state_begin(state, &error) && state_remove(state, key_of_number(20), &error) &&
              state_commit(state, &error));
    struct state *reader = open_reader();
    unsigned number = 0;
    for (unsigned i = 0; i < 4 * ROWS; i++, number = (number + steps[_i]) % ROWS) {
        struct state_row found;
        char name[32];
        snprintf(name, sizeof(name), "f%u.jpg", number);
        ck_assert_int_eq(state_find(reader, key_of_number(number), &found), number != 20);
        ck_assert_msg(number == 20 || strcmp(found.name, name) == 0, "%s %s", found.name, name);
        if (i % 3 == 0)
            ck_assert(!state_find(reader, key_of_number(1000 + i), &found));
    }
    state_close(reader);
    state_close(state);
}
END_TEST

static const struct {
    const char *existing;
    const char *wanted;
    bool is_taken;
} name_cases[] = {
    {"a.jpg", "a.jpg", true},
    {"a.jpg", "A.JPG", true},
    {"a.jpg", "a.png", false},
    {"a.jpg", "b.jpg", false},
    {"a.jpg", "a", true},
    {"a", "a.jpg", true},
    {"a", "A", true},
    {"a", "ab.jpg", false},
    {"a.tar.gz", "a", true},
    {"stra\xc3\x9f\x65.png", "STRASSE.png", true},
    {"e\xcc\x81.png", "\xc3\xa9.png", true},
};

START_TEST(a_name_of_another_url_is_taken_as_in_the_name_table)
{
    struct state *state = open_state();
    struct state_row row = row_of(1, name_cases[_i].existing);
    put(state, &row);
    ck_assert_msg(state_name_is_taken(state, name_cases[_i].wanted, key_of_number(2)) ==
                      name_cases[_i].is_taken,
                  "%s %s", name_cases[_i].existing, name_cases[_i].wanted);
    ck_assert(!state_name_is_taken(state, name_cases[_i].wanted, row.key)); /* its own */
    state_close(state);
}
END_TEST

static const struct {
    const char *existing;
    const char *wanted;
    bool is_taken;
} path_cases[] = {
    {"a/b.jpg", "a/b.jpg", true},        {"a/b.jpg", "A/B.JPG", true},
    {"a/b.jpg", "a/b", false},           {"a/b", "a/b.jpg", false},
    {"a/b.jpg", "a/b.png", false},       {"a/b.jpg", "b.jpg", false},
    {"a/b.jpg", "c/b.jpg", false},       {"a.d/b", "a.d/b", true},
    {"\xc3\x89/a", "e\xcc\x81/A", true}, {"a", "a", true},
};

START_TEST(a_path_is_taken_only_by_the_same_path_of_another_url)
{
    struct state *state = open_state();
    struct state_row row = row_of(1, path_cases[_i].existing);
    put(state, &row);
    ck_assert_msg(state_path_is_taken(state, path_cases[_i].wanted, key_of_number(2)) ==
                      path_cases[_i].is_taken,
                  "%s %s", path_cases[_i].existing, path_cases[_i].wanted);
    ck_assert(!state_path_is_taken(state, path_cases[_i].wanted, row.key));
    state_close(state);
}
END_TEST

START_TEST(directories_that_haul_made_are_known_in_any_case)
{
    struct state *state = open_state();
    struct state *reader = open_reader();
    struct error error = {0};
    ck_assert(!state_has_directory(reader, "Photos"));
    ck_assert(state_begin(state, &error) && state_put_directory(state, "Photos", &error) &&
              state_put_directory(state, "Photos/\xc3\x89t\xc3\xa9", &error) &&
              state_put_directory(state, "photos", &error)); /* the same: no error, no row */
    ck_assert(!state_has_directory(reader, "Photos"));
    ck_assert(state_commit(state, &error));
    ck_assert(state_has_directory(reader, "Photos") && state_has_directory(reader, "pHOTOS"));
    ck_assert(state_has_directory(reader, "photos/e\xcc\x81te\xcc\x81"));
    ck_assert(!state_has_directory(reader, "Photos/"));
    ck_assert(!state_has_directory(reader, "Phot"));
    ck_assert(!state_has_directory(reader, ""));
    ck_assert(!state_is_empty(reader));
    ck_assert(!state_name_is_taken(reader, "photos", key_of_number(1))); /* that is of files */
    state_close(reader);
    state_close(state);
}
END_TEST

START_TEST(what_was_not_committed_is_not_there)
{
    struct state *writer = open_state();
    struct state *reader = open_reader();
    struct state_row row = row_of(1, "a.jpg");
    struct state_row found;
    struct error error = {0};
    ck_assert(state_begin(writer, &error));
    ck_assert(state_put(writer, &row, &error));
    ck_assert(state_find(writer, row.key, &found));
    ck_assert(!state_find(reader, row.key, &found));
    ck_assert(state_is_empty(reader));
    state_close(writer); /* rolls back */
    ck_assert(!state_find(reader, row.key, &found));
    writer = open_state();
    put(writer, &row);
    ck_assert(state_find(reader, row.key, &found));
    state_close(reader);
    state_close(writer);
}
END_TEST

START_TEST(looking_up_keeps_no_transaction_open)
{
    struct state *writer = open_state();
    struct state *reader = open_reader();
    struct state_row row = row_of(1, "a.jpg");
    put(writer, &row);
    struct state_row found;
    ck_assert(state_find(reader, row.key, &found));
    ck_assert(!state_is_empty(reader));
    ck_assert(state_name_is_taken(reader, "a.jpg", key_of_number(2)));
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(in_scratch(DATABASE), &database), SQLITE_OK);
    /* The log can be emptied only when nobody reads from it (and, oddly, by a connection that has
     * read something). */
    ck_assert_int_eq(sqlite3_exec(database, "SELECT 1 FROM downloads", NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_wal_checkpoint_v2(database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL),
        SQLITE_OK);
    struct stat status;
    ck_assert_int_eq(stat(in_scratch(DATABASE "-wal"), &status), 0);
    ck_assert_int_eq(status.st_size, 0);
    sqlite3_close(database);
    ck_assert_str_eq(found.name, "a.jpg"); /* the texts are the handle's own copy */
    state_close(reader);
    state_close(writer);
}
END_TEST

START_TEST(writing_without_a_transaction_that_holds_is_an_error)
{
    struct state *state = open_state();
    struct error error = {0};
    ck_assert(!state_commit(state, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert(state_begin(state, &error));
    ck_assert(!state_begin(state, &error));
    struct state_row row = row_of(1, "a.jpg");
    put(state, &row); /* the failed begin ended the transaction */
    state_close(state);
}
END_TEST

START_TEST(a_hostile_list_with_one_stem_and_many_extensions_costs_no_more)
{
    enum { ROWS = 20000 };
    struct state *state = open_state();
    struct error error = {0};
    bool is_put = state_begin(state, &error);
    for (unsigned i = 0; i < ROWS && is_put; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a.x%u", i);
        struct state_row row = row_of(i, name);
        is_put = state_put(state, &row, &error);
    }
    ck_assert(is_put && state_commit(state, &error));
    int taken = 0;
    for (unsigned i = 0; i < 2 * ROWS; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a.x%u", i);
        taken += state_name_is_taken(state, name, key_of_number(UINT64_C(1) << 40));
    }
    ck_assert_int_eq(taken, ROWS); /* within Check's time limit, which a scan of all rows misses */
    state_close(state);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("state");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_test(cases, a_row_comes_back_as_it_was_put);
    tcase_add_loop_test(cases, rows_are_found_in_whatever_order_they_are_asked_for, 0, 5);
    tcase_add_test(cases, a_row_that_was_added_is_a_row_like_others);
    tcase_add_test(cases, a_put_replaces_the_row_of_its_url_only);
    tcase_add_loop_test(cases, a_name_of_another_url_is_taken_as_in_the_name_table, 0,
                        (int)ARRAY_LENGTH(name_cases));
    tcase_add_loop_test(cases, a_path_is_taken_only_by_the_same_path_of_another_url, 0,
                        (int)ARRAY_LENGTH(path_cases));
    tcase_add_test(cases, directories_that_haul_made_are_known_in_any_case);
    tcase_add_test(cases, what_was_not_committed_is_not_there);
    tcase_add_test(cases, looking_up_keeps_no_transaction_open);
    tcase_add_test(cases, writing_without_a_transaction_that_holds_is_an_error);
    tcase_add_test(cases, a_hostile_list_with_one_stem_and_many_extensions_costs_no_more);
    Suite *suite = suite_create("state");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
