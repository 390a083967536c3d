#!/usr/bin/env bash
# Nobody reads what haul writes to stderr: the run goes on, its report is written in time, and
# signals end it as ever.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
start_fault_server
for i in {1..1500}; do
    echo "$FAULT/status/404/a-long-name-so-that-a-terminal-is-full-soon-$i"
done >"$WORK/list.txt"
echo "$FAULT/stall-body?silent" >>"$WORK/list.txt"

# Runs haul with a stderr that is full: a pipe or a terminal. Prints its exit code and, as far as
# there was one before somebody read at last, the report's: "6 6".
cat >"$WORK/stuck.py" <<'PYTHON'
import glob, json, os, pty, signal, subprocess, sys, time

kind, plan, directory, haul, slow = sys.argv[1:5] + [float(sys.argv[5])]
if kind == "pipe":
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
else:
    reader, writer = pty.openpty()
process = subprocess.Popen([haul, "-d", directory] + sys.argv[6:], stderr=writer,
                           stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                           start_new_session=True)
os.close(writer)


def report():
    for path in glob.glob(directory + "/.haul/last/report.json"):
        with open(path, encoding="utf-8") as file:
            return json.load(file)["exit_code"]
    return None


def wait(done):
    end = time.monotonic() + 12 * slow
    while time.monotonic() < end and not done():
        time.sleep(0.02)


def records():
    return sum(open(path, "rb").read().count(b"\n")
               for path in glob.glob(directory + "/.haul/last/results.jsonl"))


wait(lambda: records() >= int(os.environ["RECORDS"]))
for number in plan.split(","):
    if number == "REPORT":
        wait(report)
    elif number:
        process.send_signal(getattr(signal, number))
        time.sleep(0.1)
if "REPORT" in plan:
    found = report()
    os.set_blocking(reader, False)
    while process.poll() is None:
        try:
            os.read(reader, 65536)
        except (BlockingIOError, OSError):
            time.sleep(0.02)
    print(process.returncode, found)
else:
    wait(lambda: process.poll() is not None)
    print(process.poll(), report())
    process.kill()
PYTHON
stuck() { # RECORDS KIND PLAN ARGUMENT...
    note_outside
    RECORDS=$1 timeout "$(scaled 40)" "$PYTHON" "$WORK/stuck.py" "$2" "$3" "$DIR" "$HAUL" "$SLOW" \
        --retries 0 -j 8 --per-host 8 --sync none --stall-timeout 60s "${@:4}" "$WORK/list.txt"
}

# Quiet, and somebody asks how far it is: the answer is lost, and signals are taken.
fresh_dir quiet
assert_eq "$(stuck 1500 pipe SIGUSR1,SIGUSR1,SIGINT,SIGTERM -q)" "-2 130" "ends by SIGINT when quiet"

# A deadline holds, and says so in the report, before anybody reads.
fresh_dir deadline
sed '$d' "$WORK/list.txt" >"$WORK/short.txt"
echo "$FAULT/delay/2500/late" >>"$WORK/short.txt"
mv "$WORK/short.txt" "$WORK/list.txt"
for i in {1..20}; do
    echo "$FAULT/delay/2000/later-$i"
done >>"$WORK/list.txt"
assert_eq "$(stuck 1 pipe REPORT --deadline 1s --progress-interval 100ms)" "6 6" \
    "exit codes of the process and in the report"
assert_eq "$(report .outcome)" stopped "outcome"

# A terminal that shows nothing any more: the second Ctrl-C ends the run all the same.
fresh_dir terminal
export TERM=xterm
echo "$FAULT/stall-body?silent" >>"$WORK/list.txt"
assert_eq "$(stuck 1500 terminal SIGINT,SIGINT -v)" "-2 130" "ends by the second SIGINT"
check_run
