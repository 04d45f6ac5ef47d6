#compdef licctl
# zsh completion for licctl: the program itself knows what can follow.

_licctl()
{
	local -a found
	local n=${words[(i)--]}

	if (( n < CURRENT )); then
		words=("${(@)words[n+1,-1]}")
		(( CURRENT -= n ))
		_normal
		return
	fi
	found=(${(f)"$($words[1] --complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	# A path, not a name that the daemon has.
	if (( ! $#found )) && [[ $PREFIX == [./~]* ||
	    $words[CURRENT-1] == --password-file ]]; then
		_files
		return
	fi
	# A prefix and a folder go on.
	compadd -S '' -- ${(M)found:#*[:/]}
	compadd -- ${found:#*[:/]}
	(( $#found ))
}

_licctl "$@"
