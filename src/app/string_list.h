/* Texts in the order they were added, owned. Embedded: zeroed is empty. */
#ifndef HAUL_APP_STRING_LIST_H
#define HAUL_APP_STRING_LIST_H

#include "base/common.h"

struct string_list {
    char **items;
    size_t count;
};

void string_list_add(struct string_list *list, const char *string); /* copied */
void string_list_clear(struct string_list *list);                   /* empty again */

#endif
