#!/usr/bin/python3
"""Tables of what tests/bench/run has measured.

    table.py text|json|markdown RESULTS...
    table.py insert FILE RESULTS...

RESULTS are files of raw figures, as figures.sh describes them; of several, the later one wins.
"insert" puts the Markdown into FILE, between its two lines that begin with MARK.
"""
import json
import statistics
import sys

MARK = "<!-- measured"
STOPPED = 124  # the status of timeout


def read_results(paths):
    """All files as one: facts, versions, sections by name, budgets."""
    data = {"facts": {}, "commands": [], "versions": {}, "sections": {}, "budgets": []}
    for path in paths:
        with open(path) as lines:
            one = read_one(lines)
        data["facts"].update(one["facts"])
        data["commands"].append({"date": one["facts"]["date"], "command": one["facts"]["command"],
                                 "load_at_start": float(one["facts"]["load"])})
        data["versions"].update(one["versions"])
        data["sections"].update(one["sections"])
        data["budgets"] = [budget for budget in data["budgets"]
                           if budget["section"] not in one["sections"]] + one["budgets"]
    return data


def read_one(lines):
    one = {"facts": {}, "versions": {}, "sections": {}, "budgets": []}
    for line in lines:
        if line.startswith("#"):
            read_fact(one, *line[1:].rstrip("\n").split("\t"))
        else:
            read_run(one, *line.split())
    for section in one["sections"].values():
        for program in section["programs"].values():
            add_medians(program)
        add_ratios(section["programs"])
    return one


def read_fact(one, kind, *fields):
    if kind == "fact":
        one["facts"][fields[0]] = fields[1]
    elif kind == "version":
        one["versions"][fields[0]] = fields[1]
    elif kind == "section":
        find_section(one, fields[0])["title"] = fields[1]
    elif kind in ("note", "left-out"):
        key = "note" if kind == "note" else "left_out"
        find_program(one, fields[0])[key] = fields[1]
    elif kind == "budget":
        section, what, figure, unit, side, budget, verdict = fields
        one["budgets"].append({"section": section, "what": what, "figure": float(figure),
                               "unit": unit, "side": side, "budget": float(budget),
                               "met": verdict == "met"})


def read_run(one, label, wall, cpu, memory, status, done=None, expected=None):
    find_program(one, label)["runs"].append({
        "wall_us": int(wall), "cpu_us": int(cpu), "peak_kib": int(memory), "status": int(status),
        "done": None if done is None else int(done),
        "expected": None if expected is None else int(expected)})


def find_section(one, name):
    return one["sections"].setdefault(name, {"title": name, "programs": {}})


def find_program(one, label):
    section, name = label.split("/", 1)
    programs = find_section(one, section)["programs"]
    return programs.setdefault(name, {"runs": [], "note": None, "left_out": None})


def is_complete(run):
    return run["status"] == 0 and run["done"] == run["expected"]


def add_medians(program):
    """Of the complete runs; of all, where none is."""
    runs = [run for run in program["runs"] if is_complete(run)] or program["runs"]
    program["complete"] = bool(runs) and all(map(is_complete, program["runs"]))
    program["median"] = None
    if runs:
        program["median"] = {key: statistics.median(run[key] for run in runs)
                             for key in ("wall_us", "cpu_us", "peak_kib")}
        program["median"]["done"] = None
        if runs[0]["done"] is not None:
            program["median"]["done"] = statistics.median(run["done"] for run in runs)


def time_of_one(program):
    """A run that was stopped is compared by the time of a file; one that failed, not at all."""
    median = program["median"]
    if median is None or median["done"] == 0:
        return None
    if not any(is_complete(run) or run["status"] == STOPPED for run in program["runs"]):
        return None
    return median["wall_us"] / (median["done"] or 1)


def add_ratios(programs):
    haul = programs.get("haul")
    base = time_of_one(haul) if haul else None
    for program in programs.values():
        own = time_of_one(program)
        program["ratio_to_haul"] = round(own / base, 3) if own and base else None


def remarks(program):
    texts = []
    runs = program["runs"]
    incomplete = [run for run in runs if not is_complete(run)]
    if incomplete:
        run = incomplete[0]
        stopped = "stopped" if run["status"] == STOPPED else f"ended with status {run['status']}"
        which = "" if len(incomplete) == len(runs) else f" in {len(incomplete)} of {len(runs)} runs"
        if run["done"] is not None:
            stopped += f": {run['done']:,} of {run['expected']:,} files"
        texts.append(stopped + which)
    if program["note"]:
        texts.append(program["note"])
    if program["left_out"]:
        texts.append(program["left_out"])
    return "; ".join(texts)


