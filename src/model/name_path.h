/* Relative paths of final files: components made by name_construct, joined by '/'.
 *
 * At most NAME_PATH_MAX bytes and NAME_PATH_DEPTH components: directories that go beyond are
 * replaced by one component, a hash of them all; the last component always stays. A first component
 * that is haul's own folder (".haul" in any case) cannot come out, because no component begins with
 * '.'.
 * A component that no longer fits below the limit of the text is left out, with those behind it:
 * what is there stays a path. NAME_PATH_TEXT_MAX is enough for every list line. */
#ifndef HAUL_MODEL_NAME_PATH_H
#define HAUL_MODEL_NAME_PATH_H

#include "base/text.h"
#include "model/name.h"

#define NAME_PATH_MAX 1000 /* bytes; numbers and an extension that are added later included */
#define NAME_PATH_SIZE (NAME_PATH_MAX + 24)
#define NAME_PATH_DEPTH 32
#define NAME_DIGEST_LENGTH 64            /* hex digits of a SHA-256 */
#define NAME_PATH_TEXT_MAX (1024 * 1024) /* bytes before name_path_limit */

/* A list's `out` or `dir`. False, with a static reason, when a component is empty, "." or ".."
 * (also when it is percent-encoded, and also when only blanks and dots are there), or when it holds
 * control bytes. A leading '/' is an empty component; with is_directory one trailing '/' is fine,
 * and leading ones are dropped (*out_was_absolute says whether there were any; it may be NULL).
 * Appends to `path`, after a '/' when there is something. */
bool name_path_append_listed(struct text *path, const char *listed, size_t length,
                             bool is_directory, bool *out_was_absolute, const char **out_reason);

/* A URL's path (without query): empty and dot components are resolved away, each other one is
 * constructed; an empty last one becomes "index". */
void name_path_append_url(struct text *path, const char *url_path, size_t length);

/* One component more, constructed from a segment of a URL. */
void name_path_append_segment(struct text *path, const char *segment, size_t length);

/* Offset of the last component. */
size_t name_path_last(const char *path);

/* Where in `to` that is which is at `offset` in `from`: as far behind the beginning of the same
 * component. `to` is `from` as name_table claimed it, with numbers in some components. */
size_t name_path_follow(const char *from, size_t offset, const char *to);

/* Brings a path of constructed components within the limits above, with room for a number in each
 * component, another in the last one, and a type's extension. */
void name_path_limit(struct text *path);

/* The same, and the component that starts at *component stays; *component follows it. */
void name_path_limit_around(struct text *path, size_t *component);

/* True for a path as these functions make it: for paths that come from elsewhere. */
bool name_path_is_safe(const char *path);

/* True for a path with NAME_DIGEST_LENGTH hex digits in a row, of either case. */
bool name_path_holds_digest(const char *path);

#endif
