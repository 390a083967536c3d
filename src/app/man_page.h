/* haul(1), whole: what is written by hand (app/man_text), with commands and options from their
 * tables. */
#ifndef HAUL_APP_MAN_PAGE_H
#define HAUL_APP_MAN_PAGE_H

#include <stdio.h>

void man_page_print(FILE *out); /* mdoc(7) */

#endif
