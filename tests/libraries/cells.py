"""cells.py - what becomes of a connection in each case, and what its two ends have to say of it.

A case is played against a peer's server and against its client. Who fails is the peer, where
it can be made to; then it sends an alert for a reason of its own, and the other end receives it."""
import os, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios"))
from altering import CUT, FLIP, RESET

VERSIONS = ("1.2", "1.3")
CASES = ("healthy", "Finished", "data", "unknown CA", "expired", "no client certificate", "no common cipher",
         "version", "ALPN", "SNI", "HTTP", "EOF", "RST")
# the case: the server's configuration (of the peer as server, of its counterpart as server)
CONFIG = {"no client certificate": ("mutual", "mutual"), "no common cipher": ("default", "cipher"),
          "ALPN": ("default", "alpn"), "SNI": ("sni", "sni")}
CODES = {"bad_record_mac": 20, "unknown_ca": 48, "certificate_expired": 45, "handshake_failure": 40,
         "certificate_required": 116, "protocol_version": 70, "no_application_protocol": 120,
         "unrecognized_name": 112, "decode_error": 50, "bad_certificate": 42, "unexpected_message": 10,
         "internal_error": 80, "record_overflow": 22, "certificate_unknown": 46}
# a library's own number for what an end finds out by itself
OWN = {"openssl": {"mac": 281, "verify": 134, "no certificate": 199, "cipher": 193, "version": 258, "ALPN": 235,
                   "SNI": 234, "HTTP": 156, "not TLS": 267, "EOF": 294},
       "boringssl": {"mac": 139, "verify": 125, "no certificate": 192, "cipher": 184, "version": 240, "ALPN": 307,
                     "HTTP": 156, "not TLS": 247},
       "gnutls": {"mac": -24, "verify": -43, "no certificate": -112, "cipher": -87, "version": -87, "ALPN": -344,
                  "SNI": -294, "HTTP": -15, "not TLS": -15, "EOF": -110},
       "nss": {"mac": -12273, "verify": None, "no certificate": None, "cipher": -12286, "version": -12279,
               "SNI": -12182, "not TLS": -12263, "EOF": None},  # None: it is no number of TLS alone
       # Go's number is that of the alert, where its error is one; else it has a text.
       "go": {"mac": 20, "verify": "tls: failed to verify certificate",
              "no certificate": "tls: client didn't provide a certificate",
              "cipher": "tls: no cipher suite supported by both client and server",
              "version": {"1.2": "tls: client offered only unsupported versions: [303 302 301]",
                          "1.3": "tls: client offered only unsupported versions: [304]"},
              "ALPN": "tls: client requested unsupported application protocols ([none.test])",
              "SNI": "tls: no certificates configured",
              "not TLS": "tls: first record does not look like a TLS handshake", "EOF": "EOF"}}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "user", "library", "nss.def")) as f:
    NSS_RECEIVED = {int(m[2]): int(m[1]) for m in re.finditer(r"^NSS\((-\d+), \"\w+\", (\d+),", f.read(), re.M)}
RECEIVED = {"openssl": lambda description: 1000 + CODES[description],
            "boringssl": lambda description: 1000 + CODES[description], "gnutls": lambda description: -12,
            "nss": lambda description: NSS_RECEIVED[CODES[description]], "go": lambda description: CODES[description]}
NEW_GO = ("Go 1.24", "Go 1.24, stripped")
GO = ("Go", "Go, stripped", *NEW_GO)


def config(case, version, role):
    """The configuration that the server has, whichever of the two it is."""
    if case == "version":
        return "only1.3" if version == "1.2" else "only1.2"
    return CONFIG.get(case, ("default", "default"))[role == "client"]


class Rules:
    """What the proxy does to one connection: a pair of functions for altering.proxy."""

    def __init__(self, case, version, role):
        self.case, self.version, self.role = case, version, role
        self.count, self.hidden = {"client": 0, "server": 0}, {"client": 0, "server": 0}
        self.asked = self.done = False

    def pair(self):
        return (lambda protected, kind: self.record("client", protected, kind),
                lambda protected, kind: self.record("server", protected, kind))

    def record(self, sender, protected, kind):
        self.count[sender] += 1
        self.hidden[sender] += kind == 23
        place = self.hidden[sender] if self.version == "1.3" else protected
        self.asked |= sender == "client" and place == 2
        if sender == self.role or self.done:
            return None
        what = {"EOF": (CUT, self.count[sender] == 2), "RST": (RESET, self.count[sender] == 2),
                "Finished": (FLIP, place == (4 if sender == "server" and self.version == "1.3" else 1)),
                "data": (FLIP, self.asked and kind == 23)}.get(self.case, (None, False))
        self.done = what[1]
        return what[0] if what[1] else None


