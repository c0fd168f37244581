#!/bin/sh
# Signature algorithms and keys.
exec /usr/bin/python3 -B "$(dirname "$0")/signatures.py"
