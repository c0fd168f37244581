#!/bin/sh
# Handshakes that break off: after which message, whose turn it was, and what alerts say of it.
exec /usr/bin/python3 -B "$(dirname "$0")/turns.py"
