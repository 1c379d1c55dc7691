/** Where units write, one file each. */
export const LOG_FOLDER = "/var/log/perfbed";

/** Access logs under load fill a volume within hours. The files stay open, so they are cut and not moved. */
export const LOG_ROTATION = `${LOG_FOLDER}/*.log {
  size 256M
  rotate 1
  copytruncate
  missingok
  notifempty
}
`;

/** Looks every ten minutes instead of once a day. */
export const LOG_ROTATION_TIMER = `[Timer]
OnCalendar=
OnCalendar=*:0/10
AccuracySec=1m
`;

/** Configuration of the CloudWatch agent: the files above, to streams of the environment's log group. No metrics: EC2 has its own. */
export const agentConfiguration = (logGroupName: string): string =>
  JSON.stringify({
    agent: { run_as_user: "root", quiet: true },
    logs: {
      logs_collected: {
        files: {
          collect_list: ["app", "setup"].map((name) => ({
            file_path: `${LOG_FOLDER}/${name}.log`,
            log_group_name: logGroupName,
            log_stream_name: `{instance_id}/${name}`,
          })),
        },
      },
    },
  });
