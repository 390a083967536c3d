/* What haul doctor has found, as JSON (schema haul.doctor/1), built with jansson. */
#ifndef HAUL_IO_DIAGNOSIS_JSON_H
#define HAUL_IO_DIAGNOSIS_JSON_H

#include "model/diagnosis.h"
#include "model/diagnosis_machine.h"
#include "model/diagnosis_network.h"

/* All lent. */
struct diagnosis_facts {
    const struct findings *findings;
    const struct diagnosis_list *list;
    const struct diagnosis_names *names;
    const struct diagnosis_proxies *proxies;
    const struct diagnosis_certificates *certificates;
    const struct diagnosis_directory *directory;
    const struct diagnosis_machine *machine;
    const struct diagnosis_clock *clock;
    const struct diagnosis_library *library;
    int exit_code;
};

/* Returns the text (indented, ends with '\n'), to be freed by the caller. */
char *diagnosis_format(const struct diagnosis_facts *facts);

#endif
