"""keylog_suites.py - what keylog.py plays, and what it takes out of the capture."""
import struct

import tt

SUITES13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]
SUITES12 = ["AES128-SHA", "AES256-SHA", "AES128-SHA256", "ECDHE-RSA-AES256-SHA384",
            "AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES128-CCM", "AES128-CCM8",
            "AES256-CCM8", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-ARIA128-GCM-SHA256",
            "ARIA256-GCM-SHA384", "CAMELLIA128-SHA", "CAMELLIA256-SHA256", "NULL-SHA256"]
GNUTLS = [("VERS-TLS1.2", "ARCFOUR-128", "SHA1"), ("VERS-TLS1.0", "ARCFOUR-128", "MD5"),
          ("VERS-TLS1.1", "ARCFOUR-128", "SHA1"), ("VERS-TLS1.0", "3DES-CBC", "SHA1"),
          ("VERS-TLS1.2", "AES-128-CBC", "SHA1"), ("VERS-TLS1.2", "AES-256-CBC", "SHA384"),
          ("VERS-TLS1.2", "AES-128-CBC", "SHA256"), ("VERS-TLS1.1", "AES-256-CBC", "SHA1"),
          ("VERS-TLS1.0", "AES-256-CBC", "SHA1"), ("VERS-TLS1.2", "AES-256-CCM", "AEAD"),
          ("VERS-TLS1.2", "CAMELLIA-128-CBC", "SHA256"), ("VERS-TLS1.2", "CHACHA20-POLY1305", "AEAD"),
          ("VERS-TLS1.3", "AES-128-CCM-8", "AEAD"), ("VERS-TLS1.3", "AES-256-GCM", "AEAD")]


CIPHERS = {  # that at least must be seen, whatever the peers agree on
    "AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256", "AES_128_CCM_SHA256",
    "AES_128_CCM_8_SHA256", "AES_128_CCM", "AES_128_CCM_8", "AES_256_CCM_8", "AES_256_CCM", "AES_128_CBC_SHA",
    "AES_256_CBC_SHA", "AES_128_CBC_SHA256", "AES_256_CBC_SHA384", "ARIA_128_GCM_SHA256",
    "ARIA_256_GCM_SHA384", "CAMELLIA_128_CBC_SHA", "CAMELLIA_256_CBC_SHA256", "3DES_EDE_CBC_SHA",
    "RC4_128_SHA", "RC4_128_MD5", "NULL_SHA256"}


def holes(capture, port, path):
    """The capture without the server's last data but one of each connection."""
    tt.run("tshark", "-r", capture, "-F", "nsecpcap", "-w", path, stderr=-3)
    data, at, frames = open(path, "rb").read(), 24, []
    while at < len(data):
        n = struct.unpack_from("<I", data, at + 8)[0]
        frames.append(data[at:at + 16 + n])
        at += 16 + n
    carrying = {}
    for i, f in enumerate(frames):
        if f[16 + 23] == 6 and struct.unpack_from(">H", f, 16 + 34)[0] == port and \
                struct.unpack_from(">H", f, 16 + 16)[0] > 20 + (f[16 + 46] >> 4) * 4:
            carrying.setdefault(f[16 + 36:16 + 38], []).append(i)
    gone = {i[-2] for i in carrying.values() if len(i) > 3}
    open(path, "wb").write(data[:24] + b"".join(f for i, f in enumerate(frames) if i not in gone))
    return len(gone)