def rows(section):
    """The fastest first, by the time of a file; what was left out last."""
    def order(item):
        return time_of_one(item[1]) or float("inf")

    for name, program in sorted(section["programs"].items(), key=order):
        median = program["median"]
        if median is None:
            yield name, ["-"] * 6, remarks(program)
            continue
        walls = [run["wall_us"] / 1e6 for run in program["runs"]]
        ratio = program["ratio_to_haul"]
        measured = median["cpu_us"] > 0
        yield name, [f"{median['wall_us'] / 1e6:.3f}", f"{min(walls):.3f} - {max(walls):.3f}",
                     f"{len(walls)}", f"{median['cpu_us'] / 1e6:.2f}" if measured else "-",
                     f"{median['peak_kib'] / 1024:.1f}" if measured else "-",
                     f"{ratio:.2f}" if ratio else "-"], remarks(program)


def budget_text(budget):
    side = "at most" if budget["side"] == "at-most" else "at least"
    return (f"{budget['figure']:,.10g}", f"{side} {budget['budget']:,.10g} {budget['unit']}",
            "met" if budget["met"] else "MISSED")


def print_text(data):
    for name, section in data["sections"].items():
        if not section["programs"]:
            continue
        print(f"\n{name}: {section['title']}")
        print(f"  {'':14} {'wall s':>9} {'min - max':>19} {'runs':>4} {'CPU s':>8} {'RSS MiB':>8}"
              f" {'to haul':>8}")
        for program, cells, remark in rows(section):
            wall, spread, runs, cpu, memory, ratio = cells
            print(f"  {program:14} {wall:>9} {spread:>19} {runs:>4} {cpu:>8} {memory:>8} {ratio:>8}"
                  f"  {remark}".rstrip())
    if data["budgets"]:
        print()
    for budget in data["budgets"]:
        figure, limit, verdict = budget_text(budget)
        print(f"budget {budget['section'] + ': ' + budget['what']:72} {figure:>9}, {limit}: {verdict}")


def print_json(data):
    facts = data["facts"]
    machine = {"cpus": int(facts["cpus"]), "cpu": facts["cpu"],
               "memory_kib": int(facts["memory_kib"]), "kernel": facts["kernel"],
               "system": facts["system"]}
    json.dump({"schema": "haul.performance/1", "date": facts["date"], "commands": data["commands"],
               "machine": machine, "versions": data["versions"], "sections": data["sections"],
               "budgets": data["budgets"]}, sys.stdout, indent=1)
    print()


def markdown(data):
    facts = data["facts"]
    memory = int(facts["memory_kib"]) / 1048576
    for command in data["commands"]:
        yield f"- Measured on {command['date'][:10]} with `{command['command']}`; load of the machine" \
              f" before it: {command['load_at_start']}."
    yield f"- Machine: {facts['cpus']} CPUs ({facts['cpu']}), {memory:.0f} GiB, {facts['system']}," \
          f" {facts['kernel']}."
    yield "- Versions: " + "; ".join(f"{name}: {text}" for name, text in data["versions"].items()) + "."
    for name, section in data["sections"].items():
        if not section["programs"]:
            continue
        yield ""
        yield f"### {name}: {section['title']}"
        yield ""
        yield "| program | wall s | min - max | runs | CPU s | peak MiB | to haul | |"
        yield "|---|--:|--:|--:|--:|--:|--:|---|"
        for program, cells, remark in rows(section):
            yield f"| {program} | {' | '.join(cells)} | {remark} |"
    yield ""
    yield "### Budgets"
    yield ""
    yield "| section | what | measured | budget | |"
    yield "|---|---|--:|---|---|"
    for budget in data["budgets"]:
        figure, limit, verdict = budget_text(budget)
        yield f"| {budget['section']} | {budget['what']} | {figure} | {limit} | {verdict} |"


def insert(path, lines):
    with open(path) as file:
        old = file.read().split("\n")
    marks = [number for number, line in enumerate(old) if line.startswith(MARK)]
    if len(marks) != 2:
        sys.exit(f"{path}: needs two lines that begin with {MARK}")
    with open(path, "w") as file:
        file.write("\n".join(old[:marks[0] + 1] + [""] + lines + [""] + old[marks[1]:]))


def main():
    form, paths = sys.argv[1], sys.argv[2:]
    if form == "insert":
        insert(paths[0], list(markdown(read_results(paths[1:]))))
    elif form == "markdown":
        print("\n".join(markdown(read_results(paths))))
    else:
        {"text": print_text, "json": print_json}[form](read_results(paths))


if __name__ == "__main__":
    main()
