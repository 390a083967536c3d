#include "io/html_style.h"

#include "io/chart.h"

/* base64 of the SHA-256 of all that is in the style element (Content Security Policy, 2.3.1). It is
 * always the same, and asking OpenSSL for it would take longer than the rest of the page: a test
 * compares, and says what it should be. */
#define STYLE_DIGEST "5CCCvKRBmhSfx+LeABn2pG9sS6OLkX3I56Ji2xYs8QY="

/* Text has a contrast of at least 4.5 to 1 in both schemes, what is drawn at least 3 to 1. */
static const char COLOURS[] =
    ":root{color-scheme:light dark;--back:#fff;--side:#f6f8fa;--edge:#d0d7de;--ink:#1f2328;"
    "--soft:#59636e;--link:#0860c4;--good:#1a7f37;--kept:#0969da;--twice:#8250df;--skip:#9a6700;"
    "--bad:#cf222e;--not:#6e7781;--bar:#0068b0}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#0d1117;--side:#151b23;--edge:#3d444d;"
    "--ink:#f0f6fc;--soft:#9aa4af;--link:#6cb6ff;--good:#3fb950;--kept:#58a6ff;--twice:#bc8cff;"
    "--skip:#d29922;--bad:#ff7b72;--not:#8b949e;--bar:#5cb3f5}}\n";

static const char TEXTS[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"
    "'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
    "main{max-width:1400px;margin:0 auto;padding:24px clamp(14px,3vw,40px) 56px}\n"
    "h1{font-size:clamp(1.6rem,4.5vw,2.3rem);line-height:1.2;margin:.2em 0 .35em}\n"
    "h2{font-size:1.3rem;margin:0 0 .6em}\n"
    "h3{font-size:1rem;margin:1.4em 0 .3em}\n"
    ".soft{color:var(--soft);font-weight:400}\n"
    "p{margin:.4em 0}\n"
    "a{color:var(--link)}\n"
    "a:focus-visible,.scroll:focus-visible,summary:focus-visible{outline:3px solid var(--link);"
    "outline-offset:2px}\n"
    "section{margin-top:2.6rem}\n"
    ".lead{font-size:1.1rem;max-width:60em}\n"
    ".run{color:var(--soft);margin:0}\n"
    ".bad{color:var(--bad)}\n"
    ".good{color:var(--good)}\n"
    "nav ul{list-style:none;margin:1.2em 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.3em "
    "1.2em}\n"
    "code,pre,.url{font-family:ui-monospace,'Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',"
    "monospace;font-size:.88em}\n"
    "pre{background:var(--side);border:1px solid var(--edge);border-radius:8px;margin:.6em 0;"
    "padding:.8em 1em;white-space:pre-wrap;user-select:all}\n"
    "ul.notes{padding-left:1.2em;margin:.4em 0}\n"
    "footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--edge);color:var(--soft)}\n";

static const char TABLES[] =
    ".scroll{overflow:auto hidden;margin:.9em 0 0;border:1px solid var(--edge);border-radius:8px}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\n"
    "th,td{text-align:left;padding:.42em .9em;vertical-align:baseline;border-top:1px solid "
    "var(--edge);"
    "overflow-wrap:normal}\n"
    "thead th{border-top:0;background:var(--side);white-space:nowrap;font-weight:600}\n"
    "tbody th{font-weight:400}tbody tr>:not(.wide){white-space:nowrap}\n"
    ".n{text-align:right;white-space:nowrap}\n"
    ".wide{min-width:15em;overflow-wrap:anywhere}\n"
    ".line{min-width:9em;width:60%;vertical-align:middle}\n"
    "@media(max-width:600px){th,td{padding:.4em .55em}.line{min-width:4em;width:40%}"
    ".wide{min-width:13em}}\n"
    "details>summary{cursor:pointer;padding:.3em 0}\n";

static const char PARTS[] =
    ".stack{display:block;width:100%;height:26px;border-radius:6px;margin:1em 0 0}\n"
    ".bar{display:block;width:100%;height:.85em;fill:var(--bar)}\n"
    ".swatch{width:.85em;height:.85em;margin-right:.5em;vertical-align:-.08em;border-radius:3px}\n"
    ".f-good{fill:var(--good)}.f-kept{fill:var(--kept)}.f-twice{fill:var(--twice)}"
    ".f-skip{fill:var(--skip)}.f-bad{fill:var(--bad)}.f-not{fill:var(--not)}\n"
    ".f-dns{fill:var(--skip)}.f-connect{fill:var(--twice)}.f-tls{fill:var(--bad)}"
    ".f-wait{fill:var(--kept)}.f-receive{fill:var(--good)}.f-write{fill:var(--not)}\n"
    ".legend{list-style:none;margin:.8em 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.3em "
    "1.6em}\n"
    ".legend b{font-variant-numeric:tabular-nums}\n"
    ".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(134px,1fr));gap:12px;"
    "margin:1.6em 0 0}\n"
    ".facts div{background:var(--side);border:1px solid var(--edge);border-radius:8px;"
    "padding:.6em .75em}\n"
    ".facts dt{color:var(--soft);font-size:.88rem}\n"
    ".facts dd{margin:0;font-size:1.15rem;font-weight:600}\n"
    ".facts dd small{display:block;font-size:.82rem;font-weight:400;color:var(--soft)}\n"
    ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));"
    "gap:22px 28px}\n"
    ".charts figure{margin:0;min-width:0}\n"
    ".charts .haul-chart{width:100%;max-width:860px;font-size:16px}\n"
    "@media(max-width:1100px){.charts .haul-chart{font-size:18px}}\n"
    ".failures .haul-chart .c0{color:var(--bad)}\n"
    ".received .haul-chart .c0{color:var(--good)}\n"
    ".busy .haul-chart .c0{color:var(--twice)}\n";

