#include "io/publisher.h"

#include "publishing.h"

#define DIGITS "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5" /* of "same" */
#define OTHERS "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const enum existing_policy policies[] = {EXISTING_SKIP, EXISTING_OVERWRITE, EXISTING_RENAME,
                                                EXISTING_ERROR};

enum { COMBINATIONS = ARRAY_LENGTH(policies) * ARRAY_LENGTH(modes) };

static enum sync_mode mode_of(int combination)
{
    return modes[(size_t)combination % ARRAY_LENGTH(modes)];
}

static enum existing_policy policy_of(int combination)
{
    return policies[(size_t)combination / ARRAY_LENGTH(modes)];
}

static void expect_stored(const struct job *job, const char *path, uint64_t duplicate_of)
{
    ck_assert_int_eq(job->outcome.status, STATUS_DOWNLOADED);
    ck_assert_int_eq(job->outcome.failure, FAILURE_NONE);
    ck_assert_str_eq(job->outcome.path, path);
    ck_assert_uint_eq(job->outcome.duplicate_of, duplicate_of);
    ck_assert(has_row(job, path));
    ck_assert_int_ge(job->outcome.file_bytes, 0);
}

static const struct {
    const char *format;
    const char *type;
    const char *path;
} name_cases[] = {
    {"%s", NULL, DIGITS},
    {"%s.jpg", NULL, DIGITS ".jpg"},
    {"%s", "image/png", DIGITS ".png"},
    {"a/%s.bin", NULL, "a/" DIGITS ".bin"},
    {"x-%s/photo", "image/png", "x-" DIGITS "/photo.png"},
};

START_TEST(the_digits_of_the_content_come_into_the_name)
{
    struct job *job = add_digest_job(name_cases[_i].format, DIGITS, "content");
    job->wants_extension = name_cases[_i].type != NULL;
    job->outcome.detected_type = name_cases[_i].type;
    publish(SYNC_NONE, EXISTING_SKIP);
    expect_stored(job, name_cases[_i].path, 0);
    char path[200];
    snprintf(path, sizeof(path), "out/%s", name_cases[_i].path);
    ck_assert(scratch_holds(path, "content"));
}
END_TEST

START_TEST(a_name_whose_digits_are_not_known_is_a_failure_of_its_own)
{
    static const char *const digits[] = {NULL, "", "0123", DIGITS "0"};
    struct job *job = add_digest_job("%s.jpg", DIGITS, "content");
    struct job *short_name = add_digest_job("%s", DIGITS, "content");
    struct job *good = add_digest_job("%s.png", DIGITS, "content");
    free(job->outcome.sha256);
    job->outcome.sha256 = memory_copy_string(digits[_i]);
    short_name->digest_offset = 1;
    publish(SYNC_BATCH, EXISTING_SKIP);
    ck_assert_int_eq(job->outcome.failure, FAILURE_INTERNAL);
    ck_assert_int_eq(short_name->outcome.failure, FAILURE_INTERNAL);
    expect_stored(good, DIGITS ".png", 0);
    ck_assert(no_temporary_is_left());
    struct state_row row;
    ck_assert(!state_find(state, job->key, &row));
}
END_TEST

