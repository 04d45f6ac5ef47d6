# bash completion for licctl: the program itself knows what can follow.

_licctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} i

	for ((i = 1; i < COMP_CWORD; i++)); do
		if [ "${COMP_WORDS[i]}" = -- ]; then
			compopt -o default
			COMPREPLY=()
			return
		fi
	done
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" --complete \
	    "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$cur" 2>/dev/null)
	# A feature may have a name that the shell would obey.
	for i in "${!COMPREPLY[@]}"; do
		printf -v "COMPREPLY[$i]" %q "${COMPREPLY[i]}"
	done
}
complete -F _licctl licctl
