"""A missing intermediate, and what only looks like it: live, and from a capture of the same run."""
import os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from both import found, null_run, said, watch
from tt import ok

tt.root_or_skip("certificate chains")


def key(name):
    tt.run("openssl", "genrsa", "-out", f"{tt.T}/{name}.key", "2048", stderr=subprocess.DEVNULL)


def issue(name, by, *extensions, subject=None):
    """A certificate for `name`, signed by `by`; its path."""
    key(name)
    request = tt.run("openssl", "req", "-new", "-key", f"{tt.T}/{name}.key", "-subj", f"/O=Tests of chains/CN={subject or name}")
    config = f"{tt.T}/{name}.ext"
    with open(config, "w") as f:
        f.write("\n".join(extensions or (f"subjectAltName=DNS:{name}",)) + "\n")
    signer = ["-signkey", f"{tt.T}/{name}.key"] if by is None else ["-CA", f"{tt.T}/{by}.pem", "-CAkey", f"{tt.T}/{by}.key"]
    tt.run("openssl", "x509", "-req", "-days", "2", "-set_serial", "7", "-extfile", config, *signer, "-out",
           f"{tt.T}/{name}.pem", input=request, stderr=subprocess.DEVNULL)
    return f"{tt.T}/{name}.pem"


CA = ("basicConstraints=critical,CA:true", "keyUsage=keyCertSign")
root = issue("root", None, *CA)
other = issue("other", None, *CA)
issue("middle", "root", *CA, "subjectKeyIdentifier=hash")
NAME = "subjectAltName=DNS:leaf.test"
issue("leaf.test", "middle", NAME)
issue("issuing", "root", *CA, subject="Issuing CA 3")
issue("named.test", "issuing", NAME)
issue("aia.test", "middle", NAME, "authorityInfoAccess=caIssuers;URI:http://ca.test/middle.der")
issue("keyid.test", "middle", NAME, "authorityKeyIdentifier=issuer:always")
issue("rooted.test", "root", NAME, "authorityKeyIdentifier=issuer:always")
issue("alone.test", None, NAME)


def serve(port, leaf, chain, *more):
    with open(f"{tt.T}/chain{port}.pem", "w") as f:
        f.writelines(open(f"{tt.T}/{name}.pem").read() for name in chain)
    return tt.serve(["openssl", "s_server", "-www", "-accept", port, "-cert", f"{tt.T}/{leaf}.pem", "-key",
                     f"{tt.T}/{leaf}.key", *(["-cert_chain", f"{tt.T}/chain{port}.pem"] if chain else []), *more], port)


def curl(port, trusts):
    null_run(["curl", "-s", "-o", os.devnull, "--cacert", trusts, "--resolve", f"leaf.test:{port}:127.0.0.1",
              f"https://leaf.test:{port}/"])


def gnutls(port, trusts):
    null_run(["gnutls-cli", "--x509cafile", trusts, "--verify-hostname", "leaf.test", "--sni-hostname", "leaf.test", "-p", port, "127.0.0.1"])


def case(what, leaf, chain, trusts, live, read, client=curl, options=("-tls1_2",), words=()):
    port = tt.port()
    server = serve(port, leaf, chain, *options)
    events, captured = watch(lambda: client(port, trusts), port, options=("--max-overhead", 100))
    tt.kill(server)
    ok(found(events) == live, f"{what}: live: {live or 'no finding'}", f"{found(events)}\n{said(events)}")
    ok(found(captured) == read, f"{what}: from a capture: {read or 'no finding'}", f"{found(captured)}\n{said(captured)}")
    for word in words:
        ok(word in said(events), f"{what}: it says \"{word}\"", said(events))


INCOMPLETE, UNTRUSTED = "certificate-chain-incomplete", "certificate-untrusted"
one = lambda code, sure="certain": [(code, sure)]
both = lambda code, sure="certain": [(code, sure)] * 2
V13 = ("-tls1_3",)

# A leaf alone whose issuer may be a root: that it is not trusted is all that is known.
case("leaf only, 1.2", "leaf.test", [], root, both(UNTRUSTED), one(UNTRUSTED),
     words=["sent 1 certificate", "subject is CN=leaf.test", "unable to get local issuer certificate (20)", "Its issuer was not sent"])
case("leaf only, 1.3", "leaf.test", [], root, both(UNTRUSTED), one(UNTRUSTED), options=V13)
case("leaf only, whose issuer is called one", "named.test", [], root, both(INCOMPLETE, "likely"), one(INCOMPLETE, "likely"),
     words=["name is that of an intermediate"])
case("leaf only, GnuTLS, whose alert does not say why", "leaf.test", [], root, both(UNTRUSTED),
     one("certificate-rejected", "likely"), client=gnutls)
case("leaf only, GnuTLS, 1.3: the server's end knows as much", "leaf.test", [], root, both(UNTRUSTED),
     one("handshake-failed-unexplained", "possible"), client=gnutls, options=V13)
case("leaf only, which names a place", "aia.test", [], root, both(INCOMPLETE, "likely"), one(INCOMPLETE, "likely"), words=["AIA"])
case("leaf only, whose issuer has an issuer", "keyid.test", [], root, both(INCOMPLETE, "likely"), one(INCOMPLETE, "likely"),
     words=["it is an intermediate"])
case("leaf and another's certificate", "leaf.test", ["other"], root, both(INCOMPLETE, "likely"), one(INCOMPLETE, "likely"),
     words=["none of them the issuer's"])
case("leaf and intermediate", "leaf.test", ["middle"], root, [], [])
case("leaf and intermediate, 1.3", "leaf.test", ["middle"], root, [], [], options=V13)
case("leaf and intermediate, an unknown root", "leaf.test", ["middle"], other, both(UNTRUSTED), one(UNTRUSTED))
case("leaf and intermediate, an unknown root, 1.3", "leaf.test", ["middle"], other, both(UNTRUSTED), one(UNTRUSTED), options=V13)
case("all of the chain, an unknown root", "leaf.test", ["middle", "root"], other, both(UNTRUSTED), one(UNTRUSTED),
     words=["up to a self-signed root"])
case("self-signed", "alone.test", [], root, both(UNTRUSTED), one(UNTRUSTED), words=["which is self-signed"])
case("self-signed, 1.3", "alone.test", [], root, both(UNTRUSTED), one(UNTRUSTED), options=V13)
case("issued by an unknown root itself", "rooted.test", [], other, both(UNTRUSTED), one(UNTRUSTED))
sys.exit(tt.result)
