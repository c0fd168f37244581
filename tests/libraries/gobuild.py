"""gobuild.py - the Go peer, built with this machine's Go or with that of another release."""
import os

import tt
from releases import roots

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLCHAIN = {"trixie": "usr/lib/go-1.24"}


def toolchain(release):
    """(go, environment); nothing is fetched, and nothing outside the test's folder is read or written."""
    private = {**os.environ, "GO111MODULE": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local",
               "GOCACHE": f"{tt.T}/gocache", "GOPATH": f"{tt.T}/gopath", "XDG_CONFIG_HOME": f"{tt.T}/goconfig"}
    if not release:
        return "go", private
    root = f"{roots[release]}/{TOOLCHAIN[release]}"
    # Without modules a newer Go keeps to what 1.20 did: no X25519MLKEM768, suites with RSA's key exchange.
    return f"{root}/bin/go", {**private, "GOROOT": root, "GO111MODULE": "on"}


def program(release, *flags):
    """Built when it is first asked for."""
    made = f"{tt.T}/go{'-'.join(('', release or 'own', *flags)).replace(' ', '')}/peer_go"
    if not os.path.exists(made):
        go, environment = toolchain(release)
        tt.run(go, "build", *flags, "-o", made, HERE + "/peer_go.go", env=environment, cwd="/")
    return made
