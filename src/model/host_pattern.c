#include "model/host_pattern.h"

#include <string.h>
#include <strings.h>

#define BELOW "*."

static bool is_bracketed(const char *name)
{
    size_t length = strlen(name);
    return length > 2 && name[0] == '[' && name[length - 1] == ']' &&
           strspn(name + 1, "0123456789abcdefABCDEF:.%") == length - 2;
}

bool host_pattern_is_exact(const char *pattern)
{
    return strncmp(pattern, BELOW, strlen(BELOW)) != 0;
}

bool host_pattern_is_valid(const char *pattern)
{
    if (is_bracketed(pattern))
        return true;
    const char *name = host_pattern_is_exact(pattern) ? pattern : pattern + strlen(BELOW);
    if (name[0] == '\0' || name[0] == '.' || strpbrk(name, " \t/\\@?#:*[]") != NULL)
        return false;
    for (const char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    }
    return strstr(name, "..") == NULL;
}

bool host_pattern_matches(const char *pattern, const char *host)
{
    if (host_pattern_is_exact(pattern))
        return strcasecmp(pattern, host) == 0;
    const char *end = pattern + 1; /* with its dot, so that badexample.org is another one */
    size_t end_length = strlen(end), length = strlen(host);
    return length > end_length && strcasecmp(host + length - end_length, end) == 0;
}
