/* Option values as anybody may see them: in reports and --show-config. */
#ifndef HAUL_APP_OPTION_MASK_H
#define HAUL_APP_OPTION_MASK_H

#include "app/option_table.h"
#include "app/string_list.h"
#include "base/text.h"
#include "model/url.h"

/* Appends the value of a STRING or LIST: of a header its name alone, of a command its program
 * alone, of --ping the origin alone (the path is the key to the check), URLs masked. */
void option_mask_append(struct text *text, enum option_id id, const char *value,
                        const struct redaction *redaction);
/* All of them, separated by ", ". */
void option_mask_append_list(struct text *text, enum option_id id, const struct string_list *list,
                             const struct redaction *redaction);

#endif
