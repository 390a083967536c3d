/* Writes a file whole: whoever looks sees the old one or the new one, also after a crash. */
#ifndef HAUL_IO_WHOLE_FILE_H
#define HAUL_IO_WHOLE_FILE_H

#include "base/common.h"

/* Replaces `name` in the directory (a descriptor, or AT_FDCWD): temporary file beside it, fsync,
 * rename. A symbolic link to a regular file is replaced itself; -EEXIST for what is no regular
 * file. 0 or a negative errno value. */
int whole_file_replace(int directory, const char *name, const char *bytes, size_t length);

#endif
