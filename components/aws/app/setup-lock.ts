import { createHash } from "node:crypto";
import type { Application } from "../../contracts";

/** Prefix of everything that running instances write to the environment's bucket. */
export const MARKERS_PREFIX = "app/markers";

/** Seconds beyond the set-up's own limit after which an instance no longer waits for the one that runs it. */
export const SETUP_WAIT_MARGIN_SECONDS = 60;

/**
 * Folder of one set-up's markers. The set-up runs once for each version, command, content and database: a changed one runs again.
 * @param content what identifies the code: hash of the bundle, or the image
 */
export function setupPrefix(application: Application, content: string, databaseAdminUrl: string): string {
  const hash = createHash("sha256")
    .update(
      JSON.stringify([application.version, application.setup?.command ?? [], content, databaseAdminUrl]),
    )
    .digest("hex");
  return `${MARKERS_PREFIX}/setup/${hash.slice(0, 16)}`;
}

/**
 * Bash functions that let one of many instances run the set-up. They need the AWS CLI, `$BUCKET` and `$SELF`, the name of this instance.
 *
 * S3 writes an object only if there is none (`--if-none-match`), which makes it a lock that nobody has to operate. An answer may get lost
 * on its way though, and the repeated request then finds the lock taken: by ourselves, which is why the lock holds its owner's name.
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
# 0: the lock is ours. 1: it is another's. 2: neither could be found out.
take_lock() {
  local answer owner left
  for ((left = 5; left > 0; left--)); do
    if answer=$(marker_put "$1" --if-none-match '*'); then return 0; fi
    if owner=$(marker_read "$1"); then
      if [[ $owner == "$SELF" ]]; then return 0; else return 1; fi
    fi
    sleep 3
  done
  printf 'the lock %s cannot be taken: %s\\n' "$1" "$answer" >&2
  return 2
}
# wait_for_setup PREFIX SECONDS
wait_for_setup() {
  local end=$((SECONDS + $2))
  until marker_read "$1/done" >/dev/null; do
    if marker_read "$1/failed" >/dev/null; then
      echo "the application's set-up has failed on another instance" >&2
      return 1
    fi
    if ((SECONDS >= end)); then
      echo "the application's set-up has not ended within $2 s" >&2
      return 1
    fi
    sleep 2
  done
}
`;
