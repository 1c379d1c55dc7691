/**
 * Perl programs that try to get away. Each is given a file to write the pid of the escaped process to; perl is part of every Debian, and
 * unlike a shell it can overwrite its own variables by changing its title, as PostgreSQL does.
 */

const DOUBLE_FORK = "use POSIX; fork and exit 0; POSIX::setsid(); fork and exit 0;";
const TELL = 'open(my $f, ">", $ARGV[0]); print $f $$; close $f;';
const OVERWRITE_TITLE = '$0 = "innocent: " . ("x" x 20000);';
const IGNORE = '$SIG{$_} = "IGNORE" for qw(TERM INT QUIT HUP);';
const HIDE_OUTPUT = 'open(STDOUT, ">", "/dev/null"); open(STDERR, ">", "/dev/null");';
const STAY = "sleep 1 while 1;";

export enum Escape {
  /** Forks twice, leads a session of its own, ignores polite signals. */
  Daemon = "forks twice, leads a session of its own and ignores SIGTERM",
  /** As Daemon, and overwrites its variables and lets go of its output; only its working folder tells. */
  Renamed = "also overwrites its variables with a title and lets go of its output",
  /** As Renamed, and leaves its working folder; only its control group tells. */
  Vanished = "also leaves its working folder",
}

/** Arguments for perl. The started process itself stays as well, so that both have to be ended. */
export function escapeArguments(way: Escape, pidFile: string): string[] {
  const disguise = {
    [Escape.Daemon]: "",
    [Escape.Renamed]: OVERWRITE_TITLE + HIDE_OUTPUT,
    [Escape.Vanished]: `${OVERWRITE_TITLE}${HIDE_OUTPUT}chdir "/";`,
  }[way];
  const child = `${DOUBLE_FORK}${IGNORE}${disguise}${TELL}${STAY}`;
  return ["-e", `use POSIX; if (!fork) { ${child} } wait; $| = 1; print "up\\n"; ${STAY}`, pidFile];
}
