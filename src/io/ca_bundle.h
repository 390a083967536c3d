/* Where libcurl finds certificate authorities, and what is there. */
#ifndef HAUL_IO_CA_BUNDLE_H
#define HAUL_IO_CA_BUNDLE_H

#include "base/error.h"
#include "model/diagnosis_network.h"

/* `option` is the value of --cacert, NULL = not given, and `origin` says who gave it. Reads the
 * file and looks into the directory. Strings of *out are lent by libcurl, the environment or the
 * caller. After curl_global_init. */
void ca_bundle_survey(const char *option, const char *origin, int64_t wall_us,
                      struct diagnosis_certificates *out);

/* Whether --cacert can be this file: what cannot be read, a directory and a file without a
 * certificate are ERROR_USAGE. Anything but a regular file is not looked into. */
bool ca_bundle_check(const char *path, struct error *error);

#endif
