/* report.html of a run: what its report and its records say, as a page. */
#ifndef HAUL_APP_REPORT_PAGE_H
#define HAUL_APP_REPORT_PAGE_H

#include "base/error.h"
#include "io/report_reader.h"
#include "io/report_records.h"
#include "io/run_folder.h"

/* Writes report.html into the folder of a run that has ended, unless it is larger than free_bytes
 * (negative = unknown). `directory` is the absolute path of its files; records NULL: they are not
 * there. 0 or a negative errno value; then there is no such file. */
int report_page_write(struct run_folder *folder, const char *directory, const json_t *report,
                      const struct report_records *records, int64_t free_bytes);

/* Where the files of a run are, by the place of its records, before these are taken: absolute, to
 * be freed; NULL when they are not in an output directory. */
char *report_page_directory(const struct report_reader *reader);

/* The same page again, to FILE, or standard output for "-". records NULL: they are not there;
 * directory NULL: unknown. */
bool report_page_export(const struct report_reader *reader, const struct report_records *records,
                        const char *directory, const char *file, struct error *error);

#endif
