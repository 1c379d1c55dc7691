import { createHash } from "node:crypto";
import type { Application } from "../../contracts";

/** Prefix of everything that running instances write to the environment's bucket. */
export const MARKERS_PREFIX = "app/markers";

/** Seconds beyond the work's own limit after which an instance no longer waits for the one that does it. */
export const SETUP_WAIT_MARGIN_SECONDS = 120;
/** Seconds between two signs of life of the one that does the work. */
const BEAT_SECONDS = 15;
/** Without a sign for so long, it is gone: ended by AWS, or by a person. */
export const GONE_AFTER_SECONDS = 75;

/**
 * Folder of one set-up's markers. The set-up runs once for each version, command, content and database: a changed one runs again.
 * @param content what identifies the code: hash of the bundle, or the image
 */
export const setupPrefix = (application: Application, content: string, databaseAdminUrl: string): string =>
  oncePrefix("setup", [application.version, application.setup?.command ?? [], content, databaseAdminUrl]);

/** Folder of the markers of something that is done once in an environment for each `identity`. */
export function oncePrefix(kind: string, identity: readonly unknown[]): string {
  const hash = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
  return `${MARKERS_PREFIX}/${kind}/${hash.slice(0, 16)}`;
}

/**
 * Bash functions that let one of many instances do what is to be done once. They need the AWS CLI, `$BUCKET` and `$SELF`, the name of this
 * instance.
 *
 * S3 writes an object only if there is none (`--if-none-match`), which makes it a lock that nobody has to operate. An answer may get lost
 * on its way though, and the repeated request then finds the lock taken: by ourselves, which is why the lock holds its owner's name.
 *
 * Each attempt has a lock of its own. One that has failed, or whose owner gives no sign of life any more, is followed by the next attempt of
 * whoever comes first: an instance that AWS took away half-way must not leave an environment that can never start.
 */
export const SETUP_LOCK = `marker_put() {
  local file
  file=$(mktemp)
  printf '%s\\n' "$SELF" >"$file"
  aws s3api put-object --bucket "$BUCKET" --key "$1" --body "$file" "\${@:2}" 2>&1
  local code=$?
  rm -f "$file"
  return "$code"
}
marker_read() {
  aws s3 cp "s3://$BUCKET/$1" - 2>/dev/null
}
# Seconds since a marker was written; fails when there is none.
marker_age() {
  local written
  written=$(aws s3api head-object --bucket "$BUCKET" --key "$1" --query LastModified --output text 2>/dev/null) || return 1
  echo $(($(date +%s) - $(date -d "$written" +%s)))
}
# Signs of life, as long as this script runs.
beat() {
  while kill -0 $$ 2>/dev/null && sleep ${BEAT_SECONDS}; do
    marker_put "$1" >/dev/null || true
  done
}
# abandoned PREFIX ATTEMPT SECONDS: nobody will end this attempt any more.
abandoned() {
  local age
  if marker_read "$1/failed-$2" >/dev/null; then return 0; fi
  age=$(marker_age "$1/beat-$2") || age=$(marker_age "$1/lock-$2") || return 1
  ((age > $3))
}
# take_turn PREFIX GONE_AFTER WAIT. 0: it is ours to do, as attempt $ATTEMPT. 1: it is done. 2: neither within WAIT seconds.
take_turn() {
  local answer owner refused=0 end=$((SECONDS + $3))
  ATTEMPT=1
  until marker_read "$1/done" >/dev/null; do
    if answer=$(marker_put "$1/lock-$ATTEMPT" --if-none-match '*'); then return 0; fi
    if owner=$(marker_read "$1/lock-$ATTEMPT"); then
      refused=0
      answer="it is the turn of $owner"
      if [[ $owner == "$SELF" ]]; then return 0; fi
      if abandoned "$1" "$ATTEMPT" "$2"; then
        ATTEMPT=$((ATTEMPT + 1))
        continue
      fi
    else
      refused=$((refused + 1))
    fi
    if ((SECONDS >= end || refused >= 5)); then
      printf '%s is not done, and cannot be begun: %s\\n' "$1" "$answer" >&2
      return 2
    fi
    sleep 3
  done
  return 1
}
`;
