#!/bin/sh
# Calls that move plaintext, and who owns them.
exec /usr/bin/python3 -B "$(dirname "$0")/io.py"
