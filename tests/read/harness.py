"""harness.py - tlstrace read over bytes, and TAP."""
import json
import os
import subprocess
import sys
import tempfile

TLSTRACE = os.path.join(os.environ.get("B", "build"), "tlstrace")
failed = 0


def ok(good, name, why=""):
    global failed
    print(("ok - " if good else "not ok - ") + name)
    if not good:
        failed = 1
        print("# " + str(why).replace("\n", "\n# "))


def finish():
    sys.exit(failed)


def run(*captures, args=(), words=(), stdin=None):
    """Returns (exit status, events, standard error). Captures are bytes or paths."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, capture in enumerate(captures):
            if isinstance(capture, bytes):
                path = os.path.join(folder, f"{i}.pcap")
                with open(path, "wb") as f:
                    f.write(capture)
            else:
                path = capture
            paths.append(path)
        done = subprocess.run([TLSTRACE, "read", "--json", *args, *paths, *words], input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], \
        done.stderr.decode()


def of(events, action):
    return [e for e in events if e["event"]["action"] == action]


def records(events):
    """(sender, type, version, length) in order."""
    return [(r.get("sender"), r["type_code"], r["version"], r["length"])
            for r in (e["tls"]["record"] for e in of(events, "tls-record"))]


def connection(events):
    """The one connection's summary."""
    (e,) = of(events, "tls-connection")
    return e["tls"]


def stats(events):
    return events[-1]["tlstrace"]["stats"]
