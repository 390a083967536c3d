#!/bin/sh
# The sample lists of urls/ say the same in every format, so that README and tests may take any.
set -eu
cd "${SRCDIR:-$(dirname "$0")/../..}"

for tool in python3 gzip zstd; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is not installed"
        exit 77
    fi
done
gzip -dc urls/packed.csv.gz | cmp - urls/table.csv
zstd -dcq urls/packed.jsonl.zst | cmp - urls/lines.jsonl

python3 - <<'PYTHON'
import csv, json, sys


def table(name, delimiter):
    with open(name, encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if value != ""}
                for row in csv.DictReader(file, delimiter=delimiter, strict=True)]


def text(name):
    rows = []
    for line in open(name, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith(" "):
            key, value = line.strip().split("=", 1)
            rows[-1][key] = value
        elif line and not line.startswith("#"):
            rows.append({"url": line})
    return rows


def without_caption(rows):
    return [{key: value for key, value in row.items() if key != "caption"} for row in rows]


rows = table("urls/table.csv", ",")
objects = [{key: str(value) for key, value in json.loads(line).items()}
           for line in open("urls/lines.jsonl", encoding="utf-8")]
used = set().union(*rows)
wrong = [text for text, holds in {
    "urls/table.tsv differs from table.csv": table("urls/table.tsv", "\t") == rows,
    "urls/lines.jsonl differs from table.csv": objects == rows,
    "urls/text.txt differs from table.csv": text("urls/text.txt") == without_caption(rows),
    "urls/table.csv does not use every key": used > {
        "url", "out", "dir", "checksum", "priority", "header", "referer"},
}.items() if not holds]
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
PYTHON
