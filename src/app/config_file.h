/* The bytes of one configuration file. */
#ifndef HAUL_APP_CONFIG_FILE_H
#define HAUL_APP_CONFIG_FILE_H

#include "base/common.h"
#include "base/error.h"

enum config_file_kind {
    CONFIG_FILE_FOUND, /* at its usual place: it may be missing, and must be the user's or root's */
    CONFIG_FILE_NAMED, /* by the user: it must be there; may be a pipe */
};

/* Stores the whole file, at most CONFIG_PARSER_BYTES_MAX and owned by the caller; NULL for one that
 * may be missing and is. ERROR_USAGE names the file. */
bool config_file_read(const char *path, enum config_file_kind kind, char **out_bytes,
                      size_t *out_length, struct error *error);

#endif
