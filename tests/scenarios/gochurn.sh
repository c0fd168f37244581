#!/bin/sh
# Probes come and go under a Go server and client that are at work.
exec /usr/bin/python3 -B "$(dirname "$0")/gochurn.py"
