# bash completion for licctl: the program itself knows what can follow.

# The words before the cursor, into `words`: bash takes "flash:new.lic" apart.
_licctl_words()
{
	local line=${COMP_LINE:0:COMP_POINT} rest i

	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		rest=${line#"${line%%[![:space:]]*}"}
		if ((i > 0)) && [ "$rest" = "$line" ]; then
			words[-1]+=${COMP_WORDS[i]}
		else
			words+=("${COMP_WORDS[i]}")
		fi
		line=${rest#"${COMP_WORDS[i]}"}
	done
}

_licctl()
{
	local words last cut i

	for ((i = 1; i < COMP_CWORD; i++)); do
		if [ "${COMP_WORDS[i]}" = -- ]; then
			compopt -o default
			COMPREPLY=()
			return
		fi
	done
	_licctl_words
	last=${words[-1]}
	mapfile -t COMPREPLY < <("${words[0]}" --complete "${words[@]:1}" \
	    2>/dev/null)
	# A path, not a name that the daemon has.
	if [ ${#COMPREPLY[@]} -eq 0 ] && { [[ $last == [./~]* ]] ||
	    [ "${words[-2]}" = --password-file ]; }; then
		compopt -o default
		return
	fi
	# A prefix and a folder go on.
	[ ${#COMPREPLY[@]} -ne 1 ] || [[ ${COMPREPLY[0]} != *[:/] ]] ||
	    compopt -o nospace
	# bash replaces what follows the last colon only.
	[[ $COMP_WORDBREAKS == *:* && $last == *:* ]] && cut=${last%"${last##*:}"}
	# A feature may have a name that the shell would obey.
	for i in "${!COMPREPLY[@]}"; do
		printf -v "COMPREPLY[$i]" %q "${COMPREPLY[i]#"$cut"}"
	done
}
complete -F _licctl licctl
