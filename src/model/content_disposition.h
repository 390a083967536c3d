/* The file name in a Content-Disposition header (RFC 6266, with RFC 8187 for filename*). */
#ifndef HAUL_MODEL_CONTENT_DISPOSITION_H
#define HAUL_MODEL_CONTENT_DISPOSITION_H

#include "base/common.h"

/* Takes the file name out of a field value: filename* (UTF-8 or ISO-8859-1) before filename; quoted
 * strings are unquoted, percent-encoding is undone in filename* only, and a path is cut to its last
 * component (both slashes). Bytes of filename that are not UTF-8 are ISO-8859-1. Of equal
 * parameters the first usable one counts; continuations (RFC 2231, 3) are other parameters. UTF-8
 * without control characters or nothing, never only blanks and dots. False when there is no usable
 * name that fits with its NUL; out is untouched then. The result still goes through
 * name_construct_text. */
bool content_disposition_file_name(const char *value, size_t length, char *out, size_t out_size);

#endif
