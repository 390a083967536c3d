#include "io/list_row.h"

#include <stdio.h>
#include <string.h>

#include "base/json_string.h"
#include "base/vis.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD in UTF-8 */

#define CHECKSUM_TEXT_SIZE (DIGEST_TEXT_SIZE + 16) /* with the algorithm's name */

#define ADD(text, literal) text_append((text), (literal), sizeof(literal) - 1)

static bool is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) ||
           code_point == 0x2028 || code_point == 0x2029;
}

/* A value without tabs and line ends, with doubled quotes. Bad UTF-8 is kept or becomes U+FFFD. */
static void add_cell_bytes(struct text *text, const char *string, bool is_bad_kept)
{
    size_t length = strlen(string);
    while (length > 0) {
        size_t used = json_string_plain_prefix(string, length);
        uint32_t code_point = 0xFFFD;
        if (used > 0) {
            text_append(text, string, used);
        } else if ((used = vis_decode(string, length, &code_point)) == 0) {
            used = 1;
            if (is_bad_kept)
                text_append(text, string, used);
            else
                ADD(text, REPLACEMENT);
        } else if (is_control(code_point)) {
            text_append_char(text, ' ');
        } else {
            if (code_point == '"')
                text_append_char(text, '"');
            text_append(text, string, used);
        }
        string += used;
        length -= used;
    }
}

/* A cell with a quote in it stands in quotes (RFC 4180, 2): a single one at its start would make
 * the rows that follow part of it. */
static void add_cell(struct text *text, const char *string, bool is_bad_kept)
{
    const char *quote = strchr(string, '"') != NULL ? "\"" : "";
    text_append_string(text, quote);
    add_cell_bytes(text, string, is_bad_kept);
    text_append_string(text, quote);
}

/* Several values in one cell: TABs between them, and quotes around. */
static void add_cells(struct text *text, const char *first, char *const *more, size_t more_count)
{
    if (first != NULL && more_count == 0) {
        add_cell(text, first, true);
        return;
    }
    if (more_count == 0)
        return;
    text_append_char(text, '"');
    add_cell_bytes(text, first != NULL ? first : "", true);
    for (size_t i = 0; i < more_count; i++) {
        if (i > 0 || first != NULL)
            text_append_char(text, '\t');
        add_cell_bytes(text, more[i], true);
    }
    text_append_char(text, '"');
}

/* What a list says beside the URL, checked or, of a line that was refused, as it is. */
static struct list_refused texts_of(const struct job *job, char checksum[CHECKSUM_TEXT_SIZE])
{
    if (job->refused != NULL)
        return *job->refused;
    struct list_refused texts = {0};
    const struct list_entry *entry = job->entry;
    if (entry == NULL)
        return texts;
    texts.texts[LIST_REFUSED_OUT] = entry->out;
    texts.texts[LIST_REFUSED_DIR] = entry->dir;
    texts.texts[LIST_REFUSED_REFERER] = entry->referer;
    if (entry->checksum.algorithm != DIGEST_NONE) {
        char digits[DIGEST_TEXT_SIZE];
        snprintf(checksum, CHECKSUM_TEXT_SIZE, "%s=%s", digest_name(entry->checksum.algorithm),
                 checksum_format(&entry->checksum, digits));
        texts.texts[LIST_REFUSED_CHECKSUM] = checksum;
    }
    return texts;
}

/* url out dir checksum header referer, as a list has them. */
static void add_listed_cells(struct text *text, const struct job *job)
{
    static const struct list_entry nothing = {0};
    const struct list_entry *entry = job->entry != NULL ? job->entry : &nothing;
    char checksum[CHECKSUM_TEXT_SIZE];
    struct list_refused texts = texts_of(job, checksum);
    /* The URL alone keeps bytes that are no UTF-8: it is there to be found again in the list. */
    add_cells(text, job->listed, entry->mirrors, entry->mirror_count);
    text_append_char(text, '\t');
    for (size_t i = 0; i < LIST_REFUSED_COUNT; i++) {
        if (texts.texts[i] != NULL)
            add_cell(text, texts.texts[i], false);
        else if (i == LIST_REFUSED_HEADER)
            add_cells(text, NULL, entry->headers, entry->header_count);
        text_append_char(text, '\t');
    }
}

static void add_place_cell(struct text *text, const struct job *job)
{
    const char *source = job->source != NULL ? job->source : "";
    const char *quote = strchr(source, '"') != NULL ? "\"" : "";
    text_append_string(text, quote);
    add_cell_bytes(text, source, false);
    if (job->line > 0) {
        text_append_char(text, ':');
        text_append_unsigned(text, job->line);
    }
    text_append_string(text, quote);
}

/* A text that did not fit below the limit must not keep half a row. */
static bool finish(struct text *text, size_t start)
{
    if (text->is_full)
        text_cut(text, start);
    return !text->is_full;
}

bool list_row_append_header(struct text *text)
{
    return ADD(text, "url\tout\tdir\tchecksum\theader\treferer\tpriority\n");
}

bool list_row_append(struct text *text, const struct job *job)
{
    size_t start = text->length;
    add_listed_cells(text, job);
    if (job->entry != NULL && job->entry->priority != 0)
        text_append_signed(text, job->entry->priority);
    text_append_char(text, '\n');
    return finish(text, start);
}

bool list_row_append_failed_header(struct text *text)
{
    return ADD(text, "url\tout\tdir\tchecksum\theader\treferer\tclass\thttp\tdetail\tline\tname\n");
}

bool list_row_append_failed(struct text *text, const struct job *job)
{
    const struct outcome *outcome = &job->outcome;
    const char *class_name = failure_name(outcome->failure);
    size_t start = text->length;
    add_listed_cells(text, job);
    text_append_string(text, class_name != NULL ? class_name : "");
    text_append_char(text, '\t');
    if (outcome->http > 0)
        text_append_unsigned(text, (uint64_t)outcome->http);
    text_append_char(text, '\t');
    add_cell(text, outcome_detail(outcome), false);
    text_append_char(text, '\t');
    add_place_cell(text, job);
    text_append_char(text, '\t');
    /* One that content decides cannot be given before it is there. */
    if (job->name != NULL && job->digest_offset == SIZE_MAX)
        add_cell(text, job->name, false);
    text_append_char(text, '\n');
    return finish(text, start);
}
