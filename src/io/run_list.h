/* The runs of an output directory: DIR/.haul/runs/RUN_ID/, oldest first. */
#ifndef HAUL_IO_RUN_LIST_H
#define HAUL_IO_RUN_LIST_H

#include "base/common.h"
#include "io/root.h"

#define RUN_ID_SIZE sizeof("20261120T120000Z-4f1c")

struct run_list {
    int directory; /* descriptor of DIR/.haul/runs; -1 = there is none */
    char (*ids)[RUN_ID_SIZE];
    size_t count;
};

/* What cannot be read is an empty list. Ends with run_list_clear. */
void run_list_init(struct run_list *list, const struct root *root);
void run_list_clear(struct run_list *list);

/* Descriptor of a regular file of a run, for reading; a negative errno value. */
int run_list_open_file(const struct run_list *list, size_t run, const char *name);

/* When the run began, by its id, on the wall clock. */
int64_t run_list_start_us(const struct run_list *list, size_t run);

#endif
