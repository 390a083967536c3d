#include "app/string_list.h"

#include <stdlib.h>

#include "base/memory.h"

void string_list_add(struct string_list *list, const char *string)
{
    list->items = memory_resize(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = memory_copy_string(string);
}

void string_list_clear(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){NULL, 0};
}
