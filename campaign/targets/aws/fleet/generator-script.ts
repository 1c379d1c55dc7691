import { shellQuote } from "../../../../components/aws/instances/shell";

/** Names of the objects that a generator leaves below its own prefix, and of files in its folder. */
export const GENERATOR_FILES = {
  /** Its virtual users are made and it waits for the start; what its clock says. */
  ready: "ready.json",
  /** Renewed every few seconds. */
  progress: "progress.json",
  /** Why it could not run; text. */
  failed: "failed.txt",
  samples: "samples.csv.gz",
  /** CPU and memory by the second. */
  health: "health.csv",
  log: "k6.log",
  /** Last of all: everything else has arrived. */
  done: "done.json",
} as const;

export interface GeneratorScript {
  readonly name: string;
  readonly runId: string;
  readonly region: string;
  readonly bucketName: string;
  /** Absolute folder on the generator. */
  readonly folder: string;
  /** Prefix of its own objects. */
  readonly outPrefix: string;
  /** Object with the instant of the common start: milliseconds since the epoch, as text. */
  readonly startKey: string;
  readonly apiPort: number;
  /** Of k6. No secrets. */
  readonly args: readonly string[];
  /** Absolute path that k6 writes its samples to. */
  readonly samplesPath: string;
  /** True for a user's own script: arrivals are told by the end of an iteration. */
  readonly native: boolean;
  /** Until virtual users are made, and again until the start is known. */
  readonly readySeconds: number;
  /** k6 is ended after this long, whatever happens to whoever started it. */
  readonly limitSeconds: number;
  readonly heartbeatSeconds: number;
}

/** Counts the rows since the last look: requests, failed ones, arrivals, dropped ones, and durations in buckets of 10 %. */
const tally = (native: boolean): string => `
  $1 == "http_req_duration" { requests++; d = $3 + 0; if (d < 0.01) d = 0.01; bucket[int(log(d) / log(1.1))]++ }
  $1 == "http_req_failed" && $3 + 0 > 0 { failed++ }
  $1 == "${native ? "iteration_duration" : "perfbed_visit_started"}" { started++ }
  $1 == "dropped_iterations" { dropped += $3 }
  END {
    text = ""
    for (b in bucket) text = text (text == "" ? "" : ",") "\\"" b "\\":" bucket[b]
    printf "%d %d %d %d {%s}\\n", requests, failed, started, dropped, text
  }`;

/**
 * What one generator does for one run, as bash: starts k6 paused, tells when it is ready and how its clock stands, waits for the common
 * start, starts on the millisecond, reports every few seconds, and stores what it has measured. It ends k6 with itself, and TERM ends both
 * after the samples so far are stored.
 */
