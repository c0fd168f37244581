"""A tracer that has probed many files ends soon, and has said all."""
import glob, mmap, os, shutil, sys, time

import tt
from tt import ok

FILES = 100
SECONDS = 4  # one link after the other: 0.1 s a file and more



def is_link(fd):
    try:
        return "bpf_link" in os.readlink(fd)
    except FileNotFoundError:  # the tracer was done with that file
        return False


tt.root_or_skip("the end of a tracer")
library = glob.glob("/usr/lib/*/libssl.so.3")[0]
mapped = []
for number in range(FILES):
    with open(shutil.copy(library, f"{tt.T}/{number}.so"), "rb") as file:
        mapped.append(mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC))
tracer = tt.Tracer("--port", tt.port())
links = sum(is_link(fd) for fd in glob.glob(f"/proc/{tracer.process.pid}/fd/*"))
ok(links >= FILES, "each file has its probes", links)
begin = time.monotonic()
events = tracer.stop()
took = time.monotonic() - begin
ok(took < SECONDS, f"it ends within {SECONDS} s", f"{took:.1f} s for {links} links")
ok(events and events[-1]["event"]["action"] == "tlstrace-stats", "its last line is its sum", events[-1:])
sys.exit(tt.result)
