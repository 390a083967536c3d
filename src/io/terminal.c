#include "io/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0' && strcmp(value, "0") != 0 &&
           strcasecmp(value, "false") != 0;
}

enum terminal_kind terminal_kind(int descriptor)
{
    if (!isatty(descriptor))
        return TERMINAL_NONE;
    if (is_set("ACCESSIBLE"))
        return TERMINAL_SPOKEN;
    return terminal_is_interactive(descriptor) && !is_set("CI") ? TERMINAL_LIVE : TERMINAL_PLAIN;
}

bool terminal_is_ours(int descriptor)
{
    pid_t group = tcgetpgrp(descriptor);
    return group < 0 || group == getpgrp(); /* not the controlling one: nobody else has it */
}

bool terminal_is_interactive(int descriptor)
{
    const char *kind = getenv("TERM");
    return isatty(descriptor) && kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0;
}

unsigned terminal_columns(int descriptor)
{
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

unsigned terminal_rows(int descriptor)
{
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        return size.ws_row;
    return 24;
}

bool terminal_is_unicode(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *value = "";
    for (size_t i = 0; i < ARRAY_LENGTH(variables) && value[0] == '\0'; i++) {
        const char *found = getenv(variables[i]);
        value = found != NULL ? found : "";
    }
    return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "utf8") != NULL;
}

bool terminal_takes_unicode(int descriptor)
{
    return terminal_kind(descriptor) == TERMINAL_NONE || terminal_is_unicode();
}

bool terminal_has_colour(int descriptor)
{
    const char *none = getenv("NO_COLOR");
    const char *classic = getenv("CLICOLOR");
    return terminal_kind(descriptor) == TERMINAL_LIVE && (none == NULL || none[0] == '\0') &&
           (classic == NULL || strcmp(classic, "0") != 0);
}
