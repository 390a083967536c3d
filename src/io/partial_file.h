/* Parts of files that wait in .haul/tmp to be continued: KEY.part with the bytes, KEY.info with
 * what proves the rest (model/partial). KEY: the job's key in hex.
 *
 * After a kill the part is as long as the kernel has it; after a restart of the machine only what
 * was synced counts, so .info also has the boot's id, and a part of another boot starts anew unless
 * it was synced when its run ended. A part is never overwritten, only appended to or replaced by
 * another file: so no .info of before can ever stand beside bytes of another version.
 * Functions that return int give 0 or a negative errno value.
 *
 * Threads: any, for different keys. */
#ifndef HAUL_IO_PARTIAL_FILE_H
#define HAUL_IO_PARTIAL_FILE_H

#include "io/root.h"
#include "model/key.h"
#include "model/partial.h"

#define PARTIAL_NAME_SIZE 40

/* KEY.part; returns out. */
char *partial_file_name(struct key key, char out[PARTIAL_NAME_SIZE]);

/* True when parts of earlier runs were there when the root was opened: else nobody need look. */
bool partial_file_any(const struct root *root);

/* The part of this key, with the bytes that can be relied on (the file is cut to them); false when
 * there is none that can be continued, and then its .info is gone. *out needs partial_clear. */
bool partial_file_load(struct root *root, struct key key, struct partial *out);

/* Removes what is there and notes what the reply said, before the part is made. */
int partial_file_begin(struct root *root, struct key key, const struct partial *partial);
/* The part of an earlier boot is appended to in this one: only now its whole length counts. */
int partial_file_continue(struct root *root, struct key key, const struct partial *partial);
/* The part, complete up to its length, stays for later: it is synced, and noted as such. Without a
 * call it stays, too, but does not outlive a power cut. */
int partial_file_keep(struct root *root, struct key key, const struct partial *partial);
/* The file is complete, or cannot be continued: .info goes, and with_part the part, too. */
void partial_file_end(struct root *root, struct key key, bool with_part);

/* The disk is full: all parts go. */
void partial_file_remove_all(struct root *root);

#endif
