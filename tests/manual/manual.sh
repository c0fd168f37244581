#!/usr/bin/env bash
# The man page and the completions are made of the options' table: nothing is missing there,
# no checker complains, the shells offer what they should, "make install" puts them in place.
cd "$(dirname "$0")/../.." || exit 1
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
result=0
ok() { # ok NAME CONDITION...
	if "${@:2}"; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		result=1
	fi
}
none() { [ -z "$1" ] || { sed 's/^/# /' <<<"$1"; false; }; }
is() { [ "$1" = "$2" ] || { printf '# %s\n' "got: $1" "not: $2"; false; }; }

for form in man bash zsh fish; do
	"$B/tlstrace" generate $form >"$T/$form" || result=1
done
MANWIDTH=100 man -l "$T/man" 2>/dev/null | col -b >"$T/page"
ok "man finds nothing wrong" none "$(man --warnings -l -Tutf8 "$T/man" 2>&1 >/dev/null)"
cp "$T/man" "$T/tlstrace.8" # mandoc takes the section from the name, else from the folder's
ok "mandoc finds nothing wrong" none "$(mandoc -T lint -W warning "$T/tlstrace.8")"
ok "bash, zsh and fish read their completion" none "$({ bash -n "$T/bash"; zsh -n "$T/zsh"; fish -n "$T/fish"; } 2>&1)"

options=$(sed -n 's/^OPT([A-Z_]*, [^,]*, "\([a-z-]*\)".*/\1/p' user/cli/options.def)
ok "there are options to look for" test "$(wc -l <<<"$options")" -gt 20
missing=$(while read -r option; do
	grep -qE -- "^ +(-., )?--$option([ =[]|\$)" <("$B/tlstrace" --help) || echo "--$option: not in --help"
	grep -qE -- "^ +(-., )?--$option([ =[]|\$)" "$T/page" || echo "--$option: not in the man page"
	grep -qE -- "--$option[ ']" "$T/bash" || echo "--$option: not in bash's"
	grep -qE -- "--$option[}=[]" "$T/zsh" || echo "--$option: not in zsh's"
	grep -qE -- "-l $option " "$T/fish" || echo "--$option: not in fish's"
done <<<"$options")
ok "every option is in --help, the man page and the completions" none "$missing"
words=$(sed -n 's/^COMMAND([A-Z]*, "\([a-z]*\)".*/\1/p' user/cli/commands.def)
ok "so is every command" none "$(while read -r word; do
	for file in page bash zsh fish; do grep -qw "$word" "$T/$file" || echo "$word: not in $file"; done
done <<<"$words")"
codes=$(sed -n 's/.*{ "\([a-z-]*\)", SEVERITY_.*/\1/p' user/diagnose/diagnose.c | sort -u)
ok "every finding is in the man page" none "$(while read -r code; do grep -q "^ *$code\$" "$T/page" || echo "$code"; done <<<"$codes")"
for section in NAME SYNOPSIS OPTIONS "EXIT STATUS" ENVIRONMENT FILES EXAMPLES "SEE ALSO"; do
	ok "the man page has $section" grep -q "^$section\$" "$T/page"
done

# What bash offers for a line, as readline splits it (at "=" too); without bash-completion.
offers() { # offers WORD...: the last one is completed
	bash --norc -c '. "$1"; shift; COMP_WORDS=(tlstrace "$@"); COMP_CWORD=$#; _tlstrace
		printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "' - "$T/bash" "$@"
}
mkdir "$T/files" && touch "$T/files/a.pcap" "$T/files/b.pcap"
ok "bash: the commands" is "$(offers '')" "-- $(sort <<<"$words" | tr '\n' ' ')"
ok "bash: an option's beginning" is "$(offers --ver)" "--verbose --version "
ok "bash: the options of read only" is "$(offers read --key) $(offers read --pi)" "--keylog   "
ok "bash: words that a value is one of" is "$(offers --hooks c)" "cgroup copy "
ok "bash: the same behind =" is "$(offers --fail-on = e)" "error "
ok "bash: behind =, nothing yet" is "$(offers --fail-on =)" "error info warning "
ok "bash: a short option's value" is "$(offers -p $$)" "$$ "
ok "bash: files" is "$(cd "$T/files" && offers read a)" "a.pcap "
ok "bash: a file behind --json=" is "$(cd "$T/files" && offers --json = "$T/files/b")" "$T/files/b.pcap "
ok "bash: a value is no command" is "$(cd "$T/files" && offers -u read --keyl)" "--keylog-out "
ok "bash: what can be explained" is "$(offers explain certificate-e) $(offers explain bad_r)" "certificate-expired  bad_record_mac "
ok "bash: a command to trace" is "$(offers --port 443 -- bash | tr ' ' '\n' | grep -xm1 bash)" "bash"
# A zsh on a terminal of its own, where keys are pressed: what the tab key makes of a line.
mkdir "$T/zsh.d" && cp "$T/zsh" "$T/zsh.d/_tlstrace"
zsh_makes() { # zsh_makes LINE RESULT
	rm -f "$T/line"
	timeout 20 zsh -f -c 'zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
		zpty -w z "show() { print -r -- \"\$BUFFER\" >$2; print sho\wn }; zle -N show; bindkey ^X show; print rea\dy"
		zpty -r z text "*ready*"
		zpty -w -n z "$3"$'"'\\t\\x18'"'
		zpty -r z text "*shown*"' - "$T/zsh.d" "$T/line" "$1"
	is "$(cat "$T/line")" "$2"
}
ok "zsh: a word that a value is one of" zsh_makes "tlstrace --hooks fe" "tlstrace --hooks fentry "
ok "zsh: an option of read" zsh_makes "tlstrace read --keyl" "tlstrace read --keylog="
ok "zsh: a command" zsh_makes "tlstrace expl" "tlstrace explain "
ok "zsh: what can be explained" zsh_makes "tlstrace explain certificate-e" "tlstrace explain certificate-expired "
complete=$(fish --no-config -c "source $T/fish; complete -C 'tlstrace --hooks c'" 2>&1 | cut -f1 | sort | tr '\n' ' ')
ok "fish: words that a value is one of" is "$complete" "cgroup copy "
complete=$(fish --no-config -c "source $T/fish; complete -C 'tlstrace read --key'" 2>&1 | cut -f1)
ok "fish: the options of read" is "$complete" "--keylog"

make -s install DESTDIR="$T/root" PREFIX=/usr B="$B" >/dev/null 2>"$T/err" || cat "$T/err"
installed=$(cd "$T/root" && find . -type f | sort)
ok "make install with DESTDIR" is "$installed" "./usr/sbin/tlstrace
./usr/share/bash-completion/completions/tlstrace
./usr/share/fish/vendor_completions.d/tlstrace.fish
./usr/share/man/man8/tlstrace.8
./usr/share/zsh/site-functions/_tlstrace"
ok "installs what is generated" cmp -s "$T/man" "$T/root/usr/share/man/man8/tlstrace.8"
exit $result
