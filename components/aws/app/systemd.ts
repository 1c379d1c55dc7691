/** One word of `ExecStart`, taken as it stands: systemd would expand `%` and `$` and read backslashes. */
export function execWord(word: string): string {
  const escaped = word
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$");
  return `"${escaped}"`;
}

export interface UnitSettings {
  /** Shown by `systemctl status`; no newline. */
  readonly description: string;
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environmentFile: string;
  readonly logFile: string;
  readonly user: string;
}

/** `env` finds the program on the PATH or, with a slash, from the working folder; systemd itself would do neither for relative paths. */
function common(settings: UnitSettings): string {
  return `User=${settings.user}
Group=${settings.user}
WorkingDirectory=${settings.workingDirectory}
EnvironmentFile=${settings.environmentFile}
ExecStart=/usr/bin/env ${settings.command.map(execWord).join(" ")}
StandardOutput=append:${settings.logFile}
StandardError=inherit
LimitNOFILE=1048576
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
`;
}

const head = (description: string): string => `[Unit]
Description=${description.replaceAll(/\s+/g, " ").replaceAll("%", "%%")}
Wants=network-online.target
After=network-online.target

[Service]
`;

/** The application: started again whenever it ends, with its time to finish requests when it is stopped. */
export function serviceUnit(settings: UnitSettings, port: number, stopSeconds: number): string {
  const lowPort = port < 1024 ? "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" : "";
  return `${head(settings.description)}${common(settings)}${lowPort}Restart=always
RestartSec=1
TimeoutStopSec=${Math.max(1, stopSeconds)}

[Install]
WantedBy=multi-user.target
`;
}

/** A command that is run once; `systemctl start` waits for it and tells how it ended. */
export const onceUnit = (settings: UnitSettings, timeoutSeconds: number): string =>
  `${head(settings.description)}${common(settings)}Type=oneshot
TimeoutStartSec=${timeoutSeconds}
`;