static const char PICTURES[] =
    ".sheet{list-style:none;margin:0;padding:0;display:grid;gap:14px;"
    "grid-template-columns:repeat(auto-fill,minmax(min(46%,150px),1fr))}\n"
    ".sheet li{min-width:0;border:1px solid var(--edge);border-radius:8px;overflow:hidden;"
    "background:var(--side)}\n"
    ".sheet img,.sheet .none{display:block;width:100%;height:130px;object-fit:scale-down;"
    "background:var(--back)}\n"
    ".sheet .none{display:grid;place-content:center;color:var(--soft);font-size:.9rem}\n"
    ".sheet p{margin:0;padding:.4em .65em .55em;font-size:.84rem;line-height:1.35}\n"
    ".sheet small{display:block;color:var(--soft)}\n"
    "@media print{nav{display:none}section{break-inside:avoid}}\n";

/* The style element's content: the policy names it by its digest, so that nothing else can style.
 */
static void append_style(struct text *text)
{
    text_append_char(text, '\n');
    text_append_string(text, COLOURS);
    text_append_string(text, TEXTS);
    text_append_string(text, TABLES);
    text_append_string(text, PARTS);
    text_append_string(text, PICTURES);
    text_append_string(text, chart_style());
}

void html_style_append(struct text *text, bool has_pictures)
{
    struct text style;
    text_init(&style, SIZE_MAX / 4);
    append_style(&style);
    text_append_string(text, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                             "'none'; style-src 'sha256-");
    text_append_string(text, STYLE_DIGEST);
    /* 'self' is for a page that was put beside its files and is given out by a server. */
    text_append_string(text, has_pictures ? "'; img-src 'self' file:" : "'");
    text_append_string(text, "; base-uri 'none'; form-action 'none'\">\n<style>");
    text_append(text, style.data, style.length);
    text_append_string(text, "</style>\n");
    text_clear(&style);
}
