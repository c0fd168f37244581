"""tools.py - tlstrace check as a test sees it: its table, its events, its status."""
import json, os, re, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from tt import get, of, ok

PEERS = os.path.dirname(os.path.abspath(__file__)) + "/peers/"
ROW = re.compile(r"(.{26}) (.{16}) (.{9}) (.{24}) (.*)")


class Check:
    """One run to its end: .rows by what was tried, .findings, .events, .status, .error."""
    count = 0

    def __init__(self, *args, **more):
        Check.count += 1
        path = f"{tt.T}/check{Check.count}.json"
        done = subprocess.run([f"{tt.B}/tlstrace", "check", f"--json={path}", *map(str, args)],
                              text=True, errors="surrogateescape", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **more)
        self.status, self.text, self.error = done.returncode, done.stdout, done.stderr
        self.events = [json.loads(line) for line in open(path)] if os.path.exists(path) else []
        self.rows = {}
        table = self.text.partition("\n\n")[2].partition("\n\n")[0].splitlines()[1:]
        for line in table:
            tried, result, time, alert, reason = (f.strip() for f in ROW.fullmatch(line).groups())
            self.rows[tried] = {"result": result, "time": time, "alert": alert, "reason": reason}
        self.findings = [(get(e, "tls.finding.severity"), get(e, "tls.finding.code"))
                         for e in of(self.events, "tls-finding")]

    def codes(self, *severities):
        return {code for severity, code in self.findings if severity in severities}

    def results(self):
        return {tried: row["result"] for tried, row in self.rows.items()}

    def __str__(self):
        return f"status {self.status}, {sorted(set(self.findings))}\n{self.text}{self.error}"


def table(check, name, wanted):
    """Every row has the result that is wanted of it, and there is no other."""
    ok(check.results() == wanted, f"{name}: the table", check)


def concludes(check, name, *codes, never=()):
    """The errors and warnings are these codes, and these of no severity."""
    got, all_ = check.codes("error", "warning"), check.codes("error", "warning", "info")
    ok(got == set(codes), f"{name}: {', '.join(codes) or 'no error, no warning'}", check)
    if never:
        ok(not all_ & set(never), f"{name}: not {', '.join(never)}", check)


def made(name, *more, days=2, ca=None, key="rsa:2048"):
    """A certificate and its key, by itself or by a (certificate, key) of an issuer."""
    out = f"{tt.T}/{name}"
    issuer = ["-CA", ca[0], "-CAkey", ca[1]] if ca else []
    tt.run("openssl", "req", "-x509", "-newkey", key, "-nodes", "-keyout", out + ".key", "-out", out + ".pem",
           "-subj", f"/CN={name}", "-days", str(days), *issuer, *more, stderr=subprocess.DEVNULL)
    return out + ".pem", out + ".key"


def s_server(number, cert, *more):
    return tt.serve(["openssl", "s_server", "-www", "-quiet", "-accept", number, "-cert", cert[0], "-key", cert[1],
                     *more], number)


def peer(script, number, *args, **more):
    return tt.serve([tt.PYTHON, "-B", PEERS + script, number, *args], number, **more)
