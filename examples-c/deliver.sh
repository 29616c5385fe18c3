#!/bin/sh
# Delivers a message by DANE, through dane-connect(1): deliver.sh SENDER RECIPIENT < MESSAGE
#
# Exit status, of sysexits.h: 0 sent, 69 it must bounce, 75 it must wait, 64 wrong usage; why is said on standard error.
# DANE_CONNECT_OPTIONS holds options for dane-connect, separated by blanks. SENDER is '' for a bounce. The message's lines
# may end with LF or CRLF; its text goes as it is, whatever the server says of 8-bit octets.
export LC_ALL=C; set -f; trap 'exit 75' HUP INT TERM; trap '' PIPE
[ $# = 2 ] && case $1$2 in *[![:graph:]]* | *[\<\>]*) false ;; esac && case $2 in *@) false ;; ?*@*) ;; *) false ;; esac ||
    { echo 'usage: deliver.sh SENDER RECIPIENT < MESSAGE' >&2; exit 64; }
say() { printf '%s\r\n' "$1" >&3; } 2> /dev/null
end() { # STATUS REPLY
    printf '%s\n' "$2" | tr -dc '[:print:]\n' >&2
    say QUIT && cat <&4 > /dev/null
    exit "$1"
}
expect() { # DIGIT STATUS: the digit that the reply is to begin with, and the exit status where it is a 5 instead
    while IFS= read -r reply <&4; do
        case $reply in
        [2-5][0-9][0-9]-*) ;;
        "$1"[0-9][0-9]*) return ;;
        5[0-9][0-9]*) end "$2" "$reply" ;;
        *) end 75 "$reply" ;;
        esac
    done
    wait "$relay"
    case $? in 69) exit 69 ;; 0) echo 'the server closed without a reply' >&2 ;; esac
    exit 75
}
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && mkfifo "$room/up" "$room/down" || exit 75
dane-connect $DANE_CONNECT_OPTIONS -- "${2##*@}" < "$room/up" > "$room/down" & relay=$!
exec 3> "$room/up" 4< "$room/down"
expect 2 75; say "EHLO $(uname -n)"; expect 2 75
say "MAIL FROM:<$1>"; expect 2 69; say "RCPT TO:<$2>"; expect 2 69; say DATA; expect 3 69
awk '{ gsub(/\r/, ""); sub(/^\./, ".."); printf "%s\r\n", $0 }' >&3 && say . || { echo 'not sent whole' >&2; exit 75; }
expect 2 69; end 0 "$reply"
