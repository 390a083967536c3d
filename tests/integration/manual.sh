#!/usr/bin/env bash
# The manual: mandoc finds nothing wrong with it, it knows every key, class and exit code, and its
# examples work.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
command -v mandoc >/dev/null || skip "mandoc is not installed"
start_fault_server
REPORT_PAGE=$SRCDIR/doc/haul-report.5

run_haul 0 --generate man
mkdir -p "$WORK/man/man1" "$WORK/man/man5"
cp "$OUT" "$WORK/man/man1/haul.1"
cp "$REPORT_PAGE" "$WORK/man/man5"
# Which other manuals are installed is no matter of ours: all that are named count as there.
sed -n 's/^\.Xr \([^ ]*\) \([1-9]\).*/\2 \1/p' "$OUT" "$REPORT_PAGE" | sort -u |
    while read -r section name; do
        mkdir -p "$WORK/man/man$section"
        page=$WORK/man/man$section/$name.$section
        [ -e "$page" ] || printf '.Dd 2026\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd other\n' \
            "$name" "$section" "$name" >"$page"
    done
makewhatis "$WORK/man"
for page in man1/haul.1 man5/haul-report.5; do
    MANPATH=$WORK/man mandoc -Tlint -Wstyle "$WORK/man/$page" >"$WORK/lint" 2>&1 || true
    assert_eq "$(cat "$WORK/lint")" "" "what mandoc says about $page"
    mandoc -Tascii -O width=80 "$WORK/man/$page" | sed 's|.\x08||g' >"$WORK/shown"
    assert_at_least "$(wc -l <"$WORK/shown")" 100 "lines of $page"
    assert_eq "$(awk 'length > 80' "$WORK/shown")" "" "lines beyond 80 columns in $page"
    # man(1) is another reader: a mark alone is punctuation for it, and falls out of its quotes.
    if command -v groff >/dev/null; then
        groff -Tutf8 -P-cbou -mdoc "$WORK/man/$page" >"$WORK/shown" 2>"$WORK/complaints"
        assert_eq "$(head -3 "$WORK/complaints")" "" "what groff says about $page"
        assert_at_least "$(wc -l <"$WORK/shown")" 100 "lines of $page by groff"
        assert_eq "$(grep -nF "‘’" "$WORK/shown")" "" "empty quotes in $page by groff"
    fi
done

# Keys in the page, by section, against those of the schemas; classes and exit codes, too.
if ! "$PYTHON" - "$SRCDIR/doc" "$WORK/man/man1/haul.1" >"$WORK/differences" <<'PYTHON'; then
import json, re, sys

folder, haul_page = sys.argv[1:]
page = open(folder + "/haul-report.5", encoding="utf-8").read()
sections = dict(re.findall(r"^\.Sh (.*)\n((?:(?!\.Sh ).*\n)*)", page, re.M))