def outcome(case, version, role):
    """(who sends which alert, what the sender finds, whether the other end gets it), or None: all is well.
    `role` is the peer's."""
    other = "client" if role == "server" else "server"
    no_certificate = "certificate_required" if version == "1.3" else "handshake_failure"
    return {"healthy": None, "RST": None,
            "Finished": (role, "bad_record_mac", "mac"), "data": (role, "bad_record_mac", "mac"),
            "unknown CA": ("client", "unknown_ca", "verify"), "expired": ("client", "certificate_expired", "verify"),
            "no client certificate": ("server", no_certificate, "no certificate"),
            "no common cipher": ("server", "handshake_failure", "cipher"),
            "version": ("server", "protocol_version", "version"),
            "ALPN": ("server", "no_application_protocol", "ALPN"), "SNI": ("server", "unrecognized_name", "SNI"),
            "HTTP": (role, None, "HTTP" if role == "server" else "not TLS"), "EOF": (role, "decode_error", "EOF")}[case]


# Where a peer does otherwise than outcome() has it: (peer, role, case), with its reason for the table.
NO_ALPN = (None, "has no ALPN, or takes any protocol")
NO_SNI = (None, "takes any server name")
SILENT = (None, "has its library keep quiet about an end without close_notify")
LEAVES = (("other", "decode_error", "EOF"), "has its library keep quiet about an end without close_notify")
VERDICT = (("other", "decode_error", "EOF"), "judges by itself: no error, no alert; `tls.verify_result` is its library's verdict")
FRAMED = ("n/a", "TLS begins inside another protocol")
QUIET = "says nothing about an end without close_notify"
OTHERWISE = {
    ("OpenSSL 1.1.1", "server", "ALPN"): NO_ALPN,
    ("OpenSSL 1.1.1", "server", "EOF"): (None, QUIET), ("OpenSSL 1.1.1", "client", "EOF"): (LEAVES[0], QUIET),
    ("Python, blocking", "server", "ALPN"): NO_ALPN,
    ("Python, blocking", "server", "EOF"): SILENT, ("Python, blocking", "client", "EOF"): LEAVES,
    ("Python, asyncio", "server", "ALPN"): NO_ALPN,
    ("Python, asyncio", "server", "EOF"): SILENT, ("Python, asyncio", "client", "EOF"): LEAVES,
    ("Node", "server", "SNI"): (None, "closes by itself, its library is not asked"),
    ("Node", "client", "unknown CA"): VERDICT, ("Node", "client", "expired"): VERDICT,
    ("Node", "server", "EOF"): SILENT, ("Node", "client", "EOF"): LEAVES,
    ("curl", "client", "EOF"): LEAVES,
    ("nginx", "server", "no client certificate"): (None, "answers with an HTTP error"),
    ("nginx", "server", "HTTP"): (None, "looks before its library does"),
    ("nginx", "server", "EOF"): SILENT, ("nginx", "client", "EOF"): LEAVES,
    ("nginx", "client", "unknown CA"): (None, VERDICT[1]), ("nginx", "client", "expired"): (None, VERDICT[1]),
    ("nginx", "client", "ALPN"): NO_ALPN,
    ("haproxy", "server", "ALPN"): NO_ALPN, ("haproxy", "server", "EOF"): SILENT, ("haproxy", "client", "EOF"): LEAVES,
    ("apache", "server", "ALPN"): (("client", "decode_error", 110), "answers with an empty protocol"),
    ("apache", "server", "SNI"): NO_SNI, ("apache", "server", "EOF"): SILENT,
    ("stunnel", "server", "ALPN"): NO_ALPN, ("stunnel", "server", "SNI"): NO_SNI, ("stunnel", "client", "ALPN"): NO_ALPN,
    ("PostgreSQL", "server", "ALPN"): NO_ALPN, ("PostgreSQL", "server", "SNI"): NO_SNI,
    ("PostgreSQL", "server", "no client certificate"): (None, "refuses in its own protocol"),
    ("PostgreSQL", "client", "no client certificate"): (None, "refuses in its own protocol"),
    ("PostgreSQL", "server", "EOF"): SILENT, ("PostgreSQL", "client", "EOF"): SILENT,
    ("PostgreSQL", "client", "ALPN"): FRAMED, ("PostgreSQL", "client", "SNI"): FRAMED,
    ("PostgreSQL", "server", "HTTP"): FRAMED, ("PostgreSQL", "client", "HTTP"): FRAMED,
    ("PostgreSQL", "server", "no common cipher", "1.3"): ("n/a", "has no option for it"),
    ("PostgreSQL", "client", "no common cipher", "1.3"): ("n/a", "has no option for it"),
    ("BoringSSL", "server", "ALPN"): NO_ALPN, ("BoringSSL", "server", "SNI"): NO_SNI,
    ("BoringSSL", "server", "no common cipher", "1.3"): ("n/a", "has no option for it"),
    ("BoringSSL", "server", "EOF"): (None, QUIET), ("BoringSSL", "client", "EOF"): (LEAVES[0], QUIET),
    ("BoringSSL", "client", "HTTP"): (("client", "protocol_version", "not TLS"), None),
    ("GnuTLS", "server", "version"): (("server", "handshake_failure", "version"), None),
    ("GnuTLS", "server", "no client certificate", "1.2"): (("server", "decode_error", -49), None),
    ("GnuTLS", "server", "EOF"): (("server", "unexpected_message", "EOF"), None),
    ("GnuTLS", "client", "EOF"): (("client", "unexpected_message", "EOF"), None),
    ("GnuTLS", "server", "HTTP"): (("server", "unexpected_message", "HTTP"), None),
    ("GnuTLS", "client", "HTTP"): (("client", "unexpected_message", "not TLS"), None),
    ("GnuTLS", "client", "data"): (("client", None, "mac"), "sends no alert for it"),
    ("GnuTLS", "client", "unknown CA"): (("client", "bad_certificate", "verify"), None),
    ("GnuTLS", "client", "expired"): (("client", "bad_certificate", "verify"), None),
}
# What else an end may say: (peer, role, case, version, end).
PLAIN_ALERT = "cannot read the plaintext alert of an OpenSSL client and answers with its own"
ELSE = {
    ("BoringSSL", "server", "unknown CA", "1.3", "server"): (([("client", "unknown_ca")], [112]), PLAIN_ALERT),
    ("BoringSSL", "server", "expired", "1.3", "server"): (([("client", "certificate_expired")], [112]), PLAIN_ALERT),
    ("GnuTLS", "server", "unknown CA", "1.3", "server"):
        (([("client", "unknown_ca"), ("server", "bad_record_mac")], [-24]), PLAIN_ALERT),
    ("GnuTLS", "server", "expired", "1.3", "server"):
        (([("client", "certificate_expired"), ("server", "bad_record_mac")], [-24]), PLAIN_ALERT),
}
UNNUMBERED = "gives its reason by a number that is none of TLS, or that healthy handshakes note too"
OTHERWISE |= {
    ("NSS", "server", "HTTP"): ("n/a", "waits for the rest of what it takes for an SSLv2 hello"),
    ("NSS", "client", "HTTP"): (("client", "record_overflow", "not TLS"), None),
    ("NSS", "server", "ALPN"): NO_ALPN, ("NSS", "client", "ALPN"): NO_ALPN,
    ("NSS", "server", "no client certificate", "1.2"): (("server", "bad_certificate", "no certificate"), UNNUMBERED),
    ("NSS", "server", "no client certificate", "1.3"): (("server", "certificate_required", "no certificate"), UNNUMBERED),
    ("NSS", "client", "unknown CA"): (("client", "bad_certificate", "verify"), UNNUMBERED),
    ("NSS", "client", "expired"): (("client", "certificate_expired", "verify"), UNNUMBERED),
}
ELSE |= {("NSS", "client", "no common cipher", version, "client"): (([("server", "handshake_failure")], [-12286]), None)
         for version in VERSIONS}
