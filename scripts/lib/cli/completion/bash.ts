/**
 * Completion for bash. That of `@bomb.sh/tab` runs `eval` on the words of the command line, so that a redirection among
 * them empties a file when somebody presses Tab; it also declares constants, which fails when it is read twice.
 */
export const BASH = `# bash completion for vm-pool
_vm_pool() {
  local words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD cur=\${COMP_WORDS[COMP_CWORD]} line
  # Of the package bash-completion: keeps a word with = or : in it whole.
  if declare -F _get_comp_words_by_ref >/dev/null; then _get_comp_words_by_ref -n =: cur words cword; fi
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    if [[ $line != :* && $line == "$cur"* ]]; then COMPREPLY+=("$(printf %q "$line")"); fi
  done < <(vm-pool complete -- "\${words[@]:1:cword}" 2>/dev/null)
  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$cur"; fi
}
complete -o default -F _vm_pool vm-pool`;