START_TEST(equal_content_of_one_batch_is_stored_once)
{
    struct job *first = add_digest_job("a/%s.jpg", DIGITS, "same");
    struct job *other = add_digest_job("a/%s.jpg", OTHERS, "other");
    struct job *second = add_digest_job("a/%s.jpg", DIGITS, "same");
    struct job *third = add_digest_job("a/%s.jpg", DIGITS, "same");
    publish(mode_of(_i), policy_of(_i));
    expect_stored(first, "a/" DIGITS ".jpg", 0);
    expect_stored(other, "a/" OTHERS ".jpg", 0);
    expect_stored(second, "a/" DIGITS ".jpg", first->index);
    expect_stored(third, "a/" DIGITS ".jpg", first->index);
    ck_assert(scratch_holds("out/a/" DIGITS ".jpg", "same"));
    ck_assert_int_eq(scratch_kind("out/a/" DIGITS "-2.jpg"), 0);
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(equal_content_of_two_batches_is_stored_once)
{
    struct error error = {0};
    struct publisher *publisher = publisher_create(root, state, mode_of(_i), policy_of(_i));
    struct job *first = add_digest_job("%s.jpg", DIGITS, "same");
    first->index = 1234567890123;
    ck_assert(publisher_publish(publisher, jobs, 1, &error));
    struct job *second = add_digest_job("%s.jpg", DIGITS, "same");
    ck_assert(publisher_publish(publisher, jobs + 1, 1, &error));
    publisher_destroy(publisher);
    expect_stored(first, DIGITS ".jpg", 0);
    expect_stored(second, DIGITS ".jpg", 1234567890123);
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(content_of_an_earlier_run_is_not_stored_again)
{
    add_digest_job("%s.jpg", DIGITS, "same");
    publish(SYNC_NONE, EXISTING_SKIP);
    forget_jobs();
    struct stat before, after;
    ck_assert_int_eq(stat(in_scratch("out/" DIGITS ".jpg"), &before), 0);
    struct job *first = add_digest_job("%s.jpg", DIGITS, "same");
    struct job *second = add_digest_job("%s.jpg", DIGITS, "same");
    publish(mode_of(_i), policy_of(_i));
    expect_stored(first, DIGITS ".jpg", 0);
    expect_stored(second, DIGITS ".jpg", 0);
    ck_assert_int_eq(stat(in_scratch("out/" DIGITS ".jpg"), &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    ck_assert_int_eq(scratch_kind("out/" DIGITS "-2.jpg"), 0);
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(a_file_that_only_has_the_name_of_the_content_does_not_count_as_it)
{
    add_job(DIGITS ".jpg", "fake"); /* a list's out */
    publish(SYNC_NONE, EXISTING_SKIP);
    forget_jobs();
    struct job *job = add_digest_job("%s.jpg", DIGITS, "same");
    publish(SYNC_NONE, EXISTING_SKIP);
    ck_assert_int_eq(job->outcome.status, STATUS_SKIPPED);
    ck_assert(scratch_holds("out/" DIGITS ".jpg", "fake"));
}
END_TEST

/* Somebody else's file of the same size: what the batch itself has noted proves nothing. */
static void expect_policy(enum existing_policy policy, const struct job *first,
                          const struct job *second)
{
    bool is_old = scratch_holds("out/" DIGITS ".jpg", "evil");
    ck_assert(is_old == (policy != EXISTING_OVERWRITE));
    if (policy == EXISTING_OVERWRITE) {
        expect_stored(first, DIGITS ".jpg", 0);
        expect_stored(second, DIGITS ".jpg", first->index);
        ck_assert(scratch_holds("out/" DIGITS ".jpg", "same"));
    } else if (policy == EXISTING_RENAME) {
        expect_stored(first, DIGITS "-2.jpg", 0);
        expect_stored(second, DIGITS "-2.jpg", first->index);
        ck_assert(scratch_holds("out/" DIGITS "-2.jpg", "same"));
        ck_assert_int_eq(scratch_kind("out/" DIGITS "-3.jpg"), 0);
    } else {
        enum status status = policy == EXISTING_SKIP ? STATUS_SKIPPED : STATUS_FAILED;
        struct state_row row;
        ck_assert_int_eq(first->outcome.status, status);
        ck_assert_int_eq(second->outcome.status, status);
        ck_assert_int_eq(second->outcome.failure, FAILURE_EXISTS);
        ck_assert_uint_eq(second->outcome.duplicate_of, 0);
        ck_assert(!state_find(state, second->key, &row));
    }
    ck_assert(no_temporary_is_left());
}

START_TEST(a_foreign_file_under_the_digits_is_left_to_the_policy)
{
    scratch_write("out/" DIGITS ".jpg", "evil");
    struct job *first = add_digest_job("%s.jpg", DIGITS, "same");
    struct job *second = add_digest_job("%s.jpg", DIGITS, "same");
    publish(mode_of(_i), policy_of(_i));
    expect_policy(policy_of(_i), first, second);
}
END_TEST

START_TEST(stored_content_whose_size_has_changed_is_left_to_the_policy)
{
    struct job *earlier = add_digest_job("%s.jpg", DIGITS, "same");
    publish(SYNC_NONE, EXISTING_SKIP);
    ck_assert_int_eq(earlier->outcome.status, STATUS_DOWNLOADED);
    forget_jobs();
    scratch_write("out/" DIGITS ".jpg", "longer than before");
    struct job *job = add_digest_job("%s.jpg", DIGITS, "same");
    publish(SYNC_BATCH, policies[_i]);
    if (policies[_i] == EXISTING_RENAME)
        expect_stored(job, DIGITS "-2.jpg", 0);
    else if (policies[_i] == EXISTING_OVERWRITE)
        expect_stored(job, DIGITS ".jpg", 0);
    else
        ck_assert_int_eq(job->outcome.failure, FAILURE_EXISTS);
    ck_assert(scratch_holds("out/" DIGITS ".jpg", "longer than before") ==
              (policies[_i] != EXISTING_OVERWRITE));
}
END_TEST

START_TEST(a_link_to_stored_content_is_not_stored_content)
{
    add_digest_job("%s.jpg", DIGITS, "same");
    publish(SYNC_NONE, EXISTING_SKIP);
    forget_jobs();
    ck_assert_int_eq(rename(in_scratch("out/" DIGITS ".jpg"), in_scratch("out/kept")), 0);
    ck_assert_int_eq(symlink("kept", in_scratch("out/" DIGITS ".jpg")), 0);
    struct stat link; /* as long as the content */
    ck_assert_int_eq(root_stat(root, DIGITS ".jpg", &link), 0);
    ck_assert_int_eq(link.st_size, 4);
    struct job *job = add_digest_job("%s.jpg", DIGITS, "same");
    publish(SYNC_BATCH, policies[_i]);
    ck_assert_int_eq(job->outcome.status, STATUS_FAILED);
    ck_assert_int_eq(job->outcome.failure, FAILURE_EXISTS);
    ck_assert_int_eq(scratch_kind("out/" DIGITS ".jpg"), S_IFLNK);
    ck_assert(scratch_holds("out/kept", "same"));
}
END_TEST

START_TEST(equal_names_without_digits_are_no_equal_content)
{
    struct job *first = add_job(DIGITS ".jpg", "same");
    struct job *second = add_job(DIGITS ".jpg", "same");
    publish(mode_of(_i), EXISTING_ERROR);
    expect_stored(first, DIGITS ".jpg", 0);
    ck_assert_int_eq(second->outcome.failure, FAILURE_EXISTS);
}
END_TEST

/* A number may cut a long name, digits and all: then the name no longer says what the content is.
 */
START_TEST(a_number_that_cuts_the_digits_ends_the_sharing)
{
    char format[200];
    memset(format, 'a', sizeof(format));
    snprintf(format + 128, sizeof(format) - 128, "%%s.jpg"); /* 196 bytes with the digits */
    char wanted[300];
    snprintf(wanted, sizeof(wanted), "out/%.128s" DIGITS ".jpg", format);
    scratch_write(wanted, "evil");
    struct job *first = add_digest_job(format, DIGITS, "same");
    struct job *second = add_digest_job(format, DIGITS, "same");
    publish(SYNC_BATCH, EXISTING_RENAME);
    ck_assert_int_eq(first->outcome.status, STATUS_DOWNLOADED);
    ck_assert_int_eq(second->outcome.status, STATUS_DOWNLOADED);
    ck_assert_uint_eq(second->outcome.duplicate_of, 0);
    ck_assert_str_ne(first->outcome.path, second->outcome.path);
    ck_assert(scratch_holds(wanted, "evil"));
}
END_TEST

START_TEST(an_own_file_with_the_same_digits_is_replaced)
{
    scratch_write("out/" DIGITS ".jpg", "sick");
    struct job *job = add_digest_job("%s.jpg", DIGITS, "same");
    memcpy(job->name, DIGITS, NAME_DIGEST_LENGTH); /* the name of its row */
    job->owns_existing = true;
    struct job *changed = add_digest_job("%s.png", DIGITS, "same");
    changed->owns_existing = true; /* its row has other digits */
    scratch_write("out/" DIGITS ".png", "evil");
    publish(mode_of(_i), EXISTING_SKIP);
    expect_stored(job, DIGITS ".jpg", 0);
    ck_assert(scratch_holds("out/" DIGITS ".jpg", "same"));
    ck_assert_int_eq(changed->outcome.status, STATUS_SKIPPED);
    ck_assert(scratch_holds("out/" DIGITS ".png", "evil"));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("publisher_content");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_loop_test(cases, the_digits_of_the_content_come_into_the_name, 0,
                        (int)ARRAY_LENGTH(name_cases));
    tcase_add_loop_test(cases, a_name_whose_digits_are_not_known_is_a_failure_of_its_own, 0, 4);
    tcase_add_loop_test(cases, equal_content_of_one_batch_is_stored_once, 0, COMBINATIONS);
    tcase_add_loop_test(cases, equal_content_of_two_batches_is_stored_once, 0, COMBINATIONS);
    tcase_add_test(cases, a_file_that_only_has_the_name_of_the_content_does_not_count_as_it);
    tcase_add_loop_test(cases, content_of_an_earlier_run_is_not_stored_again, 0, COMBINATIONS);
    tcase_add_loop_test(cases, a_foreign_file_under_the_digits_is_left_to_the_policy, 0,
                        COMBINATIONS);
    tcase_add_loop_test(cases, stored_content_whose_size_has_changed_is_left_to_the_policy, 0,
                        (int)ARRAY_LENGTH(policies));
    tcase_add_loop_test(cases, a_link_to_stored_content_is_not_stored_content, 0,
                        (int)ARRAY_LENGTH(policies));
    tcase_add_loop_test(cases, equal_names_without_digits_are_no_equal_content, 0,
                        (int)ARRAY_LENGTH(modes));
    tcase_add_test(cases, a_number_that_cuts_the_digits_ends_the_sharing);
    tcase_add_loop_test(cases, an_own_file_with_the_same_digits_is_replaced, 0,
                        (int)ARRAY_LENGTH(modes));
    Suite *suite = suite_create("publisher_content");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
