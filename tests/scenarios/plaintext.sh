#!/bin/sh
# One end does not speak TLS, or a PROXY header is in the way.
exec /usr/bin/python3 -B "$(dirname "$0")/plaintext.py"
