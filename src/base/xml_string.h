/* Foreign bytes as text of XML 1.0 and HTML, between tags or in a quoted attribute: what steers the
 * markup is escaped; what is no UTF-8, no character of XML, or unsafe to show (see base/vis.h)
 * becomes U+FFFD, one for each byte or character. */
#ifndef HAUL_BASE_XML_STRING_H
#define HAUL_BASE_XML_STRING_H

#include "base/text.h"

/* Appends all of it, or nothing when it does not fit. */
bool xml_string_append(struct text *text, const char *bytes, size_t length);

#endif
