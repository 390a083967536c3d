#include "io/source_format.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/source_columns.h"

/* csv and tsv (RFC 4180): the first row names the columns, every other one is an item.
 *
 * libcsv gets line after line, so the line where a row begins is known, and a row that does not end
 * can be given up: it is one problem, and reading goes on at its second line. Only LF ends a row,
 * only CR around a cell is dropped. A quote inside a cell that is not quoted stands for itself, as
 * many programs write it; text behind a closing quote makes the row a problem, because the reading
 * that libcsv offers would swallow the rows up to the next quote. */

#define PROBLEM_SIZE 160
#define CELL_GROWTH_BYTES 4096

/* Lines of rows that did not end are read again. A list made of such rows would cost the square of
 * its length, were the total not limited to this many times what was read, and some more. */
#define REREAD_RATIO 16
#define REREAD_FREE (UINT64_C(1024) * 1024)

#define ROW_TOO_LONG "row longer than 64 KiB (a quote that is not closed?)"

struct csv_reader {
    struct source_lines *lines;
    char *url_column;
    const struct name_template *names; /* lent; NULL = none */
    struct csv_parser parser;
    struct source_columns *columns; /* NULL before the first row */

    /* The row that is being read. */
    bool is_open;
    bool has_ended;
    uint64_t row_line;
    size_t first_line_bytes; /* with LF */
    size_t row_bytes;
    const char *row_problem; /* bytes that cannot be used; NULL = none */
    size_t cell_count;
    char *cells; /* what they hold, one behind the other: SOURCE_LINE_MAX bytes */
    size_t cell_bytes;
    struct list_field *fields; /* SOURCE_COLUMNS_MAX of them: the cells but the URL's */
    const char *url;           /* NULL = the row did not come so far */
    size_t url_length;

    uint64_t read_bytes;   /* of all lines, as often as they were read */
    uint64_t reread_bytes; /* of them, what had been read before */
    char problem[PROBLEM_SIZE];
};

static int is_line_end(unsigned char character)
{
    return character == '\n';
}

static int is_dropped(unsigned char character)
{
    return character == '\r';
}

static void *resize_cell(void *block, size_t size)
{
    return memory_resize(block, size, 1);
}

/* libcsv gives a cell. */
static void take_cell(void *bytes, size_t length, void *context)
{
    struct csv_reader *reader = context;
    const struct source_columns *columns = reader->columns;
    size_t index = reader->cell_count++;
    if (index >= (columns != NULL ? columns->count : SOURCE_COLUMNS_MAX))
        return; /* counted only */
    char *cell = reader->cells + reader->cell_bytes;
    memcpy(cell, bytes, length);
    reader->cell_bytes += length;
    if (columns != NULL && index == columns->url_index) {
        reader->url = cell;
        reader->url_length = length;
        return;
    }
    if (columns != NULL && index > columns->url_index)
        index--;
    reader->fields[index].value = cell;
    reader->fields[index].value_length = length;
}

/* libcsv has seen the end of the row. */
static void end_row(int character, void *context)
{
    struct csv_reader *reader = context;
    (void)character;
    reader->has_ended = true;
}

static void begin_row(struct csv_reader *reader, const struct source_line *line)
{
    if (reader->cells == NULL) {
        reader->cells = memory_allocate(SOURCE_LINE_MAX);
        reader->fields = memory_allocate_zeroed(SOURCE_COLUMNS_MAX, sizeof *reader->fields);
    }
    reader->is_open = true;
    reader->has_ended = false;
    reader->row_line = line->number;
    reader->first_line_bytes = line->length + 1;
    reader->row_bytes = 0;
    reader->row_problem = NULL;
    reader->cell_count = 0;
    reader->cell_bytes = 0;
    reader->url = NULL;
    reader->url_length = 0;
}

/* Gives the bytes to libcsv. False when there is text behind a closing quote. */
static bool parse(struct csv_reader *reader, const char *bytes, size_t length)
{
    for (;;) {
        size_t used = csv_parse(&reader->parser, bytes, length, take_cell, end_row, reader);
        bytes += used;
        length -= used;
        if (length == 0)
            return true;
        if (reader->parser.quoted)
            return false;
        /* A quote in a cell that is not quoted: this byte is read without strictness. */
        csv_set_opts(&reader->parser, 0);
        csv_parse(&reader->parser, bytes, 1, take_cell, end_row, reader);
        csv_set_opts(&reader->parser, CSV_STRICT);
        bytes++;
        length--;
    }
}

/* Whether lines that may have to be read again may be read on. It depends on what the list holds,
 * not on how it comes in. */
static bool may_read_on(const struct csv_reader *reader)
{
    uint64_t fresh_bytes = reader->read_bytes - reader->reread_bytes;
    return reader->reread_bytes <= REREAD_RATIO * fresh_bytes + REREAD_FREE;
}

static enum source_answer fail_names(struct csv_reader *reader, uint64_t line, const char *problem,
                                     struct error *error)
{
    error_set(error, ERROR_INPUT, "cannot read the column names of %s (line %llu): %s",
              source_lines_name(reader->lines), (unsigned long long)line, problem);
    return SOURCE_ERROR;
}

/* The row as an item, with a problem or without. */
static enum source_answer give(const struct csv_reader *reader, const char *problem,
                               struct source_item *out_item)
{
    bool has_url = reader->url != NULL;
    *out_item = (struct source_item){
        .line = reader->row_line,
        .url = has_url ? reader->url : "",
        .url_length = has_url ? reader->url_length : 0,
        .problem = problem,
        .fields = reader->fields,
        .field_count = problem == NULL ? reader->columns->count - 1 : 0,
    };
    return SOURCE_ITEM;
}

