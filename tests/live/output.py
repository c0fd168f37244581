"""Outputs that fail, stop or are not there: each line of JSON stays whole."""
import fcntl, json, os, signal, subprocess, sys, time

import tt
from tiny import refused
from tt import ok

F_SETPIPE_SZ = 1031

tt.root_or_skip("outputs")


def start(port, *args, **more):
    ready, fd = os.pipe()
    p = tt.spawn([f"{tt.B}/tlstrace", "--wire-only", "--port", port, f"--ready-fd={fd}", *args],
                 pass_fds=[fd], **more)
    os.close(fd)
    os.read(ready, 1)
    os.close(ready)
    return p


def judge(text):
    """How many lines are events, how many are not."""
    good = bad = 0
    for line in text.split(b"\n")[:-1]:
        try:
            good += "event" in json.loads(line)
        except ValueError:
            bad += 1
    return good, bad


def full_disk():
    disk = tt.T + "/disk"
    os.mkdir(disk)
    tt.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)
    try:
        port, file = tt.port(), disk + "/events"
        p = start(port, "-q", f"--json={file}", stderr=open(tt.T + "/err", "w"))
        refused(port, 40)
        tt.wait_for(lambda: "No space left" in open(tt.T + "/err").read(), "the disk is full")
        tt.run("mount", "-o", "remount,size=4m", disk)
        size = os.path.getsize(file)
        refused(port, 1)
        tt.wait_for(lambda: os.path.getsize(file) > size + 1000, "it writes on")
        p.send_signal(signal.SIGINT)
        status, text = p.wait(), open(file, "rb").read()
        ok(status == 1 and judge(text)[1] <= 1 and
           max(line.count(b'"@timestamp"') for line in text.split(b"\n")) == 1,
           "after a full disk: the next line is one of its own", (status, judge(text)))
    finally:
        tt.run("umount", disk)


def torn_before():
    file = tt.T + "/torn"
    with open(file, "w") as f:
        f.write('{"@timestamp":"2026-')
    port = tt.port()
    start(port, "-q", f"--json={file}", "--duration", "1").wait()
    ok(judge(open(file, "rb").read()) == (1, 1), "an earlier run's half line stays alone",
       open(file).read())


def closed_streams():
    port, file = tt.port(), tt.T + "/closed"
    p = start(port, f"--json={file}", preexec_fn=lambda: os.close(1))
    refused(port, 2)
    p.send_signal(signal.SIGINT)
    p.wait()
    good, bad = judge(open(file, "rb").read())
    ok(good > 4 and bad == 0, "standard output is closed: the file has nothing but JSON", (good, bad))


def slow_reader():
    port = tt.port()
    out, to = os.pipe()
    fcntl.fcntl(to, F_SETPIPE_SZ, 4096)
    p = start(port, "--json", stdout=to, stderr=open(tt.T + "/slow", "w"))
    os.close(to)
    refused(port, 40)
    # It waits in write(2), as nobody reads.
    tt.wait_for(lambda: open(f"/proc/{p.pid}/syscall").read().split()[0] == "1", "the pipe is full")
    p.send_signal(signal.SIGINT)
    time.sleep(0.2)  # twice, as timeout(1) does it, and the first one taken
    p.send_signal(signal.SIGINT)
    text = open(out, "rb").read()
    good, bad = judge(text)
    ok(p.wait() == 0 and good > 80 and bad == 0, "signals while the reader is slow: nothing is lost",
       (p.returncode, good, bad, open(tt.T + "/slow").read()))


def stuck_reader():
    port = tt.port()
    out, to = os.pipe()
    fcntl.fcntl(to, F_SETPIPE_SZ, 4096)
    p = start(port, "--json", stdout=to)
    os.close(to)
    refused(port, 40)
    tt.wait_for(lambda: open(f"/proc/{p.pid}/syscall").read().split()[0] == "1", "the pipe is full")
    p.send_signal(signal.SIGINT)
    time.sleep(1.2)  # a user's patience
    p.send_signal(signal.SIGINT)
    try:
        status = p.wait(10)
    except subprocess.TimeoutExpired:
        status = "it goes on"
    ok(status == -signal.SIGINT, "a second SIGINT later on ends it though nobody reads", status)
    os.close(out)


def ready_is_not_the_commands():
    ready, fd = os.pipe()
    p = tt.spawn([f"{tt.B}/tlstrace", "-q", "--wire-only", f"--ready-fd={fd}", "--", "sleep", "20"],
                 pass_fds=[fd])
    os.close(fd)
    text = open(ready, "rb").read()  # to its end
    ok(text == b"\n" and p.poll() is None, "--ready-fd is closed once ready, a command has no copy", text)
    p.terminate()
    ok(p.wait() == 128 + signal.SIGTERM, "SIGTERM goes to the command, whose status it is", p.returncode)


full_disk()
torn_before()
closed_streams()
slow_reader()
stuck_reader()
ready_is_not_the_commands()
sys.exit(tt.result)
