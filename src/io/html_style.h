/* How a page about a run looks. */
#ifndef HAUL_IO_HTML_STYLE_H
#define HAUL_IO_HTML_STYLE_H

#include "base/text.h"

/* The policy and the style element, for the head of the page. */
void html_style_append(struct text *text, bool has_pictures);

#endif
