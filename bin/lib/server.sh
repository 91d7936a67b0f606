# Sourced: the development server, which is four processes behind one port, and what a killed one
# leaves behind.
# shellcheck shell=bash

HOST=${HOST:-127.0.0.1}
PORT=${PORT:-8000}
SERVER_PID_FILE=$LOCAL/server-$PORT.pid
# A socket's path ends at 107 bytes, and granian resolves a relative one.
SOCKETS=/tmp/pupmatch-$(id -u)-$(project_hash)-$PORT

# Where the reader's browser finds it, whatever address it is bound to.
server_host() {
    case $HOST in
        0.0.0.0 | ::) say "localhost:$PORT" ;;
        *:*) say "[$HOST]:$PORT" ;;
        *) say "$HOST:$PORT" ;;
    esac
}
server_url() { say "http://$(server_host)"; }

check_port() {
    [[ $PORT =~ ^[0-9]+$ ]] && [ "$PORT" -ge 1 ] && [ "$PORT" -le 65535 ] ||
        die "PORT must be a number from 1 to 65535, not '$PORT'."
    lock_port
    end_leftovers
    ! port_answers || die "Port $PORT is in use by another program. Choose another: PORT=8001 bin/run"
}

# Held as long as bin/run lives, so that a server without it is known to be an orphan.
lock_port() {
    exec 8>"$LOCAL/server-$PORT.lock"
    flock -n 8 || die "Another bin/run of this folder has port $PORT: $(server_url)"
}

# After a kill -9 of bin/run its processes live on and keep the port. They are known by their session
# and by the folder that they stand in: the number alone may be somebody else's.
end_leftovers() {
    local pids tries
    for tries in {1..50}; do
        mapfile -t pids < <(leftovers)
        [ ${#pids[@]} -gt 0 ] || break
        # After a stop in order, the last lines of the log are still on their way.
        [ "$tries" -le "${1:-0}" ] || kill -KILL "${pids[@]}" 2>/dev/null || true
        sleep 0.1
    done
    rm -rf "$SERVER_PID_FILE" "$SOCKETS" || true
}

leftovers() {
    local session session_of dir stat
    session=$(cat "$SERVER_PID_FILE" 2>/dev/null) || return 0
    for dir in /proc/[0-9]*; do
        # After the name in brackets: state, parent, process group, session.
        stat=$(cat "$dir/stat" 2>/dev/null) || continue
        read -r _ _ _ session_of _ <<<"${stat##*) }"
        if [ "$session_of" = "$session" ] && [ "$(readlink "$dir/cwd")" = "$ROOT" ]; then say "${dir#/proc/}"; fi
    done
}

# The port of the server that was started last, of those that run; the usual one if none does.
running_port() {
    local file
    for file in $(cd "$LOCAL" 2>/dev/null && ls -t server-*.pid 2>/dev/null); do
        PORT=${file//[^0-9]/} SERVER_PID_FILE=$LOCAL/$file
        [ -z "$(leftovers)" ] || break
        PORT=8000
    done
    say "$PORT"
}

port_address() { case $HOST in 0.0.0.0 | ::) say 127.0.0.1 ;; *) say "$HOST" ;; esac; }
port_answers() (exec 3<>"/dev/tcp/$(port_address)/$PORT") 2>/dev/null

# In a session of its own: Ctrl-C reaches it once, through the trap.
start_server() {
    # Limits meant for strangers would stop a developer's tenth tour of the hour.
    export RATE_LIMIT_SCALE=${RATE_LIMIT_SCALE:-100} FRONT_OPEN=${FRONT_OPEN:-10000}
    export PROXY_COUNT=1 # the front
    export FRONT_ADDRESS=$HOST:$PORT WEB_ADDRESS=unix@$SOCKETS/web REALTIME_ADDRESS=unix@$SOCKETS/realtime
    mkdir -m 700 "$SOCKETS" || die "Somebody else has $SOCKETS; the sockets of the processes belong there."
    setsid "$VENV/bin/python" "$ROOT/bin/lib/supervisor.py" "$SOCKETS" "$(find_haproxy)" </dev/null 8>&- 9>&- &
    SERVER=$!
    say "$SERVER" >"$SERVER_PID_FILE"
    trap 'kill -TERM $SERVER 2>/dev/null || true' INT TERM HUP EXIT
}

wait_until_live() {
    local tries=0
    # Asked before their sockets are there, the front would tell the reader of its trouble.
    until [ -S "$SOCKETS/web" ] && [ -S "$SOCKETS/realtime" ] &&
        answers /health/live 200 && answers /api/v1/events 401; do
        tries=$((tries + 1))
        kill -0 "$SERVER" 2>/dev/null || return 1
        [ $tries -lt 300 ] || die "The server does not answer at $(server_url)/health/live."
        sleep 0.2
    done
}

answers() (
    exec 3<>"/dev/tcp/$(port_address)/$PORT" || return
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3
    read -r -t 5 status <&3 && [[ $status == *" $2 "* ]]
) 2>/dev/null

# A trapped signal ends `wait` before the server has ended. What does not hear it (a process that is
# told to stop while it starts) has 20 seconds.
wait_for_server() {
    local rc=0 tries=0
    wait "$SERVER" || rc=$?
    while kill -0 "$SERVER" 2>/dev/null && [ $tries -lt 200 ]; do
        rc=0
        tries=$((tries + 1))
        sleep 0.1
    done
    end_leftovers 10
    return $rc
}
