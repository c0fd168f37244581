#!/bin/sh
# What is no TLS is never called so, and is counted once.
exec /usr/bin/python3 -B "$(dirname "$0")/nottls.py"
