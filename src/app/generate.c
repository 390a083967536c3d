#include "app/generate.h"

#include "app/completion_bash.h"
#include "app/completion_fish.h"
#include "app/completion_zsh.h"
#include "app/config_print.h"
#include "app/man_page.h"

void generate_print(FILE *out, enum generate what)
{
    switch (what) {
    case GENERATE_NOTHING:
        break;
    case GENERATE_MAN:
        man_page_print(out);
        break;
    case GENERATE_BASH:
        completion_bash_print(out);
        break;
    case GENERATE_ZSH:
        completion_zsh_print(out);
        break;
    case GENERATE_FISH:
        completion_fish_print(out);
        break;
    case GENERATE_CONFIG:
        config_print_template(out);
        break;
    }
}
