#!/bin/sh
# generate.sh --check [BTF] - does the kernel have what vmlinux.h names?
#
# vmlinux.h is kept by hand, a member at a time: only what bpf/ reads is named, offsets
# are relocated at load time, so it is the same for x86_64 and arm64 and there is nothing
# to generate for another architecture or kernel. What can go wrong is a member that a
# kernel has renamed or dropped. This compares each with the BTF (default: the running
# kernel's), prints those that are missing, and exits 1 when one of them is not in
# optional.list.
here=$(dirname "$0")
btf=${2:-/sys/kernel/btf/vmlinux}
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=x86 ;; esac
if [ "$1" != --check ] || [ ! -r "$btf" ]; then
	sed -n '2s/^# //p' "$0" >&2
	exit 2
fi

# TYPE MEMBER of each member named; nested unnamed structs count by their member's name.
named() {
	sed '/#include/d' "$here/vmlinux.h" | clang -E -P -D__TARGET_ARCH_$arch -x c - | awk '
	/^#/ || /^enum/ { next }
	/\{/ { if (!depth++) { type = $2; count = 0 } next }
	/\}/ && depth {
		gsub(/[};]/, "")
		if (--depth) { members[count++] = $1; next }
		if (type == "{" || type == "struct") type = $1
		if (NF && $1 != "") type = $1
		sub(/___.*/, "", type)
		for (i = 0; i < count; i++) print type, members[i]
		next
	}
	depth == 1 {
		line = $0
		sub(/;.*/, "", line)
		n = split(line, names, ",")
		for (i = 1; i <= n; i++) {
			name = names[i]
			sub(/\[.*/, "", name)
			sub(/.*[ *\t]/, "", name)
			members[count++] = name
		}
	}'
}

# The same of the kernel, for structs, unions and typedefs of them.
had() {
	bpftool btf dump file "$btf" format raw | awk '
	function show(type, id,   i, part, n) {
		n = split(members[id], part, " ")
		for (i = 1; i <= n; i += 2)
			if (part[i] == "(anon)") show(type, part[i + 1])
			else print type, part[i]
	}
	{ gsub(/\047/, "") }
	/^\[/ {
		id = substr($1, 2, length($1) - 2)
		at = ""
		if ($2 == "STRUCT" || $2 == "UNION") { at = id; if ($3 != "(anon)") type[id] = $3 }
		if ($2 == "TYPEDEF") { sub("type_id=", "", $4); alias[id] = $4; type[id] = $3 }
		next
	}
	at && /type_id=/ { sub("type_id=", "", $2); members[at] = members[at] $1 " " $2 " " }
	END { for (id in type) show(type[id], id in alias ? alias[id] : id) }'
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
named | sort -u >"$work/named"
had | sort -u >"$work/had"
if [ ! -s "$work/named" ] || [ ! -s "$work/had" ]; then
	echo "cannot read vmlinux.h or $btf" >&2
	exit 1
fi
status=0
for member in $(comm -23 "$work/named" "$work/had" | tr ' ' .); do
	if grep -q "^$member " "$here/optional.list"; then
		echo "missing, optional: $(grep "^$member " "$here/optional.list")"
	else
		echo "missing: $member"
		status=1
	fi
done
echo "$(wc -l <"$work/named") members named"
exit $status