for case in ("unknown CA", "expired"):
    ELSE["NSS", "server", case, "1.3", "server"] = \
        (([("client", outcome(case, "1.3", "server")[1]), ("server", "unexpected_message")], []), PLAIN_ALERT)
for role in ("server", "client"):
    OTHERWISE["NSS", role, "EOF"] = (("other", "decode_error", "EOF"), "closes without an alert")
for go in GO:
    for case in ("unknown CA", "expired"):
        OTHERWISE[go, "client", case] = (("client", "bad_certificate", "verify"), None)
        ELSE[go, "server", case, "1.3", "server"] = \
            (([("client", outcome(case, "1.3", "server")[1]), ("server", "bad_record_mac")], [20]), PLAIN_ALERT)
    for version in ("1.2",) if go in NEW_GO else VERSIONS:  # 1.19 knows no certificate_required
        OTHERWISE[go, "server", "no client certificate", version] = (("server", "bad_certificate", "no certificate"), None)
    OTHERWISE[go, "server", "HTTP"] = (None, "has read no record then: its reason is on no connection, the finding is the wire's")
    for role in ("server", "client"):
        OTHERWISE[go, role, "EOF"] = (("other", "decode_error", "EOF"), "closes without an alert")
UNSENT = "closes without sending its library's alert"


