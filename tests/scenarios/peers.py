"""peers.py - the real peers of the battery. A server is a function of its port, a client one of
the port to connect to; both give an argv, and `more` for Popen after it."""
import json, os

import pki
import tt
from tt import PYTHON, T

HERE = os.path.dirname(os.path.abspath(__file__)) + "/peers/"
GO = T + "/battery-go"
OPENSSL_VERSION = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3", None: ""}
NAME, pairs = pki.NAME, {}
# A distribution's Node has the distribution's OpenSSL, and its level of security; until 20 a server
# went on where no protocol was in common.
NODE, NODE_IS_STRICT = json.loads(tt.run("node", "-p", "JSON.stringify([parseInt(process.versions.node), !!process.config.variables.node_shared_openssl])"))


def prepare():
    pairs.update(pki.make())
    open(T + "/request", "w").write("GET / HTTP/1.0\r\n\r\n")
    open(T + "/psk", "w").write("alice:00112233\n")
    tt.run("go", "build", "-o", GO, HERE + "peer.go",
           env={**os.environ, "GO111MODULE": "off", "GOCACHE": T + "/go-cache", "GOFLAGS": ""})


def hold():
    """
    The Go program and BoringSSL's run before the tracer does: a file that is new may run for
    longer than its first handshake takes before anything is known of it.
    """
    for server in (go("server", cert="good"), bssl_server()):
        number = tt.port()
        argv, more = server(number)
        tt.serve(argv, number, **more)


def flags(version):
    return [OPENSSL_VERSION[version]] if version else []


def s_server(*more, cert="good", version=None, www=True, **popen):
    """`cert` None: without one. With www it answers one request and closes."""
    def argv(port):
        pair = ["-nocert"] if cert is None else ["-cert", pairs[cert][0], "-key", pairs[cert][1]]
        if cert and "chain" in cert:
            pair += ["-cert_chain", pairs[cert][0]]
        return ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", *pair, *flags(version), *(["-www"] if www else []),
                *more], popen
    return argv


def s_client(*more, version=None, name=NAME, request=True, **popen):
    def argv(port):
        stdin = open(T + "/request") if request else open(os.devnull)
        sni = ["-servername", name] if name else ["-noservername"]
        return ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *sni, *flags(version),
                *(["-ign_eof"] if request else []), *more], {"stdin": stdin, **popen}
    return argv


def verifying(*more, ca=None, **options):
    return s_client("-CAfile", ca or pki.CA, "-verify_return_error", *more, **options)


def curl(*more, version="1.2", most=None, name=NAME, ca=None, **popen):
    def argv(port):
        return ["curl", "-s", "-o", os.devnull, "--resolve", f"{name}:{port}:127.0.0.1", f"--tlsv{version}", "--tls-max",
                most or version, "--cacert", ca or pki.CA, *more, f"https://{name}:{port}/"], popen
    return argv


def gnutls_server(*more, cert="good", **popen):
    def argv(port):
        pair = [] if cert is None else [f"--x509certfile={pairs[cert][0]}", f"--x509keyfile={pairs[cert][1]}"]
        return ["gnutls-serv", "-p", port, "--http", "-q", *pair, *more], popen
    return argv


def gnutls_client(*more, version="1.3", name=NAME, ca=None, priority="", **popen):
    """`ca` False: trusts all."""
    def argv(port):
        trust = ["--insecure"] if ca is False else [f"--x509cafile={ca or pki.CA}", f"--verify-hostname={name}"]
        return ["gnutls-cli", *trust, f"--sni-hostname={name}", "-p", port,
                f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{version}{priority}", "127.0.0.1", *more], {
                    "stdin": open(T + "/request"), **popen}
    return argv


def bssl_server(*more, cert="good", version="1.3", **popen):
    """BoringSSL's own tool."""
    def argv(port):
        return ["bssl-tool", "server", "-accept", port, "-cert", pairs[cert][0], "-key", pairs[cert][1], "-www",
                "-max-version", f"tls{version}", *more], popen
    return argv


def bssl_client(*more, version="1.3", name=NAME, ca=None, **popen):
    """`ca` False: trusts all."""
    def argv(port):
        trust = [] if ca is False else ["-root-certs", ca or pki.CA]
        return ["bssl-tool", "client", "-connect", f"127.0.0.1:{port}", "-server-name", name, *trust,
                "-max-version", f"tls{version}", *more], {"stdin": open(T + "/request"), **popen}
    return argv


def nginx(*lines, cert="good", others="", own_protocols=False, alpn_h2=False, **popen):
    protocols = "" if own_protocols else "ssl_protocols TLSv1.2 TLSv1.3;"

    def argv(port):
        conf = f"{T}/nginx-{port}.conf"
        open(conf, "w").write(
            f"daemon off; pid {T}/nginx-{port}.pid; error_log /dev/null; worker_processes 1; user root;\n"
            f"events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl{' http2' if alpn_h2 else ''};\n"
            f"ssl_certificate {pairs[cert][0]}; ssl_certificate_key {pairs[cert][1]}; {' '.join(lines)}\n"
            f"{protocols} keepalive_timeout 0; location / {{ return 200 hello; }} }} {others.format(port=port)} }}\n")
        return ["nginx", "-p", T, "-e", "/dev/null", "-c", conf], popen
    return argv


def script(*command):
    def builder(mode, **options):
        def argv(port):
            o = dict(options)
            name = o.pop("name", NAME)
            if "cert" in o:
                o["cert"], o["key"] = pairs[o["cert"]]
            return [*command, mode, port, name, json.dumps(o)], {}
        return argv
    return builder


python, node, go = script(PYTHON, HERE + "peer.py"), script("node", HERE + "peer.js"), script(GO)
