/* Local file names: constructed from a segment of the listed URL, never cleaned up.
 *
 * Percent-decoded once. Printable UTF-8 and inner blanks stay; controls, invisible and
 * bidirectional characters, invalid bytes and / \ : * ? " < > | % are percent-encoded, and so is a
 * leading '.' or '-'; outer blanks and trailing dots are dropped; names that other systems reserve
 * (CON, NUL, COM1 ...) get a "_" in front; at most NAME_MAX_BYTES, cut on a character, with the
 * extension and a hash of the whole kept. */
#ifndef HAUL_MODEL_NAME_H
#define HAUL_MODEL_NAME_H

#include "base/common.h"
#include "base/text.h"

#define NAME_MAX_BYTES 200
#define TYPE_EXTENSION_MAX 5 /* of ".webp": room that a name without an extension leaves */
#define NAME_SIZE 256        /* room for a name, a clash number, an extension and the NUL */

/* Builds a name from a path segment as it stands in a URL; an unusable one (empty, only dots)
 * becomes "index". Returns out. */
char *name_construct(const char *segment, size_t length, char out[NAME_SIZE]);

/* The same from a text that is not percent-encoded: a '%' in it is itself. */
char *name_construct_text(const char *text, size_t length, char out[NAME_SIZE]);

/* Appends a text so that name_construct, decoding once, sees it as it is: '%' and '/' escaped. */
void name_escape(struct text *segment, const char *text, size_t length);

/* True for a segment that has only blanks and dots: name_construct makes "index" of it. */
bool name_is_nothing(const char *segment, size_t length);

/* True for a name as name_construct and what is added to it make them: for names that come from
 * elsewhere. */
bool name_is_safe(const char *name);

/* Offset of the extension's dot: .jpg, .tar.gz; the length when there is none. An extension has 1
 * to 8 ASCII letters and digits, at least one letter, and something before it. */
size_t name_extension(const char *name);

/* The longest length up to `limit` (at most that of the name) that splits neither a character nor
 * an escape. */
size_t name_cut(const char *name, size_t limit);

#define NAME_NUMBER_MAX 11 /* bytes of "-4294967295" */
/* Inserts "-NUMBER" before the extension. A stem that leaves no room for the largest number is cut
 * on a character, at the same place for every number. `name` has fewer than NAME_SIZE bytes. */
void name_add_number(const char *name, unsigned number, char out[NAME_SIZE]);

/* The form in which case and Unicode form do not count: NFC of the full case folding. The string is
 * the caller's to free; what is not UTF-8 is copied. */
char *name_fold(const char *name, size_t length);
bool name_is_ascii(const char *name, size_t length);

/* Hash of the folded name. */
uint64_t name_fold_hash(const char *name, size_t length);

#endif
