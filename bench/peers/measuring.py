"""What the scripts that measure programs in turn share: running one, watching what else the machine
does, and tables."""

import argparse
import os
import pathlib
import platform
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV_PYTHON = ROOT / "build/peers/bin/python"

# The machine is quiet, and a run undisturbed, while others keep less of it busy than so many CPUs.
QUIET = 0.1


class Failure(Exception):
    """A peer did not do what it was told to; the message is one line."""


# ---- the rest of the machine

def busy_seconds():
    """CPU seconds that the machine has worked so far."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(text) for text in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


def cpus_busy(seconds):
    begin, busy = time.perf_counter(), busy_seconds()
    time.sleep(seconds)
    return (busy_seconds() - busy) / (time.perf_counter() - begin)


def wait_until_quiet(patience):
    end = time.perf_counter() + patience
    while time.perf_counter() < end and cpus_busy(1) > QUIET:
        pass


# ---- running programs

class Finished:
    """What a program left: its output, seconds until a line that begins with `mark`, peak memory,
    and how many CPUs other programs kept busy meanwhile."""

    def __init__(self, command, environment, mark=None):
        begin, busy = time.perf_counter(), busy_seconds()
        self.lines, self.seconds_to_mark = [], None
        with tempfile.TemporaryFile("w+", errors="replace") as complaints:
            process = subprocess.Popen(command, env=environment, cwd=ROOT, text=True,
                                       stdout=subprocess.PIPE, stderr=complaints)
            for line in process.stdout:
                if mark and line.startswith(mark):
                    self.seconds_to_mark = round(time.perf_counter() - begin, 3)
                self.lines.append(line.rstrip("\n"))
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            complaints.seek(0)
            last = [line.strip() for line in complaints if line.strip()][-1:]
        if process.returncode != 0:
            raise Failure(last[0] if last else f"ended with {process.returncode}")
        self.peak_memory_mb = round(usage.ru_maxrss / 1024, 1)
        others = busy_seconds() - busy - usage.ru_utime - usage.ru_stime
        self.cpus_of_others = round(max(0.0, others / (time.perf_counter() - begin)), 3)


def environment_for(threads, cache):
    """OMP_NUM_THREADS is how bench_network learns what to measure. torch.compile keeps what it has
    compiled; in a folder of its own, so that the first round shows what compiling costs."""
    return {**os.environ, "OMP_NUM_THREADS": str(threads), "TORCHINDUCTOR_CACHE_DIR": cache}


# ---- the machine

def processor_name():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def system_name():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError, AttributeError):
        return platform.system()


def describe_machine():
    return {"processor": processor_name(), "cores": len(os.sched_getaffinity(0)),
            "system": system_name(), "kernel": platform.release()}


# ---- tables

def text_of(number, decimals):
    return "–" if number is None else f"{number:,.{decimals}f}"


def table(header, rows):
    align = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, align, *rows])


# ---- command lines

class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text}")
    return number


def list_of(convert):
    def parse(text):
        return [convert(part) for part in text.split(",") if part]
    parse.__name__ = "list"
    return parse
