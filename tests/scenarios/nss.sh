#!/bin/sh
# What NSS's own server and client say of their failures.
exec /usr/bin/python3 -B "$(dirname "$0")/nss.py"
