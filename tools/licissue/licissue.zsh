#compdef licissue
# zsh completion for licissue: the program itself knows what can follow.

_licissue()
{
	local -a found
	local -i any=1

	found=(${(f)"$($words[1] --complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
	if (( ${found[(I):file]} )); then
		_files && any=0
	fi
	compadd -- ${found:#:file} && any=0
	return any
}

_licissue "$@"
