# port.sh - sourced; gives `port`.
# port - print a TCP port of this run alone: nobody listens on it, no other test holds
# it. The range lies below the ephemeral ports; a symbolic link to the holder's process
# is the claim, so that runs side by side never meet.
port() {
	local holder=${PORT_HOLDER:-$$} at link
	for ((at = 0; at < 20000; at++)); do
		local number=$((12000 + (holder * 37 + at) % 20000))
		link=/tmp/tlstrace-port-$number
		[ -L $link ] && [ ! -e "/proc/$(readlink $link)" ] && rm -f $link
		grep -q "$(printf ':%04X [0-9A-F:]* 0A' $number)" /proc/net/tcp /proc/net/tcp6 && continue
		ln -s "$holder" $link 2>/dev/null && echo $number && return
	done
	return 1
}
# Give the ports of this run back.
ports_free() {
	local link
	for link in /tmp/tlstrace-port-*; do
		[ "$(readlink "$link")" = $$ ] && rm -f "$link"
	done
}
