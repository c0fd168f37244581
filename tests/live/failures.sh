#!/bin/sh
# Handshakes that fail, each for its own cause.
exec /usr/bin/python3 -B "$(dirname "$0")/failures.py"
