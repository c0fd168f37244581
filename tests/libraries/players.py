"""players.py - how each peer's server and client are started, in each configuration.

SERVERS[name](port, config, (cert, key)) gives (argv, environment); config is one of
default, mutual (asks for a client certificate), only1.2, only1.3, sni (knows known.test
alone), and of openssl alone alpn (wants another protocol) and cipher (has none in common). CLIENTS[name](port, version, name, ca) gives the same; ca None: the system's
authorities, who know none of the test's. A client speaks once and ends by itself."""
import os, shutil, sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "live"))
import gobuild, nssstore, tt
from releases import roots
from tt import PYTHON, T

SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"
SCRIPT = HERE + "/peer_python.py"
LOADER = "lib64/ld-linux-x86-64.so.2"
CCM8 = "TLS_AES_128_CCM_8_SHA256"
PINNED = {"only1.2": "1.2", "only1.3": "1.3"}
FLAG = {"1.2": "-tls1_2", "1.3": "-tls1_3"}


def write(name, text):
    path = f"{T}/{name}"
    with open(path, "w") as f:
        f.write(text)
    return path


def versions(config):
    return [PINNED[config]] if config in PINNED else ["1.2", "1.3"]


def openssl(release):
    """The command of that release's openssl; trixie's needs its own C library."""
    if not release:
        return ["openssl"]
    root = roots[release]
    libraries = f"{root}/usr/lib/x86_64-linux-gnu"
    if release == "bullseye":
        return ["env", f"LD_LIBRARY_PATH={libraries}", f"{root}/usr/bin/openssl"]
    return [f"{root}/usr/lib64/ld-linux-x86-64.so.2" if os.path.exists(f"{root}/usr/lib64") else f"{root}/{LOADER}",
            "--library-path", f"{libraries}:/usr/lib/x86_64-linux-gnu", f"{root}/usr/bin/openssl"]


def openssl_server(release, style="-quiet"):
    def server(port, config, pair):
        more = {"mutual": ["-Verify", "1", "-verify_return_error"],
                "sni": ["-servername", "known.test", "-servername_fatal", "-cert2", pair[0], "-key2", pair[1]],
                "only1.2": ["-tls1_2"], "only1.3": ["-tls1_3"],
                "cipher": ["-cipher", "PSK-AES128-GCM-SHA256", "-ciphersuites", CCM8]}.get(config, [])
        return [*openssl(release), "s_server", "-accept", port, "-cert", pair[0], "-key", pair[1], style,
                "-alpn", "none.test" if config == "alpn" else "http/1.1", *more], {}
    return server


def openssl_client(release):
    def client(port, version, name, ca):
        return [*openssl(release), "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name, FLAG[version],
                "-quiet", "-alpn", "http/1.1", "-CAfile", ca or SYSTEM, "-verify_return_error"], {}
    return client


def nginx_server(port, config, pair):
    more = {"mutual": f"ssl_verify_client on; ssl_client_certificate {pair[0]};"}.get(config, "")
    names = ("server { listen 127.0.0.1:%d ssl default_server; ssl_reject_handshake on; }" % port
             if config == "sni" else "")
    path = write(f"nginx-{port}.conf",
                 f"daemon off; pid {T}/nginx-{port}.pid; error_log /dev/null; worker_processes 1; user root;\n"
                 f"events {{}} http {{ access_log off; ssl_protocols {' '.join('TLSv' + v for v in versions(config))};\n"
                 f"{names} server {{ listen 127.0.0.1:{port} ssl; server_name known.test;\n"
                 f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; {more}\n"
                 f"keepalive_timeout 0; location / {{ return 200 hello; }} }} }}\n")
    return ["nginx", "-p", T, "-c", path], {}


def nginx_client(port, version, name, ca):
    """A proxy, asked once: TLS is what it speaks to its upstream."""
    front = tt.port()
    path = write(f"nginx-{front}.conf",
                 f"daemon off; pid {T}/nginx-{front}.pid; error_log /dev/null; worker_processes 1; user root;\n"
                 f"events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{front};\n"
                 f"location / {{ proxy_pass https://127.0.0.1:{port}; proxy_ssl_protocols TLSv{version};\n"
                 f"proxy_ssl_server_name on; proxy_ssl_name {name}; proxy_ssl_verify on;\n"
                 f"proxy_ssl_trusted_certificate {ca or SYSTEM}; }} }} }}\n")
    return Front(["nginx", "-p", T, "-c", path], front)


