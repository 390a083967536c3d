/* --name: how the path of a file is made of what is known about its line.
 *
 *   {name} {stem} {ext}  last path segment of the listed URL, as it is constructed; the same
 *                        without extension; the extension without its dot
 *   {host} {path}        host without port; the whole path, directories included
 *   {index} {line}       record number and line; {index:06} pads with zeros to a width
 *   {sha256}             64 hex digits of the content, known when it has arrived
 *   {column:NAME}        the value of a column or key of the list; nothing when it has none
 *   {{ }}                braces
 *
 * '/' in the template separates directories; '/' in a value does only in {path}. Every component of
 * the result is made by name_construct, so a template cannot lead out of the output directory; one
 * that expands to nothing becomes "index". */
#ifndef HAUL_MODEL_NAME_TEMPLATE_H
#define HAUL_MODEL_NAME_TEMPLATE_H

#include "base/error.h"
#include "base/text.h"
#include "model/list_entry.h"
#include "model/name_path.h"
#include "model/url.h"

#define NAME_TEMPLATE_MAX 1000 /* bytes */

struct name_template;

/* ERROR_USAGE says what is wrong: an unknown or unfinished placeholder, a width where none may be
 * (or above 18), {sha256} twice, an empty, "." or ".." component, more than NAME_TEMPLATE_MAX. */
struct name_template *name_template_create(const char *text, struct error *error);
void name_template_destroy(struct name_template *template); /* NULL is fine */

bool name_template_has_digest(const struct name_template *template);
/* True with {index} or {line}: the name of a URL changes when lines come before it. */
bool name_template_has_number(const struct name_template *template);
/* True when a {column:NAME} is none of these fields; *out_column is lent by the template, and means
 * nothing when false. */
bool name_template_lacks(const struct name_template *template, const struct list_field *fields,
                         size_t field_count, const char **out_column, size_t *out_length);
/* The plain {name}: what most runs have, and the fast path of expand. */
bool name_template_is_default(const struct name_template *template);

struct name_values {
    const struct url *url;
    uint64_t index;
    uint64_t line; /* 0 for an argument */
    const struct list_field *fields;
    size_t field_count;
    const char *listed; /* what {column:url} is, unless a field has that name */
};

/* Appends the path (after what is in it, with a '/' between) and brings the whole within the limits
 * of name_path_limit; `path` has a limit of at least NAME_PATH_TEXT_MAX / 2. With {sha256}
 * *out_digest_offset becomes the offset, in the whole text, of NAME_DIGEST_LENGTH zeros that stand
 * for it: what surrounds them is cut before they are, now and when name_add_number numbers their
 * component (name_path_follow finds them then). Without, it becomes SIZE_MAX. */
void name_template_expand(const struct name_template *template, const struct name_values *values,
                          struct text *path, size_t *out_digest_offset);

#endif
