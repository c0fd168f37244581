#!/bin/sh
# Real peers, real captures, record by record beside tshark.
exec /usr/bin/python3 -B "$(dirname "$0")/tshark.py"
