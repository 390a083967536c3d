/* Where haul report --html puts the page: never in the place of anything but a page. */
#ifndef HAUL_APP_REPORT_PAGE_FILE_H
#define HAUL_APP_REPORT_PAGE_FILE_H

#include "base/error.h"
#include "base/text.h"

/* False when a file there would be lost: ERROR_USAGE for what is not empty and no page of haul's,
 * and for all that haul keeps below .haul but pages. "-", devices and pipes are fine. */
bool report_page_file_check(const char *file, struct error *error);

/* Replaces the file whole, a symbolic link itself; "-" is standard output. A pipe needs a reader
 * already. 0 or a negative errno value. */
int report_page_file_write(const char *file, const struct text *page);

#endif
