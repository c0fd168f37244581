#!/bin/sh
# Real peers and their key logs, decrypted, beside tshark.
exec /usr/bin/python3 -B "$(dirname "$0")/keylog.py"
