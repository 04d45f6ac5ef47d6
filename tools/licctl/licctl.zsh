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
	compadd -a found
}

_licctl "$@"
