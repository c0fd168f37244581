#!/bin/sh
# What crypto/tls of Go programs, stripped or not, says of itself.
exec /usr/bin/python3 -B "$(dirname "$0")/golang.py"
