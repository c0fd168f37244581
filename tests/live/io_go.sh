#!/bin/sh
# Conn.Read() and Conn.Write() of Go programs.
exec /usr/bin/python3 -B "$(dirname "$0")/io_go.py"
