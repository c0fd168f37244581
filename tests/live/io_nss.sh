#!/bin/sh
# PR_Read(), PR_Write() and their like on NSS's sockets.
exec /usr/bin/python3 -B "$(dirname "$0")/io_nss.py"
