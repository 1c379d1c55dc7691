#!/usr/bin/env bash
# What `perfbed up` makes, as an engineer would write it in an afternoon: the same programs with the same settings, one after the other,
# each waited for with a question that only a working server answers. The benchmark writes FOLDER/settings.sh and the configuration files.
#
#   plain.sh up FOLDER      starts everything; prints what each step took
#   plain.sh down FOLDER    stops everything in reverse order and removes the folder
set -euo pipefail
umask 077

readonly action=${1:?up or down} folder=${2:?folder}
declare -A cpu_quota_us cpu_period_us memory_bytes
# shellcheck source=/dev/null
source "$folder/settings.sh"

trap 'exit 130' INT TERM

readonly deadline_seconds=60 stop_seconds=15
as_service=()
if [[ -n $service_uid ]]; then
  as_service=(setpriv --reuid "$service_uid" --regid "$service_gid" --clear-groups)
fi

fail() {
  echo "plain.sh: $1" >&2
  [[ ! -f $folder/logs/$2.log ]] || tail -n 5 "$folder/logs/$2.log" >&2
  exit 1
}

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }
step_began_us=$(now_us)
step() {
  local at_us
  at_us=$(now_us)
  echo "step $1 $(((at_us - step_began_us) / 1000))"
  step_began_us=$at_us
}

# --- Processes ---

group_folders() {
  [[ -z ${cpu_quota_us[$1]:-} || -z $cgroup_cpu ]] || echo "$cgroup_cpu/$1"
  [[ -z ${memory_bytes[$1]:-} || -z $cgroup_memory || $cgroup_memory == "$cgroup_cpu" ]] || echo "$cgroup_memory/$1"
}

make_groups() {
  local name=$1 quota=${cpu_quota_us[$1]:-} period=${cpu_period_us[$1]:-} bytes=${memory_bytes[$1]:-}
  if [[ -n $quota && -n $cgroup_cpu ]]; then
    mkdir -p "$cgroup_cpu/$name"
    if [[ $cgroup_version == 1 ]]; then
      echo "$period" >"$cgroup_cpu/$name/cpu.cfs_period_us"
      echo "$quota" >"$cgroup_cpu/$name/cpu.cfs_quota_us"
    else
      echo "$quota $period" >"$cgroup_cpu/$name/cpu.max"
      echo "$bytes" >"$cgroup_cpu/$name/memory.max"
    fi
  fi
  if [[ $cgroup_version == 1 && -n $bytes && -n $cgroup_memory ]]; then
    mkdir -p "$cgroup_memory/$name"
    echo "$bytes" >"$cgroup_memory/$name/memory.limit_in_bytes"
  fi
}

# start NAME PROGRAM ARGUMENT...: in the background, under its limits, with a log of its own.
start() {
  local name=$1 group
  shift
  make_groups "$name"
  (
    exec >>"$folder/logs/$name.log" 2>&1 </dev/null
    for group in $(group_folders "$name"); do echo "$BASHPID" >"$group/cgroup.procs"; done
    cd "${working_folder:-$folder/$name}"
    exec "$@"
  ) &
  echo "$!" >"$folder/pids/$name"
}

gone() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  # Nobody may be there to collect it.
  [[ $stat == *") Z "* ]]
}

# wait_for NAME CHECK...: until the check passes.
wait_for() {
  local name=$1 pid until_second=$((SECONDS + deadline_seconds))
  shift
  pid=$(<"$folder/pids/$name")
  until "$@" >/dev/null 2>&1; do
    ! gone "$pid" || fail "$name ended by itself" "$name"
    ((SECONDS < until_second)) || fail "$name was not ready after $deadline_seconds s" "$name"
    sleep 0.02
  done
}

# stop NAME SIGNAL
stop() {
  local name=$1 pid group until_second=$((SECONDS + stop_seconds))
  [[ -f $folder/pids/$name ]] || return 0
  pid=$(<"$folder/pids/$name")
  kill -s "$2" "$pid" 2>/dev/null || true
  until gone "$pid"; do
    ((SECONDS < until_second)) || kill -s KILL "$pid" 2>/dev/null || true
    sleep 0.02
  done
  for group in $(group_folders "$name"); do
    until rmdir "$group" 2>/dev/null || [[ ! -d $group ]]; do sleep 0.01; done
  done
}

# --- Questions ---

# sql USER PORT DATABASE: statements on standard input. Passwords come from PGPASSFILE.
sql() { "${sql_client[@]}" -h 127.0.0.1 -U "$1" -p "$2" -d "$3"; }
sql_answers() { sql "$1" "$2" "$3" <<<'select 1'; }
replica_streams() {
  [[ $(sql "$superuser" "$replica_port" postgres <<<'select status from pg_stat_wal_receiver') == streaming ]] || return 1
  local at
  at=$(sql "$superuser" "$primary_port" postgres <<<'select pg_current_wal_lsn()')
  [[ $(sql "$superuser" "$replica_port" postgres <<<"select pg_last_wal_replay_lsn() >= '$at'") == t* ]]
}
redis_answers() (
  exec 3<>"/dev/tcp/127.0.0.1/$redis_port"
  printf 'AUTH %s\r\nPING\r\n' "$redis_password" >&3
  read -r -t 2 authenticated <&3
  read -r -t 2 answer <&3
  [[ $authenticated == +OK* && $answer == +PONG* ]]
)
http_answers() (
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
  read -r -t 5 _ status _ <&3
  [[ $status == 200 ]]
)

