"""grid_peers.py - how each library's server and client are started for the grid.

SERVERS[name](port, config) gives an argv, with config one of default, noticket (1.2 with
session IDs), retry (P-384 alone), early. CLIENTS[name](address, port, name, version,
times) runs to its end and gives (pids, [{version, cipher, resumed} as the peer itself
says, None where it does not])."""
import json, os, re, subprocess

import tt
from tt import PYTHON, T

PEERS = tt.HERE + "/peers/"
GO = T + "/peer-go"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
IANA = {}


def prepare():
    tt.run("go", "build", "-o", GO, PEERS + "peer.go",
           env={**os.environ, "GO111MODULE": "off", "GOCACHE": T + "/go", "GOFLAGS": ""})
    for line in tt.run("openssl", "ciphers", "-stdname", "ALL:@SECLEVEL=0").splitlines():
        IANA[line.split()[2]] = line.split()[0]


def openssl_server(port, config, cert):
    return ["openssl", "s_server", "-accept", port, "-cert", cert[0], "-key", cert[1], "-www",
            "-alpn", "http/1.1", "-cipher", "DEFAULT:@SECLEVEL=0", "-min_protocol", "TLSv1",
            *{"noticket": ["-no_ticket"], "retry": ["-groups", "P-384"]}.get(config, [])]


def nginx_server(port, config, cert):
    conf = f"{T}/nginx-{port}-{config}.conf"
    ids = "ssl_session_tickets off; ssl_session_cache shared:a:1m;"
    extra = {"noticket": ids, "retry": "ssl_ecdh_curve secp384r1;"}.get(config, "")
    open(conf, "w").write(
        f"daemon off; pid {T}/nginx.pid; error_log /dev/null; worker_processes 1; user root;\n"
        f"events {{}} http {{ access_log off; server {{ listen {port} ssl; listen [::]:{port} ssl"
        f" ipv6only=on; ssl_certificate {cert[0]}; ssl_certificate_key {cert[1]};\n"
        f"ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers DEFAULT:@SECLEVEL=0; {extra}\n"
        f"keepalive_timeout 0; location / {{ return 200 hello; }} }} }}\n")
    return ["nginx", "-p", T, "-c", conf]


def gnutls_server(port, config, cert):
    priority = "NORMAL:+VERS-TLS1.0:+VERS-TLS1.1" + (
        ":-GROUP-ALL:+GROUP-SECP384R1" if config == "retry" else "")
    return ["gnutls-serv", "-p", port, "-a", "--http", "-q", f"--x509certfile={cert[0]}",
            f"--x509keyfile={cert[1]}", "--alpn=http/1.1", f"--priority={priority}",
            *(["--noticket"] if config == "noticket" else [])]


def script(*argv):
    return lambda port, config, cert: [*argv, "server", port, *cert, config]


SERVERS = {"openssl": openssl_server, "nginx": nginx_server, "gnutls": gnutls_server,
           "python": script(PYTHON, PEERS + "blocking.py"),
           "asyncio": script(PYTHON, PEERS + "memory_bio.py"),
           "node": script("node", PEERS + "node.js"), "go": script(GO)}


def finish(argv, **more):
    p = tt.spawn(argv, **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE,
                          "stderr": subprocess.STDOUT, **more})
    try:
        out = p.communicate(REQUEST, timeout=20)[0].decode(errors="replace")
    except subprocess.TimeoutExpired:
        p.kill()
        out = "timed out\n" + p.communicate()[0].decode(errors="replace")
    tt.running.remove(p)
    return p.pid, out


def openssl_client(address, port, name, version, times, *more):
    pids, said = [], []
    flag = {"1.0": "-tls1", "1.1": "-tls1_1", "1.2": "-tls1_2", "1.3": "-tls1_3"}[version]
    for i in range(times):
        address_ = f"[{address}]" if ":" in address else address
        pid, out = finish(["openssl", "s_client", "-connect", f"{address_}:{port}", "-servername",
                           name, flag, "-alpn", "http/1.1", "-cipher", "DEFAULT:@SECLEVEL=0",
                           "-ign_eof", "-sess_out", f"{T}/{name}.session",
                           *(["-sess_in", f"{T}/{name}.session", *more] if i else [])])
        found = re.findall(r"^(New|Reused), (?:TLS|SSL)v(\S+), Cipher is (\S+)", out, re.M)
        protocol = re.findall(r"Protocol\s*: TLSv(\S+)", out) or [found[0][1] if found else None]
        pids.append(pid)
        said += [{"version": "1.0" if protocol[0] == "1" else protocol[0], "cipher": f[2],
                  "resumed": f[0] == "Reused", "out": out} for f in found[:1]]
    return pids, said


def curl_client(address, port, name, version, times):
    url = f"https://{name}:{port}/"
    address_ = f"[{address}]" if ":" in address else address
    pid, out = finish(["curl", "-skv", "--http1.1", f"--tlsv{version}", "--tls-max", version,
                       "--ciphers", "DEFAULT:@SECLEVEL=0", "-H", "Connection: close",
                       "--resolve", f"{name}:{port}:{address_}", *[url] * times])
    return [pid], [{"version": v if "." in v else v + ".0", "cipher": c, "resumed": None} for v, c in
                   re.findall(r"SSL connection using TLSv(\S+) / (\S+)", out)]


def gnutls_client(address, port, name, version, times):
    pid, out = finish(["gnutls-cli", "--insecure", f"--sni-hostname={name}", "--alpn=http/1.1",
                       "-p", port, f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{version}", address,
                       *(["--resume", "--waitresumption"] if times > 1 else [])])
    found = re.findall(r"^- Description: \(TLS([0-9.]+)", out, re.M)
    return [pid], [{"version": v, "cipher": None, "resumed": None} for v in found[:times]]


def scripted(*argv):
    def client(address, port, name, version, times):
        pid, out = finish([*argv, "client", address, port, name, version, times])
        return [pid], [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return client


CLIENTS = {"openssl": openssl_client, "curl": curl_client, "gnutls": gnutls_client,
           "python": scripted(PYTHON, PEERS + "blocking.py"),
           "asyncio": scripted(PYTHON, PEERS + "memory_bio.py"),
           "node": scripted("node", PEERS + "node.js"), "go": scripted(GO)}
