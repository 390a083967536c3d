#include "io/address.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static const struct {
    const char *text;
    enum address_kind kind;
} addresses[] = {
    {"8.8.8.8", ADDRESS_PUBLIC},
    {"192.0.2.1", ADDRESS_PUBLIC}, /* documentation: nobody's, and harmless */
    {"172.15.255.255", ADDRESS_PUBLIC},
    {"172.32.0.0", ADDRESS_PUBLIC},
    {"100.63.255.255", ADDRESS_PUBLIC},
    {"223.255.255.255", ADDRESS_PUBLIC},
    {"0.0.0.0", ADDRESS_PRIVATE},
    {"0.1.2.3", ADDRESS_PRIVATE},
    {"10.0.0.1", ADDRESS_PRIVATE},
    {"100.64.0.1", ADDRESS_PRIVATE},
    {"100.100.100.200", ADDRESS_PRIVATE},
    {"127.0.0.1", ADDRESS_PRIVATE},
    {"127.255.255.254", ADDRESS_PRIVATE},
    {"169.254.169.254", ADDRESS_PRIVATE},
    {"172.16.0.1", ADDRESS_PRIVATE},
    {"172.31.255.255", ADDRESS_PRIVATE},
    {"192.0.0.192", ADDRESS_PRIVATE},
    {"192.168.1.1", ADDRESS_PRIVATE},
    {"198.19.0.1", ADDRESS_PRIVATE},
    {"224.0.0.251", ADDRESS_PRIVATE},
    {"255.255.255.255", ADDRESS_PRIVATE},
    {"168.63.129.16", ADDRESS_PRIVATE},
    {"2606:4700::1111", ADDRESS_PUBLIC},
    {"[2606:4700::1111]", ADDRESS_PUBLIC},
    {"::", ADDRESS_PRIVATE},
    {"::1", ADDRESS_PRIVATE},
    {"[::1]", ADDRESS_PRIVATE},
    {"::127.0.0.1", ADDRESS_PRIVATE},
    {"::8.8.8.8", ADDRESS_PUBLIC},
    {"::ffff:127.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:8.8.8.8", ADDRESS_PUBLIC},
    {"::ffff:0:127.0.0.1", ADDRESS_PRIVATE},
    {"::ffff:0:8.8.8.8", ADDRESS_PUBLIC},
    {"64:ff9b::7f00:1", ADDRESS_PRIVATE},
    {"64:ff9b::808:808", ADDRESS_PUBLIC},
    {"64:ff9b:1::808:808", ADDRESS_PRIVATE},
    {"2002:7f00:1::", ADDRESS_PRIVATE},
    {"2002:808:808::", ADDRESS_PUBLIC},
    {"2001:0:1::1", ADDRESS_PRIVATE},
    {"fc00::1", ADDRESS_PRIVATE},
    {"fdff::1", ADDRESS_PRIVATE},
    {"fe80::1", ADDRESS_PRIVATE},
    {"fe80::1%eth0", ADDRESS_PRIVATE},
    {"fec0::1", ADDRESS_PRIVATE},
    {"ff02::1", ADDRESS_PRIVATE},
    {"localhost", ADDRESS_OTHER},
    {"127.1", ADDRESS_OTHER}, /* a spelling that only a resolver understands */
    {"", ADDRESS_OTHER},
    {"[]", ADDRESS_OTHER},
};

START_TEST(numeric_addresses_are_told_apart)
{
    ck_assert_msg(address_classify_text(addresses[_i].text) == addresses[_i].kind, "%s",
                  addresses[_i].text);
}
END_TEST

