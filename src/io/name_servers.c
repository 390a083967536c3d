#include "io/name_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* "timeout:5"; the resolver caps the values itself. */
static void read_option(const char *word, struct diagnosis_names *out)
{
    if (strncmp(word, "timeout:", 8) == 0)
        out->timeout_s = (unsigned)strtoul(word + 8, NULL, 10);
    else if (strncmp(word, "attempts:", 9) == 0)
        out->attempts = (unsigned)strtoul(word + 9, NULL, 10);
}

static void read_line(char *line, struct diagnosis_names *out)
{
    char *rest = NULL;
    const char *key = strtok_r(line, BLANKS, &rest);
    if (key == NULL)
        return;
    for (const char *word = strtok_r(NULL, BLANKS, &rest); word != NULL;
         word = strtok_r(NULL, BLANKS, &rest)) {
        if (strcmp(key, "options") == 0) {
            read_option(word, out);
        } else if (strcmp(key, "nameserver") == 0 && out->server_count < DIAGNOSIS_SERVERS) {
            snprintf(out->servers[out->server_count++], DIAGNOSIS_SERVER_SIZE, "%s", word);
            return;
        } else {
            return;
        }
    }
}

static void read_file(FILE *file, struct diagnosis_names *out)
{
    char line[1024];
    while (fgets(line, sizeof(line), file) != NULL)
        read_line(line, out);
    fclose(file);
}

void name_servers_read(const char *path, const char *more_options, struct diagnosis_names *out)
{
    char line[1024];
    FILE *file = fopen(path, "re");
    out->server_count = 0;
    out->timeout_s = 5;
    out->attempts = 2;
    out->has_configuration = file != NULL;
    if (file != NULL)
        read_file(file, out);
    if (more_options == NULL)
        return;
    snprintf(line, sizeof(line), "options %s", more_options);
    read_line(line, out);
}
