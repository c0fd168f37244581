"""pki.py - the certificates of the battery, by name: {"good": (chain, key), ...}, each under
the directory of the run. CA is what clients trust, OTHER_CA what they do not."""
import os

import tt
from tt import T

DIR = T + "/pki"
NAME = "good.test"
SERVER, CLIENT, MAIL = "serverAuth", "clientAuth", "emailProtection"
CONF = """[ca]
default_ca = a
[a]
new_certs_dir = {0}
database = {0}/{1}.index
rand_serial = yes
default_md = sha256
policy = p
unique_subject = no
copy_extensions = none
default_crl_days = 30
[p]
commonName = supplied
[ca_ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[not_ca]
basicConstraints = critical,CA:FALSE
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
subjectKeyIdentifier = hash
subjectAltName = {2}
extendedKeyUsage = {3}
[bare]
basicConstraints = critical,CA:FALSE
subjectAltName = {2}
[staple]
basicConstraints = critical,CA:FALSE
subjectAltName = {2}
tlsfeature = status_request
"""


def quiet(*argv, **more):
    return tt.run(*argv, stderr=open(T + "/pki.log", "a"), **more)


def conf(issuer, names="DNS:" + NAME, purpose=SERVER):
    path = f"{DIR}/{issuer}.cnf"
    open(path, "w").write(CONF.format(DIR, issuer, names, purpose))
    if not os.path.exists(f"{DIR}/{issuer}.index"):
        open(f"{DIR}/{issuer}.index", "w")
    return path


def key(path, kind):
    algorithm, option = {"ec": ("EC", "ec_paramgen_curve:P-256"), "rsa1024": ("RSA", "rsa_keygen_bits:1024"),
                         "rsa": ("RSA", "rsa_keygen_bits:2048")}[kind]
    quiet("openssl", "genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", path)
    return path


def authority(name, issuer=None, ext="ca_ext", days=("20200101000000Z", "20400101000000Z")):
    key(f"{DIR}/{name}.key", "ec")
    issue(name, issuer or name, ext=ext, days=days, make_key=False, subject="/CN=" + name)


def issue(name, issuer="ca", names="DNS:" + NAME, purpose=SERVER, days=("20200101000000Z", "20400101000000Z"),
          kind="ec", ext="leaf", make_key=True, subject=None, chain=(), md="sha256"):
    """A certificate and its key; the file holds the leaf, then `chain`."""
    cert, priv, request = (f"{DIR}/{name}.{end}" for end in ("pem", "key", "csr"))
    if make_key:
        key(priv, kind)
    config = conf(issuer, names, purpose)
    quiet("openssl", "req", "-new", "-key", priv, "-subj", subject or f"/CN={name}", "-out", request, "-config", "/dev/null")
    itself = ["-selfsign", "-keyfile", priv] if issuer == name else [
        "-cert", f"{DIR}/{issuer}.pem", "-keyfile", f"{DIR}/{issuer}.key"]
    quiet("openssl", "ca", "-batch", "-notext", "-config", config, *itself, "-in", request, "-out", cert,
          "-extensions", ext, "-startdate", days[0], "-enddate", days[1], "-md", md)
    with open(cert, "a") as f:
        for link in chain:
            f.write(open(f"{DIR}/{link}.pem").read())
    return cert, priv


def make():
    """All of them; a dict of (certificate file, key file)."""
    os.mkdir(DIR)
    authority("ca")
    authority("other")
    authority("middle", "ca")
    authority("notca", "ca", ext="not_ca")
    authority("oldca", "ca", days=("20200101000000Z", "20210101000000Z"))
    pairs = {
        "good": issue("good"), "rsa": issue("rsa", kind="rsa"),
        "expired": issue("expired", days=("20200101000000Z", "20210101000000Z")),
        "early": issue("early", days=("20380101000000Z", "20400101000000Z")),
        "self": issue("self", "self"), "other": issue("leaf-of-other", "other"), "otherchain": issue("with-root", "other", chain=["other"]),
        "elsewhere": issue("elsewhere", names="DNS:elsewhere.test,DNS:*.elsewhere.test"),
        "wild": issue("wild", names="DNS:*.good.test"),
        "weak": issue("weak", kind="rsa1024"), "sha1": issue("sha1", kind="rsa", md="sha1"),
        "staple": issue("staple", ext="staple"),
        "mail": issue("mail", purpose=MAIL), "revoked": issue("revoked"),
        "chain": issue("of-middle", "middle", chain=["middle"]),
        "badchain": issue("of-notca", "notca", chain=["notca"]),
        "oldchain": issue("of-oldca", "oldca", chain=["oldca"]),
        "user": issue("user", purpose=CLIENT), "user-rsa": issue("user-rsa", purpose=CLIENT, kind="rsa"),
        "user-expired": issue("user-expired", purpose=CLIENT, days=("20200101000000Z", "20210101000000Z")),
        "user-early": issue("user-early", purpose=CLIENT, days=("20380101000000Z", "20400101000000Z")),
        "user-other": issue("user-of-other", "other", purpose=CLIENT),
        "user-self": issue("user-self", "user-self", purpose=CLIENT),
        "user-mail": issue("user-mail", purpose=MAIL),
        "user-revoked": issue("user-revoked", purpose=CLIENT),
    }
    for name in ("revoked", "user-revoked"):
        quiet("openssl", "ca", "-config", conf("ca"), "-cert", CA, "-keyfile", f"{DIR}/ca.key", "-revoke", pairs[name][0])
    quiet("openssl", "ca", "-config", conf("ca"), "-cert", CA, "-keyfile", f"{DIR}/ca.key", "-gencrl", "-out", CRL)
    return pairs


CA, OTHER_CA, CRL = f"{DIR}/ca.pem", f"{DIR}/other.pem", f"{DIR}/crl.pem"