def pem(pair, name):
    return write(name, open(pair[0]).read() + open(pair[1]).read())


def haproxy_server(port, config, pair):
    both = versions(config)
    more = {"mutual": f"verify required ca-file {pair[0]}", "sni": "strict-sni"}.get(config, "")
    path = write(f"haproxy-{port}.cfg",
                 "defaults\n mode http\n timeout connect 9s\n timeout client 9s\n timeout server 9s\n"
                 f"frontend f\n bind 127.0.0.1:{port} ssl crt {pem(pair, f'haproxy-{port}.pem')} alpn http/1.1"
                 f" ssl-min-ver TLSv{both[0]} ssl-max-ver TLSv{both[-1]} {more}\n"
                 " http-request return status 200 content-type text/plain string hello\n")
    return ["haproxy", "-db", "-f", path], {}


def haproxy_client(port, version, name, ca):
    front = tt.port()
    path = write(f"haproxy-{front}.cfg",
                 "defaults\n mode http\n timeout connect 9s\n timeout client 9s\n timeout server 9s\n retries 0\n"
                 f"listen f\n bind 127.0.0.1:{front}\n server s 127.0.0.1:{port} ssl verify required"
                 f" ca-file {ca or SYSTEM} sni str({name}) alpn http/1.1"
                 f" ssl-min-ver TLSv{version} ssl-max-ver TLSv{version}\n")
    return Front(["haproxy", "-db", "-f", path], front)


def apache_server(port, config, pair):
    more = {"mutual": f"SSLVerifyClient require\nSSLCACertificateFile {pair[0]}"}.get(config, "")
    modules = "".join(f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"
                      for m in ("mpm_event", "authz_core", "socache_shmcb", "ssl"))
    path = write(f"apache-{port}.conf",
                 f"ServerRoot {T}\nPidFile {T}/apache-{port}.pid\nErrorLog /dev/null\nServerName known.test\n{modules}"
                 f"Mutex sem\nListen 127.0.0.1:{port}\nStartServers 1\nDocumentRoot {T}\nKeepAlive Off\n"
                 f"SSLSessionCache none\n<VirtualHost *:{port}>\nServerName known.test\nSSLEngine on\n"
                 f"SSLCertificateFile {pair[0]}\nSSLCertificateKeyFile {pair[1]}\n"
                 f"SSLProtocol {' '.join('+TLSv' + v for v in versions(config))}\n{more}\n</VirtualHost>\n")
    return ["apache2", "-DFOREGROUND", "-f", path], {}


def stunnel(port, lines):
    return ["stunnel4", write(f"stunnel-{port}.conf", "foreground = yes\npid =\nsyslog = no\ndebug = 0\n" + lines)]


def stunnel_server(port, config, pair):
    more = {"mutual": f"verifyChain = yes\nCAfile = {pair[0]}\n"}.get(config, "")
    both = versions(config)
    return stunnel(port, f"[s]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{tt.plain_port}\ncert = {pair[0]}\n"
                         f"key = {pair[1]}\nsslVersionMin = TLSv{both[0]}\nsslVersionMax = TLSv{both[-1]}\n{more}"), {}


def stunnel_client(port, version, name, ca):
    front = tt.port()
    return Front(stunnel(front, f"[s]\nclient = yes\naccept = 127.0.0.1:{front}\nconnect = 127.0.0.1:{port}\n"
                                f"verifyChain = yes\nCAfile = {ca or SYSTEM}\nsni = {name}\n"
                                f"sslVersionMin = TLSv{version}\nsslVersionMax = TLSv{version}\n"), front)


def gnutls_server(port, config, pair):
    more = {"mutual": ["-r", f"--x509cafile={pair[0]}", "--verify-client-cert"],
            "sni": ["--sni-hostname=known.test", "--sni-hostname-fatal"]}.get(config, [])
    priority = "NORMAL:-VERS-ALL" + "".join(f":+VERS-TLS{v}" for v in versions(config))
    return ["gnutls-serv", "-p", port, *([] if config == "mutual" else ["-a"]), "--http", "-q",
            f"--x509certfile={pair[0]}", f"--x509keyfile={pair[1]}", "--alpn=http/1.1", "--alpn-fatal",
            f"--priority={priority}", *more], {}