/* Gives up a row that does not end; all but its first line comes again. `refused_bytes` were read
 * and are no part of it. */
static enum source_answer give_up(struct csv_reader *reader, const char *problem,
                                  size_t refused_bytes, struct source_item *out_item,
                                  struct error *error)
{
    csv_fini(&reader->parser, NULL, NULL, NULL); /* forgets the row */
    reader->is_open = false;
    size_t again_bytes = reader->row_bytes + refused_bytes - reader->first_line_bytes;
    if (again_bytes > 0) {
        reader->reread_bytes += again_bytes;
        source_lines_rewind(reader->lines);
    }
    source_lines_unmark(reader->lines);
    if (reader->columns == NULL)
        return fail_names(reader, reader->row_line, problem, error);
    return give(reader, problem, out_item);
}

static enum source_answer finish_row(struct csv_reader *reader, struct source_item *out_item,
                                     struct error *error)
{
    const char *problem = reader->row_problem;
    source_lines_unmark(reader->lines);
    reader->is_open = false;
    if (reader->columns == NULL) {
        if (problem != NULL)
            return fail_names(reader, reader->row_line, problem, error);
        reader->columns =
            source_columns_create(reader->fields, reader->cell_count, reader->url_column,
                                  source_lines_name(reader->lines), error);
        if (reader->columns == NULL ||
            !source_columns_serve(reader->columns, reader->names, source_lines_name(reader->lines),
                                  error))
            return SOURCE_ERROR;
        source_columns_set_keys(reader->columns, reader->fields);
        return SOURCE_NOTHING;
    }
    size_t count = reader->columns->count;
    if (problem == NULL && reader->cell_count != count) {
        snprintf(reader->problem, PROBLEM_SIZE, "too %s columns: %zu, but the first row has %zu",
                 reader->cell_count < count ? "few" : "many", reader->cell_count, count);
        problem = reader->problem;
    }
    if (problem == NULL && source_is_blank(reader->url, reader->url_length))
        problem = "no URL";
    return give(reader, problem, out_item);
}

/* The first line of a row. SOURCE_NOTHING: the row goes on. */
static enum source_answer begin_with(struct csv_reader *reader, const struct source_line *line,
                                     struct source_item *out_item, struct error *error)
{
    size_t returns = 0;
    if (line->problem != NULL) {
        bool is_too_long = line->length > SOURCE_LINE_MAX;
        if (reader->columns == NULL && is_too_long)
            return fail_names(reader, line->number, line->problem, error);
        return source_give_problem(out_item, line->number, line->problem);
    }
    while (returns < line->length && line->bytes[returns] == '\r')
        returns++;
    if (returns == line->length) {
        source_lines_add_blank(reader->lines);
        return SOURCE_NOTHING;
    }
    begin_row(reader, line);
    return SOURCE_NOTHING;
}

static enum source_answer take_line(struct csv_reader *reader, const struct source_line *line,
                                    struct source_item *out_item, struct error *error)
{
    bool is_first = !reader->is_open;
    reader->read_bytes += line->length + 1;
    if (is_first) {
        enum source_answer answer = begin_with(reader, line, out_item, error);
        if (!reader->is_open)
            return answer;
    } else if (line->problem != NULL || reader->row_bytes + line->length > SOURCE_LINE_MAX) {
        return give_up(reader, line->is_break ? "a quote that is not closed" : ROW_TOO_LONG,
                       line->length + 1, out_item, error);
    }
    reader->row_bytes += line->length + 1;
    if (reader->row_problem == NULL)
        reader->row_problem = source_line_problem(line);
    if (!parse(reader, line->bytes, line->length) || !parse(reader, "\n", 1))
        return give_up(reader, "text behind a closing quote", 0, out_item, error);
    if (reader->has_ended)
        return finish_row(reader, out_item, error);
    if (!is_first)
        return SOURCE_NOTHING;
    if (!may_read_on(reader))
        return give_up(reader, "a quote that is not closed in its line, after many of them", 0,
                       out_item, error);
    source_lines_mark(reader->lines);
    return SOURCE_NOTHING;
}

static void *create(struct source_lines *lines, const struct source_settings *settings)
{
    struct csv_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    reader->lines = lines;
    reader->url_column = memory_copy_string(source_url_column(settings));
    reader->names = settings->names;
    csv_init(&reader->parser, CSV_STRICT);
    csv_set_delim(&reader->parser, settings->format == SOURCE_FORMAT_TSV ? CSV_TAB : CSV_COMMA);
    csv_set_space_func(&reader->parser, is_dropped);
    csv_set_term_func(&reader->parser, is_line_end);
    csv_set_realloc_func(&reader->parser, resize_cell);
    csv_set_blk_size(&reader->parser, CELL_GROWTH_BYTES);
    return reader;
}

static void destroy(void *context)
{
    struct csv_reader *reader = context;
    if (reader == NULL)
        return;
    csv_free(&reader->parser);
    source_columns_destroy(reader->columns);
    free(reader->url_column);
    free(reader->cells);
    free(reader->fields);
    free(reader);
}

static enum source_answer next(void *context, struct source_item *out_item, struct error *error)
{
    struct csv_reader *reader = context;
    for (;;) {
        struct source_line line;
        enum source_answer answer = source_lines_next(reader->lines, &line, error);
        if (answer == SOURCE_END && reader->is_open)
            return give_up(reader, "a quote that is not closed", 0, out_item, error);
        if (answer != SOURCE_ITEM)
            return answer;
        answer = take_line(reader, &line, out_item, error);
        if (answer != SOURCE_NOTHING)
            return answer;
    }
}

const struct source_format_reader source_csv_reader = {create, destroy, next};
