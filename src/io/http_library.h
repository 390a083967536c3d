/* What libcurl can do here. */
#ifndef HAUL_IO_HTTP_LIBRARY_H
#define HAUL_IO_HTTP_LIBRARY_H

#include "model/diagnosis_network.h"

struct diagnosis_library http_library_describe(void); /* strings are static */

#endif
