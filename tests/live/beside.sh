#!/bin/sh
# What a terminal says beside failures: of certificates that are let pass, of plain text, of both ends.
exec /usr/bin/python3 -B "$(dirname "$0")/beside.py"