# --- Up and down ---

own() { [[ -z $service_uid ]] || chown "$service_uid:$service_gid" "$@"; }

postgres_config() {
  cp "$folder/config/$1.conf" "$folder/$1/data/postgresql.conf"
  cp "$folder/config/pg_hba.conf" "$folder/$1/data/pg_hba.conf"
  own "$folder/$1/data/postgresql.conf" "$folder/$1/data/pg_hba.conf"
}

up() {
  local name
  for name in database-primary database-replica database-pool-writer database-pool-reader cache edge balancer; do
    mkdir "$folder/$name"
    own "$folder/$name"
  done
  mkdir "$folder/app" "$folder/pids"
  cp "$folder/config/superuser-password" "$folder/database-primary/"
  own "$folder/database-primary/superuser-password"
  step folders

  (cd "$folder/database-primary" && "${as_service[@]}" "$initdb" -D data -U "$superuser" -A scram-sha-256 \
    --pwfile=superuser-password --encoding=UTF8 --no-locale --no-sync --no-instructions) \
    >"$folder/logs/initdb.log" 2>&1 || fail "initdb failed" initdb
  step initdb

  # The cheapest base backup there is: a copy before the first start.
  cp -a "$folder/database-primary/data" "$folder/database-replica/data"
  postgres_config database-primary
  start database-primary "${as_service[@]}" "$postgres" -D "$folder/database-primary/data"
  wait_for database-primary sql_answers "$superuser" "$primary_port" postgres
  sql "$superuser" "$primary_port" postgres <"$folder/config/roles.sql" >/dev/null
  sql "$superuser" "$primary_port" "$database" <"$folder/config/extensions.sql" >/dev/null
  step database-primary

  postgres_config database-replica
  : >"$folder/database-replica/data/standby.signal"
  own "$folder/database-replica/data/standby.signal"
  start database-replica "${as_service[@]}" "$postgres" -D "$folder/database-replica/data"
  wait_for database-replica replica_streams
  step database-replica

  for name in writer reader; do
    cp "$folder/config/pool-$name.ini" "$folder/config/users.txt" "$folder/database-pool-$name/"
    own "$folder/database-pool-$name"/*
    start "database-pool-$name" "${as_service[@]}" "$pgbouncer" "$folder/database-pool-$name/pool-$name.ini"
  done
  wait_for database-pool-writer sql_answers "$application_user" "$writer_pool_port" "$database"
  wait_for database-pool-reader sql_answers "$application_user" "$reader_pool_port" "$database"
  step database-pools

  cp "$folder/config/redis.conf" "$folder/cache/"
  own "$folder/cache/redis.conf"
  start cache "${as_service[@]}" "$redis_server" "$folder/cache/redis.conf"
  wait_for cache redis_answers
  step cache

  (
    # shellcheck source=/dev/null
    set -a && source "$folder/setup-variables.sh" && set +a
    cd "$application_folder"
    exec "${setup_command[@]}"
  ) >"$folder/logs/setup.log" 2>&1 || fail "the application's set-up failed" setup
  step app-setup

  (
    # shellcheck source=/dev/null
    set -a && source "$folder/app-variables.sh" && set +a
    working_folder=$application_folder start app "${application_command[@]}"
  )
  wait_for app http_answers "$app_port" "$ready_path"
  step app

  cp "$folder/config/haproxy.cfg" "$folder/balancer/"
  own "$folder/balancer/haproxy.cfg"
  start balancer "${as_service[@]}" "$haproxy" -db -f "$folder/balancer/haproxy.cfg"
  wait_for balancer http_answers "$balancer_port" "$ready_path"
  step balancer

  cp "$folder/config/edge.vcl" "$folder/config/admin-secret" "$folder/edge/"
  own "$folder/edge"/*
  start edge "${as_service[@]}" "$varnishd" -F -j none -n "$folder/edge/work" -a "127.0.0.1:$edge_port" \
    -T "127.0.0.1:$edge_admin_port" -S "$folder/edge/admin-secret" -f "$folder/edge/edge.vcl" "${edge_arguments[@]}"
  wait_for edge http_answers "$edge_port" "$ready_path"
  step edge
}

down() {
  stop edge TERM
  stop balancer TERM
  stop app TERM
  stop cache TERM
  stop database-pool-reader TERM
  stop database-pool-writer TERM
  stop database-replica INT
  stop database-primary INT
  local group
  for group in "$cgroup_cpu" "$cgroup_memory"; do
    if [[ -n $group && -d $group ]]; then rmdir "$group"; fi
  done
  rm -rf "$folder"
}

case $action in
up) up ;;
down) down ;;
*) fail "up or down, not $action" none ;;
esac
