/* An output directory with a state, and rows to put into it. */
#ifndef HAUL_TESTS_STATE_ROWS_H
#define HAUL_TESTS_STATE_ROWS_H

#include <sqlite3.h>

#include "io/state.h"
#include "scratch.h"

#define DATABASE "out/.haul/state.db"

static struct root *root;

static inline void setup(void)
{
    scratch_setup();
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
}

static inline void teardown(void)
{
    root_close(root);
    scratch_teardown();
}

/* One that is as it should be. */
static inline struct state *open_state(void)
{
    struct error error = {0};
    struct state_set_aside aside;
    struct state *state = state_open(root, &aside, &error);
    ck_assert_msg(state != NULL && error.kind == ERROR_NONE, "%s", error.text);
    ck_assert_msg(!aside.happened, "%s: %s", aside.name, aside.reason);
    return state;
}

static inline struct state *open_reader(void)
{
    struct error error = {0};
    struct state *state = state_open_reader(root, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    return state;
}

/* For looking only; NULL as state_open_read_only has it. */
static inline struct state *look(struct error *error)
{
    *error = (struct error){0};
    struct root *looking = root_open_read_only(root_path(root), error);
    ck_assert_msg(looking != NULL, "%s", error->text);
    struct state *state = state_open_read_only(looking, error);
    root_close(looking);
    return state;
}

static inline struct key key_of_number(uint64_t number)
{
    /* High bits set: keys use all 64 bits, SQLite's integers are signed. */
    return (struct key){.high = UINT64_C(0xF000000000000000) + number, .low = ~number};
}

static inline struct state_row row_of(uint64_t number, const char *name)
{
    return (struct state_row){
        .key = key_of_number(number),
        .url = "http://user:secret@example.org/a",
        .name = name,
        .size = 1234567890123,
        .last_modified = -1,
        .downloaded_us = 1795176000000000,
    };
}

static inline void put(struct state *state, const struct state_row *row)
{
    struct error error = {0};
    ck_assert_msg(state_begin(state, &error) && state_put(state, row, &error) &&
                      state_commit(state, &error),
                  "%s", error.text);
}

/* Rows 0 to count - 1, with names of their own, in one transaction. */
static inline void put_many(struct state *state, unsigned count)
{
    struct error error = {0};
    bool is_put = state_begin(state, &error);
    for (unsigned i = 0; i < count && is_put; i++) {
        char name[32];
        snprintf(name, sizeof(name), "f%u.jpg", i);
        struct state_row row = row_of(i, name);
        is_put = state_put(state, &row, &error);
    }
    ck_assert_msg(is_put && state_commit(state, &error), "%s", error.text);
}

static inline void run_sql(const char *sql)
{
    sqlite3 *database;
    char *message = NULL;
    ck_assert_int_eq(sqlite3_open(in_scratch(DATABASE), &database), SQLITE_OK);
    int result = sqlite3_exec(database, sql, NULL, NULL, &message);
    ck_assert_msg(result == SQLITE_OK, "%s: %s", sql, message);
    ck_assert_int_eq(sqlite3_close(database), SQLITE_OK);
}

#endif
