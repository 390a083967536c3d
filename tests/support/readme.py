#!/usr/bin/python3
"""Runs the commands of a Markdown file, and compares what they print with what it shows.

usage: readme.py run FILE [--exempt COMMAND]...
       readme.py compare FILE COMMAND OUTPUT

`run` takes the fenced blocks of FILE in their order, all in the present directory:

    ```sh        commands, one a line (a backslash continues it); each must succeed, unless its
                 comment says "# exit N"
    ```console   commands behind "$ ", each followed by what it prints to a terminal; the exit code
                 is that of its comment, else 0. A line "..." stands for any number of lines.
    ```text      no commands: pictures, formats

Any other block is an error, and so is one that is indented instead of fenced. Exempt commands are
not run, but must be there. `compare` compares the output that FILE shows for COMMAND with the file
OUTPUT.

Times, rates, sizes of memory, run names, ports and temporary names may differ, blanks may be more
or fewer; the present directory is /srv. Prints the lines that differ (< shown, > printed); the exit code is 1
then.
"""

import difflib
import os
import re
import subprocess
import sys

KINDS = ("sh", "console", "text")
LIMIT_S = 60

# What may differ, and how it is written for comparing.
LOOSE = [
    (r"\d{8}T\d{6}Z-[0-9a-f]{4}", "RUN"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "INSTANT"),
    (r"haul-demo-\w{6}", "haul-demo-NAME"),
    (r"127\.0\.0\.1:(?!8080\b)\d+", "127.0.0.1:PORT"),
    (r"\d+ min \d+ s|\d+(\.\d+)? (us|ms|s|min)\b", "TIME"),
    (r"\d+(\.\d+)?( url/s|x faster|x\b)", r"N\2"),
    (r"\d+(\.\d+)? [KMGT]iB/s", "RATE"),
    (r"Couldn't connect to server", "Could not connect to server"),  # as libcurl's versions say
]


class Block:
    def __init__(self, kind, line):
        self.kind = kind
        self.line = line  # of its first line
        self.lines = []


def blocks(path):
    """The fenced blocks; problems are (line, text)."""
    found, problems, block = [], [], None
    for number, line in enumerate(open(path, encoding="utf-8").read().split("\n"), 1):
        if line.startswith("```"):
            if block is None:
                block = Block(line[3:].strip(), number + 1)
                if block.kind not in KINDS:
                    problems.append((number, f"a block of kind '{block.kind}': {', '.join(KINDS)}"))
            else:
                found.append(block)
                block = None
        elif block is not None:
            block.lines.append(line)
        elif line.startswith("    "):
            problems.append((number, "an indented block: fence it, so that it is run"))
    if block is not None:
        problems.append((block.line, "the block has no end"))
    return found, problems


def commands(block):
    """Yields (line, command, expected lines or None)."""
    prompt = "$ " if block.kind == "console" else ""
    index = 0
    while index < len(block.lines):
        line, start = block.lines[index], block.line + index
        index += 1
        if not line.startswith(prompt):
            raise ValueError(f"{start}: output without a command")
        command = line[len(prompt):]
        while command.endswith("\\") and index < len(block.lines):
            command = command[:-1].rstrip() + " " + block.lines[index].strip()
            index += 1
        expected = None
        if prompt:
            expected = []
            while index < len(block.lines) and not block.lines[index].startswith(prompt):
                expected.append(block.lines[index])
                index += 1
        if command.strip() and not command.startswith("#"):
            yield start, command, expected


def loosen(line, place):
    line = line.replace(place, "/srv")
    for pattern, name in LOOSE:
        line = re.sub(pattern, name, line)
    return re.sub(r"\s+", " ", line).strip()


def fits(expected, actual):
    """Where "..." stands for any lines."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(fits(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and fits(expected[1:], actual[1:])


def differences(expected, actual, place):
    wanted = [loosen(line, place) for line in expected]
    got = [loosen(line, place) for line in actual]
    while wanted and not wanted[-1]:
        wanted.pop()
    while got and not got[-1]:
        got.pop()
    if fits(wanted, got):
        return []
    lines = list(difflib.unified_diff(wanted, got, lineterm="", n=0))[2:]
    return [{"-": "< ", "+": "> "}[line[0]] + line[1:] for line in lines if line[0] in "-+"]


def bare(command):
    """Without its comment."""
    return re.split(r"\s+#", command)[0].strip()


def run_one(command, expected):
    """What is wrong with it, as lines."""
    wanted = re.search(r"#.*\bexit (\d+)", command)
    wanted = int(wanted.group(1)) if wanted else 0
    try:
        done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=LIMIT_S * int(os.environ.get("SLOW", "1")))
    except subprocess.TimeoutExpired:
        return ["it does not end"]
    text = done.stdout.decode("utf-8", "backslashreplace")
    wrong = []
    if done.returncode != wanted:
        wrong.append(f"exit {done.returncode}, not {wanted}: {text[-600:]}")
    if expected is not None:
        wrong += differences(expected, text.split("\n"), os.getcwd())
    return wrong


def tell(path, line, command, wrong):
    if wrong:
        print(f"{path}:{line}: {command}")
    for text in wrong:
        print(f"    {text}")


def run(path, exempt):
    found, problems = blocks(path)
    seen = set()
    for line, text in problems:
        print(f"{path}:{line}: {text}")
    failed = len(problems)
    for block in found:
        if block.kind == "text":
            continue
        for line, command, expected in commands(block):
            if bare(command) in exempt:
                seen.add(bare(command))
                continue
            wrong = run_one(command, expected)
            tell(path, line, command, wrong)
            failed += bool(wrong)
    for command in exempt:
        if command not in seen:
            print(f"{path}: '{command}' is exempt, but not there")
            failed += 1
    return failed


def compare(path, command, output):
    for block in blocks(path)[0]:
        if block.kind != "console":
            continue
        for line, shown, expected in commands(block):
            if bare(shown) == command:
                with open(output, encoding="utf-8") as file:
                    wrong = differences(expected, file.read().split("\n"), os.getcwd())
                tell(path, line, command, wrong)
                return len(wrong)
    print(f"{path}: no block shows '{command}'")
    return 1


def main(arguments):
    if len(arguments) >= 2 and arguments[0] == "run":
        exempt = [arguments[i + 1] for i in range(2, len(arguments), 2)]
        return 1 if run(arguments[1], exempt) else 0
    if len(arguments) == 4 and arguments[0] == "compare":
        return 1 if compare(*arguments[1:]) else 0
    print(__doc__, file=sys.stderr)
    return 2


sys.exit(main(sys.argv[1:]))
