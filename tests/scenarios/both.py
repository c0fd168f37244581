"""both.py - the same run seen live and read from a capture of it."""
import json, os, subprocess

import tt
from capture import Capture
from tt import get, of


def found(events, wanted=("error",)):
    """(code, confidence) of every finding of that severity, sorted."""
    return sorted((get(f, "tls.finding.code"), get(f, "tls.finding.confidence"))
                  for f in of(events, "tls-finding") if get(f, "tls.finding.severity") in wanted)


def reads(*words):
    """What `tlstrace read` says."""
    out = subprocess.run([f"{tt.B}/tlstrace", "read", "--json", *map(str, words)], text=True,
                         stdout=subprocess.PIPE, timeout=60).stdout
    return [json.loads(line) for line in out.splitlines()]


def watch(play, *ports, options=()):
    """Run play(); the events live, and those of a capture on the ports."""
    capture = Capture(ports[0], "".join(f" or port {p}" for p in ports[1:]))
    tracer = tt.Tracer(*(("--port", ports[0]) if len(ports) == 1 else ()), *options)
    play()
    tt.settled(*ports)
    events = [e for e in tracer.stop()
              if get(e, "server.port") is None or get(e, "server.port") in ports]
    capture.mark(b"the-run-ends")
    capture.process.terminate()
    capture.process.wait()
    return events, reads(capture.file)


def said(events):
    """All findings as text, to look for words in."""
    return "\n".join(str(get(f, "tls.finding")) for f in of(events, "tls-finding"))


def null_run(argv, seconds=20, **env):
    return subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=seconds, env={**os.environ, **env})
