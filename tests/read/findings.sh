#!/bin/sh
# What a capture leads to, beside handshakes that fail with an alert.
exec /usr/bin/python3 -B "$(dirname "$0")/findings.py"
