#!/bin/sh
# packages.sh NAME... - install the distribution packages that are missing.
missing=
for name in "$@"; do
	dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $name"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
	echo "missing packages:$missing (run as root to install them)" >&2
	exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive exec apt-get install -y -qq --no-install-recommends $missing