def gnutls_client(port, version, name, ca):
    return ["gnutls-cli", f"--x509cafile={ca or SYSTEM}", f"--sni-hostname={name}", f"--verify-hostname={name}",
            "--alpn=http/1.1", "-p", port, f"--priority=NORMAL:-VERS-ALL:+VERS-TLS{version}", "127.0.0.1"], {}


def scripted(*argv):
    def server(port, config, pair):
        return [*argv, "server", port, config, *pair], {}

    def client(port, version, name, ca):
        return [*argv, "client", port, version, name, ca or SYSTEM], {}
    return server, client


def curl_client(port, version, name, ca):
    return ["curl", "-s", "--http1.1", f"--tlsv{version}", "--tls-max", version, "--cacert", ca or SYSTEM,
            "-H", "Connection: close", "-o", "/dev/null", "--max-time", "15",
            "--resolve", f"{name}:{port}:127.0.0.1", f"https://{name}:{port}/"], {}


def nss_server(port, config, pair):
    both = versions(config)
    return ["selfserv", "-n", "known.test", "-p", port, "-d", nssstore.made(pair, pair[0]), "-V", f"tls{both[0]}:tls{both[-1]}",
            *{"mutual": ["-rr"], "sni": ["-a", "known.test"]}.get(config, [])], {}


def nss_client(port, version, name, ca):
    return ["tstclnt", "-4", "-h", "localhost", "-a", name, "-p", port, "-d", nssstore.made((), ca),
            "-A", write("request", REQUEST.decode()), "-V", f"tls{version}:tls{version}"], {}


def bssl_server(port, config, pair):
    both = versions(config)
    more = {"mutual": ["-require-any-client-cert"], "cipher": ["-cipher", "PSK-AES128-CBC-SHA"]}.get(config, [])
    return ["bssl-tool", "server", "-accept", port, "-cert", pair[0], "-key", pair[1], "-loop", "-www",
            "-min-version", f"tls{both[0]}", "-max-version", f"tls{both[-1]}", *more], {}


def bssl_client(port, version, name, ca):
    return ["bssl-tool", "client", "-connect", f"127.0.0.1:{port}", "-server-name", name, "-root-certs", ca or SYSTEM,
            "-alpn-protos", "http/1.1", "-min-version", f"tls{version}", "-max-version", f"tls{version}"], {}


def go(release=None, *flags):
    def server(port, config, pair):
        return [gobuild.program(release, *flags), "server", port, config, *pair], {}

    def client(port, version, name, ca):
        return [gobuild.program(release, *flags), "client", port, version, name, ca or SYSTEM], {}
    return server, client


POSTGRES = "/usr/lib/postgresql/15/bin/"


def postgres_server(port, config, pair):
    """A cluster made once and copied; it does not run as root."""
    made, data = f"{T}/postgres", f"{T}/postgres-{port}"
    os.chmod(T, 0o755)
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    if not os.path.exists(made):
        os.mkdir(made)
        shutil.chown(made, "postgres", "postgres")
        tt.run(*as_postgres, POSTGRES + "initdb", "-D", made, "-A", "trust", "-N", cwd="/")
    tt.run("cp", "-a", made, data)
    for path, kind in zip(pair, ("crt", "key")):
        shutil.copy(path, f"{data}/server.{kind}")
        os.chmod(f"{data}/server.{kind}", 0o600)
        shutil.chown(f"{data}/server.{kind}", "postgres", "postgres")
    both = versions(config)
    how = "clientcert=verify-ca" if config == "mutual" else ""
    with open(f"{data}/pg_hba.conf", "w") as f:
        f.write(f"hostssl all all 127.0.0.1/32 trust {how}\n")
    options = {"ssl": "on", "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
               "fsync": "off", "autovacuum": "off", "shared_buffers": "4MB", "dynamic_shared_memory_type": "mmap",
               "ssl_min_protocol_version": f"TLSv{both[0]}", "ssl_max_protocol_version": f"TLSv{both[-1]}",
               **({"ssl_ca_file": "server.crt"} if config == "mutual" else {}),
               **({"ssl_ciphers": "PSK-AES128-GCM-SHA256"} if config == "cipher" else {})}
    return [*as_postgres, POSTGRES + "postgres", "-D", data,
            *[x for k, v in options.items() for x in ("-c", f"{k}={v}")]], {}


