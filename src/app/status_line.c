#include "app/status_line.h"

static void append_eta(struct text *text, int64_t us)
{
    int64_t seconds = us / 1000000;
    if (seconds < 60)
        text_append_format(text, " eta %llds", (long long)seconds);
    else if (seconds < 3600)
        text_append_format(text, " eta %lldm%02llds", (long long)(seconds / 60),
                           (long long)(seconds % 60));
    else
        text_append_format(text, " eta %lldh%02lldm", (long long)(seconds / 3600),
                           (long long)(seconds / 60 % 60));
}

/* Those that are always told, and those that there are. */
static bool is_told(const struct live_view *view, enum status status)
{
    return view->counts.by_status[status] > 0 || status == STATUS_FAILED ||
           (status == STATUS_KEPT && !view->is_check);
}

static void append_count(struct text *text, const struct counts *counts, enum status status)
{
    text_append_format(text, " %s %llu", status_name(status),
                       (unsigned long long)counts->by_status[status]);
}

void status_line_append(struct text *text, const struct live_view *view)
{
    char number[NUMBER_SIZE];
    const struct counts *counts = &view->counts;
    text_append_unsigned(text, counts->total);
    if (view->is_final) {
        text_append_format(text, "/%llu", (unsigned long long)view->total);
        if (view->total > 0)
            text_append_format(text, " %u%%", live_view_percent(view));
    } else {
        text_append_string(text, " done, list still open,");
    }
    enum status best = view->is_check ? STATUS_OK : STATUS_DOWNLOADED;
    append_count(text, counts, best);
    for (enum status status = 0; status < STATUS_COUNT; status++) {
        if (status != best && is_told(view, status))
            append_count(text, counts, status);
    }
    text_append_format(text, " %.1f url/s %s/s", view->urls_per_second,
                       number_format_bytes(number, (int64_t)view->bytes_per_second));
    if (view->is_stopping)
        text_append_string(text, " stopping");
    else if (view->eta_us >= 0)
        append_eta(text, view->eta_us);
}

static void append_time_left(struct text *text, int64_t us)
{
    int64_t seconds = us / 1000000;
    int64_t count = seconds < 60 ? seconds + 1 : seconds < 7200 ? seconds / 60 : seconds / 3600;
    const char *unit = seconds < 60 ? "second" : seconds < 7200 ? "minute" : "hour";
    text_append_format(text, " About %lld %s%s left.", (long long)count, unit,
                       count == 1 ? "" : "s");
}

void status_line_append_sentences(struct text *text, const struct live_view *view)
{
    char number[NUMBER_SIZE];
    const struct counts *counts = &view->counts;
    text_append_string(text, number_format_count(number, (int64_t)counts->total));
    if (view->is_final)
        text_append_format(text, " of %s %s done, %u percent.",
                           number_format_count(number, (int64_t)view->total),
                           view->total == 1 ? "URL" : "URLs", live_view_percent(view));
    else
        text_append_string(text, " URLs done, the list is still being read.");
    text_append_format(text, " %s failed.",
                       number_format_count(number, (int64_t)counts->by_status[STATUS_FAILED]));
    if (view->is_stopping)
        text_append_string(text, " Stopping.");
    else if (view->eta_us >= 0)
        append_time_left(text, view->eta_us);
}
