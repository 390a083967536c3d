#include "io/name_lookup.h"

#include <arpa/inet.h>
#include <check.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

/* Addresses are names that need no name server. */
static const struct {
    const char *host;
    int code;
    unsigned ipv4;
    unsigned ipv6;
} questions[] = {
    {"127.0.0.1", 0, 1, 0},
    {"::1", 0, 0, 1},
    {"192.0.2.1", 0, 1, 0},
    {"", EAI_NONAME, 0, 0},
};

START_TEST(addresses_are_counted_by_their_family)
{
    struct name_answer answer;
    struct name_lookup *lookup = name_lookup_create(-1);
    ck_assert_int_eq(name_lookup_ask(lookup, questions[_i].host, 20 * CLOCK_SECOND_US, &answer),
                     NAME_LOOKUP_ANSWERED);
    ck_assert_int_eq(answer.code, questions[_i].code);
    ck_assert_uint_eq(answer.ipv4, questions[_i].ipv4);
    ck_assert_uint_eq(answer.ipv6, questions[_i].ipv6);
    ck_assert_uint_eq(answer.address_count, answer.ipv4 + answer.ipv6);
    ck_assert_int_ge(answer.us, 0);
    name_lookup_destroy(lookup);
}
END_TEST

START_TEST(a_stop_ends_the_waiting)
{
    struct name_answer answer;
    int stop = eventfd(1, EFD_CLOEXEC);
    struct name_lookup *lookup = name_lookup_create(stop);
    ck_assert_int_eq(name_lookup_ask(lookup, "127.0.0.1", 20 * CLOCK_SECOND_US, &answer),
                     NAME_LOOKUP_STOPPED);
    name_lookup_destroy(lookup);
    name_lookup_destroy(NULL);
    close(stop);
}
END_TEST

START_TEST(there_is_a_way_to_this_machine)
{
    struct name_address address = {.length = sizeof(struct sockaddr_in)};
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&address.storage;
    ipv4->sin_family = AF_INET;
    inet_pton(AF_INET, "127.0.0.1", &ipv4->sin_addr);
    ck_assert(name_address_has_route(&address));
    address.storage.ss_family = AF_UNSPEC;
    ck_assert(!name_address_has_route(&address));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("name_lookup");
    TCase *cases = tcase_create("cases");
    tcase_add_loop_test(cases, addresses_are_counted_by_their_family, 0, ARRAY_LENGTH(questions));
    tcase_add_test(cases, a_stop_ends_the_waiting);
    tcase_add_test(cases, there_is_a_way_to_this_machine);
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