def postgres_client(port, version, name, ca):
    return [POSTGRES + "psql", "-X", "-c", "select 1",
            f"host={name} hostaddr=127.0.0.1 port={port} user=postgres dbname=postgres sslmode=verify-ca gssencmode=disable"
            f" sslrootcert={ca or SYSTEM} connect_timeout=15 ssl_min_protocol_version=TLSv{version}"
            f" ssl_max_protocol_version=TLSv{version}"], {"PGSSLCERT": "/nonexistent", "PGSSLKEY": "/nonexistent"}


class Front(tuple):
    """A client that is asked over a plain port of its own."""

    def __new__(cls, argv, port):
        self = super().__new__(cls, (argv, {}))
        self.port = port
        return self


STRIPPED = "-ldflags=-s -w"
PY = scripted(PYTHON, SCRIPT, "blocking")
AIO = scripted(PYTHON, SCRIPT, "asyncio")
NODE = scripted("node", HERE + "/peer_node.js")
# name: (server, client, library, the release it needs or None)
PEERS = {
    "OpenSSL 1.1.1": (openssl_server("bullseye"), openssl_client("bullseye"), "openssl", "bullseye"),
    "OpenSSL 3.0": (openssl_server(None), openssl_client(None), "openssl", None),
    "OpenSSL 3.5": (openssl_server("trixie"), openssl_client("trixie"), "openssl", "trixie"),
    "OpenSSL 3.0, BIO_f_ssl": (openssl_server(None, "-www"), None, "openssl", None),
    "Python, blocking": (*PY, "openssl", None),
    "Python, asyncio": (*AIO, "openssl", None),
    "Node": (*NODE, "openssl", None),
    "curl": (None, curl_client, "openssl", None),
    "nginx": (nginx_server, nginx_client, "openssl", None),
    "haproxy": (haproxy_server, haproxy_client, "openssl", None),
    "apache": (apache_server, None, "openssl", None),
    "stunnel": (stunnel_server, stunnel_client, "openssl", None),
    "PostgreSQL": (postgres_server, postgres_client, "openssl", None),
    "BoringSSL": (bssl_server, bssl_client, "boringssl", None),
    "GnuTLS": (gnutls_server, gnutls_client, "gnutls", None),
    "NSS": (nss_server, nss_client, "nss", None),
    "Go": (*go(), "go", None),
    "Go, stripped": (*go(None, STRIPPED), "go", None),
    "Go 1.24": (*go("trixie"), "go", "trixie"),
    "Go 1.24, stripped": (*go("trixie", STRIPPED), "go", "trixie"),
}
RELEASES = {"bullseye": ("libssl1.1", "openssl"), "trixie": ("libc6", "libssl3t64", "openssl", "golang-1.24-go", "golang-1.24-src")}
# Those whose servers never answer: a client that is content says so and goes.
SILENT = {"OpenSSL 1.1.1", "OpenSSL 3.0", "OpenSSL 3.5"}
# Those whose clients speak to their own servers alone.
CLIENTS_OF = {"PostgreSQL": postgres_client}
PROGRAMS = {"Node": ["node"], "curl": ["curl"], "nginx": ["nginx"], "haproxy": ["haproxy"], "apache": ["apache2"],
            "stunnel": ["stunnel4"], "PostgreSQL": [POSTGRES + "postgres", POSTGRES + "psql"],
            "BoringSSL": ["bssl-tool"], "GnuTLS": ["gnutls-serv", "gnutls-cli"], "NSS": ["selfserv", "tstclnt", "certutil"], "Go": ["go"], "Go, stripped": ["go"]}


def missing(peer):
    """Why it cannot be played, None when it can."""
    return next((f"{p} is not installed" for p in PROGRAMS.get(peer, []) if not shutil.which(p)), None)
