# bash completion for licissue: the program itself knows what can follow.

# The words before the cursor, into `words`: bash takes "PID:SN" apart.
_licissue_words()
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

_licissue()
{
	local words i

	_licissue_words
	mapfile -t COMPREPLY < <("${words[0]}" --complete "${words[@]:1}" \
	    2>/dev/null)
	for i in "${!COMPREPLY[@]}"; do
		if [ "${COMPREPLY[i]}" = :file ]; then
			unset "COMPREPLY[$i]"
			compopt -o default
		fi
	done
}
complete -F _licissue licissue