START_TEST(socket_addresses_are_judged_like_their_text)
{
    struct sockaddr_in ipv4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
    const char *text = addresses[_i].text;
    if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
        ck_assert_int_eq(address_classify((const struct sockaddr *)&ipv4), addresses[_i].kind);
    else if (inet_pton(AF_INET6, text, &ipv6.sin6_addr) == 1)
        ck_assert_int_eq(address_classify((const struct sockaddr *)&ipv6), addresses[_i].kind);
    else
        ck_assert_msg(addresses[_i].kind == ADDRESS_OTHER || text[0] == '[' ||
                          text[sizeof "fe80::1" - 1] == '%',
                      "%s", text);
}
END_TEST

START_TEST(other_families_are_neither)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    ck_assert_int_eq(address_classify((const struct sockaddr *)&local), ADDRESS_OTHER);
}
END_TEST

static const struct {
    const char *host;
    enum address_kind kind;
} hosts[] = {
    {"localhost", ADDRESS_PRIVATE},
    {"LOCALHOST.", ADDRESS_PRIVATE},
    {"a.localhost", ADDRESS_PRIVATE},
    {"notlocalhost", ADDRESS_OTHER},
    {"localhost.org", ADDRESS_OTHER},
    {"127.0.0.1.", ADDRESS_PRIVATE},
    {"8.8.8.8", ADDRESS_PUBLIC},
    {"[::1]", ADDRESS_PRIVATE},
    {"example.org", ADDRESS_OTHER},
    {"", ADDRESS_OTHER},
    {".", ADDRESS_OTHER},
};

START_TEST(hosts_that_mean_this_machine_are_private)
{
    ck_assert_msg(address_classify_host(hosts[_i].host) == hosts[_i].kind, "%s", hosts[_i].host);
}
END_TEST

static const struct {
    const char *host;
    bool is_loopback;
} loopback_hosts[] = {
    {"localhost", true},
    {"LocalHost.", true},
    {"a.b.localhost", true},
    {"127.0.0.1", true},
    {"127.0.0.1.", true},
    {"127.255.255.254", true},
    {"::1", true},
    {"[::1]", true},
    {"[0:0:0:0:0:0:0:1]", true},
    {"", false},
    {".", false},
    {"[]", false},
    {"[", false},
    {"notlocalhost", false},
    {"localhost.org", false},
    {"localhost..", false},
    {"0.0.0.0", false},
    {"126.255.255.255", false},
    {"128.0.0.0", false},
    {"10.0.0.1", false}, /* private, but another machine */
    {"192.168.1.1", false},
    {"169.254.169.254", false},
    {"[::]", false},
    {"[::2]", false},
    {"[fe80::1]", false},
    {"127.0.0.1.example.org", false},
    {"127.0.0.256", false},
    {"example.org", false},
};

START_TEST(what_is_asked_from_a_loopback_host_does_not_leave_this_machine)
{
    ck_assert_msg(address_is_loopback_host(loopback_hosts[_i].host) ==
                      loopback_hosts[_i].is_loopback,
                  "%s", loopback_hosts[_i].host);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_no_loopback_host)
{
    char name[400];
    memset(name, 'a', sizeof name);
    strcpy(name + 200, ".localhost");
    ck_assert(address_is_loopback_host(name));
    memset(name, 'a', sizeof name);
    strcpy(name + 300, ".localhost");
    ck_assert(!address_is_loopback_host(name));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *tests = tcase_create("kinds");
    tcase_add_loop_test(tests, numeric_addresses_are_told_apart, 0, ARRAY_LENGTH(addresses));
    tcase_add_loop_test(tests, socket_addresses_are_judged_like_their_text, 0,
                        ARRAY_LENGTH(addresses));
    tcase_add_test(tests, other_families_are_neither);
    tcase_add_loop_test(tests, hosts_that_mean_this_machine_are_private, 0, ARRAY_LENGTH(hosts));
    tcase_add_loop_test(tests, what_is_asked_from_a_loopback_host_does_not_leave_this_machine, 0,
                        ARRAY_LENGTH(loopback_hosts));
    tcase_add_test(tests, a_name_that_is_too_long_is_no_loopback_host);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