def documented(section):
    keys = set()
    for line in re.findall(r"^\.It Va (.*)", sections[section], re.M):
        first, *others = [word for word in line.split() if word != ","]
        prefix = first.rpartition(".")[0]
        for name in [first] + [prefix + "." + name if prefix else name for name in others]:
            parts = name.split(".")
            keys.update(".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return keys


def keys_of(schema):
    seen, keys = set(), set()

    def walk(node, prefix):
        for part in node.get("allOf", []) + node.get("oneOf", []):
            walk(part, prefix)
        if "$ref" in node and node["$ref"] not in seen:
            seen.add(node["$ref"])  # once is enough: the page refers back, too
            walk(schema["$defs"][node["$ref"].rpartition("/")[2]], prefix)
        if "items" in node:
            walk(node["items"], prefix)
        for name in list(node.get("properties", {})) + node.get("required", []):
            keys.add(prefix + name)
            walk(node.get("properties", {}).get(name, {}), prefix + name + ".")

    walk({key: value for key, value in schema.items() if key != "allOf"}, "")
    return keys


wrong = []
for section, name in {
    "RUN RECORDS": "result-1",
    "RUN REPORT": "report-1",
    "COMPARISON OF RUNS": "report-comparison-1",
    "COMPARISON OF SETTINGS": "bench-1",
    "WHAT THE DOCTOR SAYS": "doctor-1",
}.items():
    schema = json.load(open(f"{folder}/haul.{name}.schema.json", encoding="utf-8"))
    there, told = keys_of(schema), documented(section)
    if len(there) < 10:
        wrong.append(f"{section}: only {len(there)} keys in the schema")
    wrong += [f"{section}: {key} is in no page" for key in sorted(there - told)]
    wrong += [f"{section}: {key} is in no schema" for key in sorted(told - there)]

page = open(haul_page, encoding="utf-8").read()
record = json.load(open(folder + "/haul.result-1.schema.json", encoding="utf-8"))
classes = {name for name in record["properties"]["class"]["enum"] if name}
told = set(re.findall(r"[a-z-]+", " ".join(
    re.findall(r"^\.It Cm (.*)", page[page.index(".Sh DIAGNOSTICS"):], re.M))))
wrong += [f"haul(1): the class {name} is not explained" for name in sorted(classes - told)]
wrong += [f"haul(1): there is no class {name}" for name in sorted(told - classes)]
report = json.load(open(folder + "/haul.report-1.schema.json", encoding="utf-8"))
codes = {str(code) for code in report["properties"]["exit_code"]["enum"] if code is not None}
status = page[page.index(".Sh EXIT STATUS"):page.index(".Sh EXAMPLES")]
told = set(re.findall(r"\d+", " ".join(re.findall(r"^\.It (.*)", status, re.M))))
wrong += [f"haul(1): exit code {code} is not explained" for code in sorted(codes - told)]
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
PYTHON
    fail "the manual and the schemas differ: $(head -5 "$WORK/differences" | tr '\n' ';')"
fi

# Levels that only --verbose shows say so, a retry's among them.
for level in WARN SAVE KEEP; do
    assert "haul(1) does not say that $level needs --verbose" \
        grep -qE '^\.Pq Fl -verbose' <(sed -n "/^\.It $level$/,/^\.[IE][tl]/p" "$OUT")
done

# Each command line of haul(1) is one.
sed -n 's/^\.Dl \$ \(.*\)/\1/p' "$OUT" |
    sed -e 's/\\(dq/"/g' -e "s/\\\\(aq/'/g" >"$WORK/examples"
cp "$OUT" "$WORK/page"
assert_at_least "$(wc -l <"$WORK/examples")" 8 "examples of haul(1)"
while IFS= read -r line; do
    command=${line##*| haul }
    command=${command#haul }
    command=${command%% | *}
    run_haul 0 --show-config $command
done < <(grep -v 'haul report' "$WORK/examples")
run_haul 0 --show-config $(sed -n 's/^\.Dl .* haul \(-q .*\)/\1/p' "$WORK/page")

# Links that lead somewhere, by redirects too, and lines said twice are not dead.
printf '%s\n' "$FAULT/ok/1" "$FAULT/ok/1" "$FAULT/redirect-to?status=302&url=$FAULT/ok/2" \
    "$FAULT/redirect-to?status=302&url=$FAULT/status/404/2" "$FAULT/status/404/1" >"$WORK/list.txt"
run_haul 1 check "$WORK/list.txt"
assert_eq "$(eval "$(sed -n 's/^haul check .* | //p' "$WORK/examples")" <"$OUT" |
    grep -o '/status/404/[12]  ' | sort | xargs)" '/status/404/1 /status/404/2' "dead links"
assert_eq "$(eval "$(sed -n 's/^haul check .* | //p' "$WORK/examples")" <"$OUT" | wc -l)" 2 \
    "lines about dead links"

# The examples of haul-report(5), in an output directory.
fresh_dir examples
printf '%s\n' "$FAULT/ok/1" "$FAULT/ok/2" "$FAULT/status/404/3" >"$WORK/list.txt"
run_haul 1 -d "$DIR" "$WORK/list.txt"
check_run
sed -n '/^\.Bd -literal/,/^\.Ed/ { /^\.Bd/d; s/\\e/\\/g; s/^\.Ed.*/#end/; p }' "$REPORT_PAGE" |
    sed "s/\\\\(aq/'/g" >"$WORK/blocks"
assert_at_least "$(grep -c '^#end' "$WORK/blocks")" 5 "examples of haul-report(5)"
block=
while IFS= read -r line; do
    if [ "$line" != '#end' ]; then
        block+=$line$'\n'
        continue
    fi
    (cd "$DIR" && bash -e -o pipefail -c "$block" >"$WORK/printed" 2>&1) ||
        fail "an example of haul-report(5) fails: $block $(head -3 "$WORK/printed")"
    if ! grep -q 'timeout\|image' <<<"$block"; then
        assert "an example of haul-report(5) prints nothing: $block" test -s "$WORK/printed"
    fi
    block=
done <"$WORK/blocks"

# Whatever a run leaves, a retry too, has its place in both pages.
run_haul 3 --retry-failed --retry-all -d "$DIR"
(cd "$DIR" && ls .haul/last/ && ls -A .haul) | grep -vx runs | sort -u >"$WORK/left"
assert_at_least "$(wc -l <"$WORK/left")" 9 "files that a retry leaves"
while read -r file; do
    assert "haul(1) does not name $file" grep -qE "^\.It Pa .*/$file( |$)" "$WORK/page"
    [ ! -e "$DIR/.haul/last/$file" ] ||
        assert "haul-report(5) does not name $file" grep -qE "^\.It Pa .*/$file$" "$REPORT_PAGE"
done <"$WORK/left"