export function generatorScript(script: GeneratorScript): string {
  const quoted = (value: string): string => shellQuote(value);
  return `#!/bin/bash
# Load generator ${script.name} of run ${script.runId}.
set -uo pipefail
umask 077
export AWS_DEFAULT_REGION=${quoted(script.region)} AWS_PAGER="" PATH="$PATH:/usr/local/bin" LC_ALL=C
FOLDER=${quoted(script.folder)}
OUT=${quoted(`s3://${script.bucketName}/${script.outPrefix}`)}
START=${quoted(`s3://${script.bucketName}/${script.startKey}`)}
API=http://127.0.0.1:${script.apiPort}/v1/status
SAMPLES=${quoted(script.samplesPath)}
ARGS=(${script.args.map(quoted).join(" ")})
cd "$FOLDER" || exit 1
echo $$ >generator.pid
TIMED=""
K6=""
STOPPED=0
UPLOAD=""

put() { nice -n 10 aws s3 cp --only-show-errors "$1" "$OUT/$1"; }
put_surely() {
  local left=5
  until put "$1"; do
    left=$((left - 1))
    if ((left == 0)); then return 1; fi
    sleep 2
  done
}
now_ms() { date +%s%3N; }
running() { kill -0 "$TIMED" 2>/dev/null; }
end_k6() {
  if [ -n "$TIMED" ] && running; then kill -TERM "$TIMED" 2>/dev/null; fi
}
fail() {
  { printf '%s\\n' "$1"; grep level=error ${GENERATOR_FILES.log} 2>/dev/null | tail -n 3; } >${GENERATOR_FILES.failed}
  cat ${GENERATOR_FILES.failed} >&2
  put_surely ${GENERATOR_FILES.failed}
  exit 1
}
stop() {
  STOPPED=1
  end_k6
}
leave() {
  end_k6
  wait
  cd / && rm -rf "$FOLDER"
}
trap stop TERM INT
trap leave EXIT

: >${GENERATOR_FILES.log}
: >"$SAMPLES"
(
  . ./environment.sh
  exec timeout --foreground -k 15 ${script.limitSeconds} bash -c 'echo $$ >k6.pid; exec k6 "$@"' k6 "\${ARGS[@]}" >/dev/null 2>>${GENERATOR_FILES.log} </dev/null
) &
TIMED=$!

deadline=$((SECONDS + ${script.readySeconds}))
until curl -s -m 2 "$API" 2>/dev/null | grep -Eq '"status": *4[,}]'; do
  if ((STOPPED)); then exit 0; fi
  running || fail "k6 ended before its virtual users were ready"
  if ((SECONDS >= deadline)); then fail "its virtual users were not ready within ${script.readySeconds} s"; fi
  sleep 0.2
done
K6=$(cat k6.pid)

# How far this clock is from AWS's. Of chrony: the correction still to be made is positive when the clock is behind.
CLOCK='{"offsetMs":null,"errorMs":null,"method":"not measured"}'
if tracking=$(chronyc -c -h 127.0.0.1 tracking 2>/dev/null) && [ -n "$tracking" ]; then
  CLOCK=$(awk -F, '{ printf "{\\"offsetMs\\":%.3f,\\"errorMs\\":%.3f,\\"method\\":\\"chrony\\"}", -$5 * 1000, ($12 + $11 / 2) * 1000 }' <<<"$tracking")
elif [ -n "\${ECS_CONTAINER_METADATA_URI_V4:-}" ]; then
  task=$(curl -s -m 2 "$ECS_CONTAINER_METADATA_URI_V4/task")
  bound=$(sed -nE 's/.*"ClockErrorBound": *([0-9.]+).*/\\1/p' <<<"$task")
  if [ -n "$bound" ] && [[ "$task" != *NOT_SYNCHRONIZED* ]]; then CLOCK="{\\"offsetMs\\":0,\\"errorMs\\":$bound,\\"method\\":\\"ECS\\"}"; fi
fi
OFFSET=$(sed -nE 's/.*"offsetMs":(-?[0-9]+).*/\\1/p' <<<"$CLOCK")
OFFSET=\${OFFSET:-0}
printf '{"clock":%s,"nowMs":%s}\\n' "$CLOCK" "$(now_ms)" >${GENERATOR_FILES.ready}
put_surely ${GENERATOR_FILES.ready} || fail "it could not store that it is ready"

deadline=$((SECONDS + ${script.readySeconds}))
until aws s3 cp --only-show-errors "$START" start.txt 2>/dev/null; do
  if ((STOPPED)); then exit 0; fi
  running || fail "k6 ended before the start"
  if ((SECONDS >= deadline)); then fail "no start was given within ${script.readySeconds} s"; fi
  sleep 0.5
done
AT=$(cat start.txt)
[[ "$AT" =~ ^[0-9]{13}$ ]] || fail "the start is no instant"
AT=$((AT + OFFSET))
while ((STOPPED == 0)); do
  left=$((AT - $(now_ms)))
  if ((left <= 40)); then break; fi
  nap=$((left > 1000 ? 900 : left - 30))
  sleep "0.$(printf %03d "$nap")"
done
if ((STOPPED)); then exit 0; fi
while (($(now_ms) < AT)); do :; done
curl -s -S -f -m 5 -o /dev/null -X PATCH -H 'content-type: application/json' \\
  -d '{"data":{"type":"status","id":"default","attributes":{"paused":false}}}' "$API" || fail "k6 did not start"

echo at_ms,k6_ticks,idle_ticks,total_ticks,rss_pages,steal_ticks >${GENERATOR_FILES.health}
SEEN=0 REQUESTS=0 FAILED=0 STARTED=0 DROPPED=0 BEAT=0
health() {
  local own cpu total=0 ticks
  read -r -a own <"/proc/$K6/stat" || return 1
  read -r -a cpu </proc/stat
  for ticks in "\${cpu[@]:1:8}"; do total=$((total + ticks)); done
  echo "$(now_ms),$((own[13] + own[14])),$((cpu[4] + cpu[5])),$total,\${own[23]},\${cpu[8]}" >>${GENERATOR_FILES.health}
}
beat() {
  local size requests failed started dropped buckets
  size=$(stat -c %s "$SAMPLES")
  read -r requests failed started dropped buckets < <(tail -c "+$((SEEN + 1))" "$SAMPLES" | head -c $((size - SEEN)) | nice -n 10 awk -F, ${quoted(tally(script.native))})
  SEEN=$size
  REQUESTS=$((REQUESTS + requests)) FAILED=$((FAILED + failed)) STARTED=$((STARTED + started)) DROPPED=$((DROPPED + dropped))
  printf '{"atMs":%s,"requests":%d,"failed":%d,"started":%d,"dropped":%d,"recent":{"requests":%d,"failed":%d,"started":%d,"buckets":%s},"cpu":"%s"}\\n' \\
    "$(now_ms)" $REQUESTS $FAILED $STARTED $DROPPED "$requests" "$failed" "$started" "$buckets" "$(tail -n 2 ${GENERATOR_FILES.health} | tr '\\n' ' ')" >beat.tmp
  mv beat.tmp ${GENERATOR_FILES.progress}
  put ${GENERATOR_FILES.progress} &
  UPLOAD=$!
}
BEAT=$SECONDS
while running; do
  health 2>/dev/null
  if ((SECONDS - BEAT >= ${script.heartbeatSeconds})) && { [ -z "$UPLOAD" ] || ! kill -0 "$UPLOAD" 2>/dev/null; }; then
    BEAT=$SECONDS
    beat
  fi
  sleep 1 &
  wait $!
done
wait "$TIMED"
CODE=$?
if [ -n "$UPLOAD" ]; then wait "$UPLOAD"; fi

gzip -1 -c "$SAMPLES" >${GENERATOR_FILES.samples}
printf '{"exitCode":%d,"stopped":%d}\\n' $CODE $STOPPED >${GENERATOR_FILES.done}
for file in ${GENERATOR_FILES.samples} ${GENERATOR_FILES.health} ${GENERATOR_FILES.log} ${GENERATOR_FILES.done}; do
  put_surely "$file" || fail "$file could not be stored"
done
`;
}

/** What the agent of Systems Manager (or a task's container) is given: fetches the rest, which is too long for a command and not public. */
export function bootstrapScript(settings: {
  readonly region: string;
  readonly bucketName: string;
  readonly folder: string;
  readonly shipmentKey: string;
}): string {
  const { region, bucketName, folder, shipmentKey } = settings;
  return `set -eu
umask 077
export AWS_DEFAULT_REGION=${shellQuote(region)} AWS_PAGER="" PATH="$PATH:/usr/local/bin"
rm -rf ${shellQuote(folder)}
mkdir -p ${shellQuote(folder)}
cd ${shellQuote(folder)}
aws s3 cp --only-show-errors ${shellQuote(`s3://${bucketName}/${shipmentKey}`)} shipment.tar.gz
tar -xzf shipment.tar.gz --no-same-owner
rm shipment.tar.gz
exec bash ./generator.sh
`;
}

/** Ends a generator that still runs: it stores its samples first. Its folder tells it from any other process of the same number. */
export const stopScript = (folder: string): string => `folder=${shellQuote(folder)}
pid=$(cat "$folder/generator.pid" 2>/dev/null) || exit 0
if [ "$(readlink "/proc/$pid/cwd")" = "$folder" ]; then kill -TERM "$pid"; fi
`;
