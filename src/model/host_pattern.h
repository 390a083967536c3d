/* Which hosts a [host NAME] section of a configuration file is about: "example.org" for this name
 * alone, "*.example.org" for every name below it (and not for it), an IP address as it is written
 * in URLs: 192.0.2.1, [2001:db8::1]. Case does not matter; addresses are compared as text. */
#ifndef HAUL_MODEL_HOST_PATTERN_H
#define HAUL_MODEL_HOST_PATTERN_H

#include "base/common.h"

/* False for what can match no host: a port, a path, '*' elsewhere, an address without brackets. */
bool host_pattern_is_valid(const char *pattern);
bool host_pattern_is_exact(const char *pattern);
bool host_pattern_matches(const char *pattern, const char *host);

#endif
