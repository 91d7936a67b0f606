# Sourced: the development server and what a killed one leaves behind.
# shellcheck shell=bash

HOST=${HOST:-127.0.0.1}
PORT=${PORT:-8000}
SERVER_PID_FILE=$LOCAL/server-$PORT.pid

# Where the reader's browser finds it, whatever address it is bound to.
server_url() { case $HOST in 0.0.0.0 | ::) say "http://localhost:$PORT" ;; *) say "http://$HOST:$PORT" ;; esac; }

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

# After a kill -9 of the server its workers live on and keep the port. They are known by their
# process group and by the folder that they stand in: the number alone may be somebody else's.
end_leftovers() {
    local pids
    for _ in {1..50}; do
        mapfile -t pids < <(leftovers)
        [ ${#pids[@]} -gt 0 ] || break
        kill -KILL "${pids[@]}" 2>/dev/null || true
        sleep 0.1
    done
    rm -f "$SERVER_PID_FILE"
}

leftovers() {
    local group group_of dir stat
    group=$(cat "$SERVER_PID_FILE" 2>/dev/null) || return 0
    for dir in /proc/[0-9]*; do
        # After the name in brackets: state, parent, process group.
        stat=$(cat "$dir/stat" 2>/dev/null) || continue
        read -r _ _ group_of _ <<<"${stat##*) }"
        if [ "$group_of" = "$group" ] && [ "$(readlink "$dir/cwd")" = "$ROOT" ]; then say "${dir#/proc/}"; fi
    done
}

port_address() { case $HOST in 0.0.0.0 | ::) say 127.0.0.1 ;; *) say "$HOST" ;; esac; }
port_answers() (exec 3<>"/dev/tcp/$(port_address)/$PORT") 2>/dev/null

# In a process group of its own: Ctrl-C reaches it once, through the trap. A worker that is told to
# stop while it starts does not hear it, hence the time-out.
start_server() {
    # Limits meant for strangers would stop a developer's tenth tour of the hour.
    export RATE_LIMIT_SCALE=${RATE_LIMIT_SCALE:-100}
    setsid "$VENV/bin/python" -m granian --interface wsgi --no-ws --host "$HOST" --port "$PORT" \
        --workers 2 --blocking-threads 4 --respawn-failed-workers --workers-kill-timeout 5 \
        pupmatch.wsgi:application 8>&- 9>&- &
    SERVER=$!
    say "$SERVER" >"$SERVER_PID_FILE"
    trap 'kill -TERM $SERVER 2>/dev/null || true' INT TERM HUP EXIT
}

wait_until_live() {
    local tries=0
    until live; do
        tries=$((tries + 1))
        kill -0 "$SERVER" 2>/dev/null || return 1
        [ $tries -lt 300 ] || die "The server does not answer at $(server_url)/health/live."
        sleep 0.2
    done
}

live() (
    exec 3<>"/dev/tcp/$(port_address)/$PORT" || return
    printf 'GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
    read -r -t 5 status <&3 && [[ $status == *" 200 "* ]]
) 2>/dev/null

# A trapped signal ends `wait` before the server has ended.
wait_for_server() {
    local rc=0
    wait "$SERVER" || rc=$?
    while kill -0 "$SERVER" 2>/dev/null; do
        rc=0
        wait "$SERVER" || rc=$?
    done
    end_leftovers
    return $rc
}
