#!/bin/sh
# Real peers over the whole matrix, record by record beside tshark.
exec /usr/bin/python3 -B "$(dirname "$0")/matrix.py"
