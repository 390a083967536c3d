#include "io/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_interactive(int descriptor)
{
    const char *kind = getenv("TERM");
    return isatty(descriptor) && kind != NULL && strcmp(kind, "dumb") != 0;
}

unsigned terminal_columns(int descriptor)
{
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
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

bool terminal_has_colour(int descriptor)
{
    const char *none = getenv("NO_COLOR");
    return terminal_is_interactive(descriptor) && (none == NULL || none[0] == '\0');
}
