/* What a list says about one file beside its URL: the keys of the contract, checked, and everything
 * else, which travels to the record.
 *
 *   out, dir, referer, checksum, priority   once each; the last one counts
 *   header                                  repeatable; TABs separate several in one value
 *   anything else                           to `extra`; the last one of a name counts */
#ifndef HAUL_MODEL_LIST_ENTRY_H
#define HAUL_MODEL_LIST_ENTRY_H

#include "base/common.h"
#include "model/digest.h"

#define LIST_ENTRY_FIELDS_MAX 1024               /* fields of one URL */
#define LIST_ENTRY_FIELDS_BYTES_MAX (128 * 1024) /* keys and values of one URL */
#define LIST_ENTRY_MIRRORS_MAX 64                /* after the first URL */
#define LIST_ENTRY_KNOWN_BYTES_MAX (60 * 1024)   /* URLs, out, dir, referer and headers together */
#define LIST_ENTRY_HEADERS_BYTES_MAX (8 * 1024)  /* all headers of one URL; also its referer */

/* A key with its value as a list has them; nothing is NUL-terminated, all is UTF-8 without NUL. */
struct list_field {
    const char *key;
    size_t key_length;
    const char *value;
    size_t value_length;
    bool is_json; /* the value is valid JSON text and no string: a number, true, an object ... */
};

/* One block of memory: everything that it points to lies behind it. */
struct list_entry {
    size_t bytes;             /* of the block */
    char *out;                /* file name, '/' separates directories; NULL = not given */
    char *dir;                /* below the output directory; NULL = not given */
    char *referer;            /* NULL = not given */
    char *extra;              /* text of a JSON object; NULL = nothing */
    struct checksum checksum; /* algorithm DIGEST_NONE = not given */
    int64_t priority;         /* never INT64_MIN: it can be negated */
    char **headers;           /* "Name: value", checked */
    size_t header_count;
    char **mirrors; /* URLs to try after the first, in this order; not parsed yet */
    size_t mirror_count;
};

#define LIST_PROBLEM_SIZE 160

/* `url` is the listed value: TABs separate mirrors; blanks around each and empty ones are dropped,
 * equal ones kept once. *out_url and *out_url_length become the first URL, also on failure; its
 * length is 0 when there is none. *out_entry becomes NULL when there is nothing beside it.
 * *out_unknown (may be NULL) becomes the first field whose key is none of the contract's, or NULL.
 * False when a field cannot be used: the problem says which, and why, without foreign bytes but for
 * the names of headers, which are ASCII.
 *
 * In the contract's keys blanks around a value are dropped. What is empty then, or JSON null,
 * counts as not given and takes back what stood before it; a JSON number is taken as written. Each
 * is checked, also one that a later one replaces: headers with header_field_check, all for control
 * bytes. Extra fields: strings as JSON strings, empty ones too; JSON as it is, null too. */
bool list_entry_build(const char *url, size_t url_length, const struct list_field *fields,
                      size_t field_count, const char **out_url, size_t *out_url_length,
                      struct list_entry **out_entry, const struct list_field **out_unknown,
                      char problem[LIST_PROBLEM_SIZE]);
void list_entry_destroy(struct list_entry *entry); /* NULL is fine */

size_t list_entry_bytes(const struct list_entry *entry); /* memory that it takes; NULL gives 0 */

/* The fields by name, for templates: NULL when there is none. The last of equal names. */
const struct list_field *list_field_find(const struct list_field *fields, size_t field_count,
                                         const char *key, size_t key_length);

#endif
