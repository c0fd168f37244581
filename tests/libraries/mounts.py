"""mounts.py - file systems of their own with copies of the libraries, and who holds one. `tracer` is the
one that is judged."""
import os, shutil, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from tt import T, ok

LIBRARIES = "/usr/lib/x86_64-linux-gnu"
NAMES = "libssl.so.3", "libcrypto.so.3"
SOON = 15  # seconds
tracer = None


class Mount:
    """A file system of its own with copies of the libraries on it."""
    count = 0

    def __init__(self, *how):
        Mount.count += 1
        self.at = f"{T}/mount{Mount.count}"
        os.mkdir(self.at)
        tt.run("mount", *(how or ("-t", "tmpfs", "tmpfs")), self.at)
        for name in NAMES:
            if not how:
                shutil.copy(f"{LIBRARIES}/{name}", self.at)
        self.device = os.stat(f"{self.at}/{NAMES[0]}").st_dev

    def umount(self):
        return not subprocess.run(["umount", self.at], stderr=subprocess.DEVNULL).returncode


def files(pid):
    """[(stat, name)] of what a process has open."""
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for fd in names:
        try:
            yield os.stat(f"{folder}/{fd}"), os.readlink(f"{folder}/{fd}")
        except OSError:
            pass  # closed just now


def holds(device, inodes=None):
    """The tracer has a file there open."""
    return any(s.st_dev == device and (not inodes or s.st_ino in inodes) for s, _ in files(tracer.process.pid))


def maps(pid):
    try:
        return open(f"/proc/{pid}/maps").read()
    except OSError:
        return ""


def holders(mounts):
    """{mount: names of the processes, other than ours, that have a file of it open or mapped}; "" is ours."""
    who = {m: set() for m in mounts}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = open(f"/proc/{pid}/comm").read().strip() if int(pid) != tracer.process.pid else ""
        except OSError:
            continue
        devices, mapped = {s.st_dev for s, _ in files(pid)}, maps(pid)
        for m in mounts:
            if m.device in devices or m.at in mapped:
                who[m].add(name)
    return who


def must_go(what, *mounts):
    """They can be unmounted soon. Where another tracer on this host, perhaps an older one, holds one
    too, it is only judged what ours has open."""
    for _ in range(SOON):
        end = time.monotonic() + 1
        while mounts and time.monotonic() < end:
            mounts = [m for m in mounts if not m.umount()]
            time.sleep(0.05)
        who = holders(mounts)
        for m in (m for m in mounts if who[m] == {"tlstrace"}):
            subprocess.run(["umount", "-l", m.at])
        mounts = [m for m in mounts if who[m] != {"tlstrace"}]
        if not mounts:
            return
    ok(False, what, who)
    sys.exit(1)


class Layers:
    """What overlays are made over: a lower layer with the libraries, and room for upper ones."""

    def __init__(self):
        self.lower, self.room = Mount(), Mount()

    def overlay(self, name):
        for folder in ("upper", "work"):
            os.makedirs(f"{self.room.at}/{name}/{folder}", exist_ok=True)
        upper = f"{self.room.at}/{name}"
        return Mount("-t", "overlay", "overlay", "-o", f"lowerdir={self.lower.at},upperdir={upper}/upper,workdir={upper}/work")

    def must_go(self, what):
        must_go(what, self.room, self.lower)
