"""nssstore.py - databases of keys and authorities for NSS."""
import os

import tt


def made(pair, ca):
    """A database with a key and its certificate, if any, and with an authority to trust, if any; made once."""
    folder = f"{tt.T}/nss-{'-'.join(os.path.basename(path) for path in [*pair, ca or 'none'])}"
    if os.path.exists(folder):
        return folder
    os.mkdir(folder)
    tt.run("certutil", "-N", "-d", folder, "--empty-password")
    if pair:
        tt.run("openssl", "pkcs12", "-export", "-in", pair[0], "-inkey", pair[1], "-out", folder + "/p12",
               "-name", "known.test", "-passout", "pass:")
        tt.run("pk12util", "-i", folder + "/p12", "-d", folder, "-W", "")
    if ca:
        tt.run("certutil", "-A", "-d", folder, "-n", "authority", "-t", "CT,,", "-i", ca)
    return folder