def otherwise(cell):
    return OTHERWISE.get((cell.peer, cell.role, cell.case, cell.version)) or \
        OTHERWISE.get((cell.peer, cell.role, cell.case))


def said(cell):
    """(sender, alert, reason) in truth; None: all is well, or nobody says anything."""
    other = otherwise(cell)
    return other[0] if other else outcome(cell.case, cell.version, cell.role)


def unsent(cell):
    """The peer's library makes an alert that the peer never sends."""
    sender = (said(cell) or [None])[0]
    return cell.peer == "Python, asyncio" and sender == cell.role and cell.case != "HTTP"


def why(cell):
    """The reason for the table; None where all is as usual."""
    return UNSENT if unsent(cell) else (otherwise(cell) or (None, None))[1] or \
        next((w for k, (_, w) in ELSE.items() if k[:4] == (cell.peer, cell.role, cell.case, cell.version)), None)


def left(cell, libraries):
    """What the ends say if one closes without a word: the other one's library may mind."""
    role, other = cell.role, "client" if cell.role == "server" else "server"
    minds = cell.case != "data" and (role == "client" or cell.case == "no common cipher")
    alert = [(other, "decode_error")] if minds else []
    own = [OWN[libraries[role]][said(cell)[2]]] if unsent(cell) else []
    # The other's alert may come before the close, or after.
    return {role: [([], own), (alert, own)], other: [(alert, [OWN[libraries[other]]["EOF"]] if minds else [])]}


def gone(cell, libraries):
    """Go's ends say why their stream ended, NSS's do not, and both send nothing."""
    role, other = cell.role, "client" if cell.role == "server" else "server"
    if cell.case == "RST":
        # What a client reads after the reset came is nobody's.
        return {role: [([], ["Connection reset by peer"])] + [([], [])] * (role == "client"), other: [([], [])]}
    own, minds = [o for o in [OWN[libraries[role]]["EOF"]] if o], role == "client"  # as in left()
    alert, reason = ([(other, "decode_error")], [OWN[libraries[other]]["EOF"]]) if minds else ([], [])
    return {role: [([], own), (alert, own)], other: [(alert, reason)]}


def wanted(cell, libraries):
    """{end: [(alerts as (sender, description), reasons) that it may tell]}; `libraries` by end."""
    if (cell.peer, cell.case) == ("GnuTLS", "RST"):
        # The reset is reported by whichever comes first, a write or the read; then the stream just ends.
        other = "client" if cell.role == "server" else "server"
        # An error of the very first read is nobody's: no byte has told whose the object is.
        return {cell.role: [([], []), ([], [-54]), ([(cell.role, "unexpected_message")], [-110])], other: [([], [])]}
    if cell.peer in GO and cell.case in ("EOF", "RST") or cell.peer == "NSS" and cell.case == "EOF":
        return gone(cell, libraries)
    if unsent(cell) or said(cell) and said(cell)[0] == "other":
        return left(cell, libraries)
    if not said(cell):
        return {"client": [([], [])], "server": [([], [])]}
    sender, description, reason = said(cell)
    other = "client" if sender == "server" else "server"
    alerts = [(sender, description)] if description else []
    own = [OWN[libraries[sender]].get(reason, reason)]
    own = [o[cell.version] if isinstance(o, dict) else o for o in own if o]
    received = [RECEIVED[libraries[other]](description)] if description else []
    ends = {sender: [(alerts, own)], other: [(alerts, received)]}
    for end in ends:
        other = ELSE.get((cell.peer, cell.role, cell.case, cell.version, end))
        ends[end] = [other[0]] if other else ends[end]
    return ends


def verdict(cell):
    """The X.509 verify result where the program judges by itself, and not its library, or GnuTLS does."""
    if (cell.peer, cell.role) == ("GnuTLS", "client"):
        return {"unknown CA": 20, "expired": 10}.get(cell.case)
    return {"unknown CA": 18, "expired": 10}[cell.case] \
        if (otherwise(cell) or (None, None))[1] == VERDICT[1] else None


def finding(cell):
    """What is found where the library's verdict is all that tells: the alert says less."""
    return {20: "certificate-untrusted", 10: "certificate-expired"}.get(verdict(cell)) if cell.peer == "GnuTLS" else None
