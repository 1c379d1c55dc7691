/**
 * Python (on every Amazon Linux 2023): reads a JSON object of variables from the file named first and prints a systemd environment file,
 * with each `{{secret:<arn>:<key>}}` replaced. The second argument may be the ARN of a secret whose JSON object holds further variables;
 * those of the file win. Within URLs a secret is percent-encoded. Values are written to nothing but standard output.
 */
export const RESOLVER_SCRIPT = `import json, re, subprocess, sys, urllib.parse

REFERENCE = re.compile(r"\\{\\{secret:(arn:[^{}]+):([^:{}]+)\\}\\}")
known = {}


def secret(arn):
    if arn not in known:
        command = ["aws", "secretsmanager", "get-secret-value", "--secret-id", arn]
        command += ["--query", "SecretString", "--output", "text"]
        known[arn] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return known[arn]


def resolved(value):
    in_url = "://" in value

    def found(match):
        text = str(secret(match[1])[match[2]])
        return urllib.parse.quote(text, safe="") if in_url else text

    return REFERENCE.sub(found, value)


variables = dict(secret(sys.argv[2])) if len(sys.argv) > 2 else {}
for name, value in json.load(open(sys.argv[1])).items():
    variables[name] = resolved(value)
for name, value in variables.items():
    quoted = re.sub(r'(["\\\\\`$])', r"\\\\\\1", value)
    print(f'{name}="{quoted}"')
`;
