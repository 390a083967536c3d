/* The type of a text by how it begins: HTML, SVG, XML, JSON, or plain. The part of content_type
 * that reads grammar instead of comparing magic bytes. */
#ifndef HAUL_MODEL_CONTENT_TYPE_TEXT_H
#define HAUL_MODEL_CONTENT_TYPE_TEXT_H

#include "model/content_type.h"

/* is_cut: the file goes on behind these bytes. NULL when this is no text in UTF-8. Static. */
const struct content_type *content_type_text_detect(const char *bytes, size_t length, bool is_cut);

const struct content_type *content_type_text_find(const char *media_type);

#endif
