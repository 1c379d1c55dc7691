import * as sdk from "@aws-sdk/client-elastic-load-balancing-v2";
import { type Aws, given, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";
import { tagMap, updateTags } from "./tags";

const client = (aws: Aws): sdk.ElasticLoadBalancingV2Client => aws.client(sdk.ElasticLoadBalancingV2Client);

/** AWS refuses an empty list. */
const tagsOf = (inputs: Props): sdk.Tag[] | undefined =>
  inputs.tags().length === 0 ? undefined : inputs.tags();

async function readTags(arn: string, aws: Aws): Promise<Record<string, string>> {
  const answer = await client(aws).send(new sdk.DescribeTagsCommand({ ResourceArns: [arn] }));
  return tagMap(answer.TagDescriptions?.[0]?.Tags);
}

async function updateLbTags(arn: string, news: Props, olds: Props, aws: Aws): Promise<void> {
  await updateTags(news, olds, {
    set: (Tags) => client(aws).send(new sdk.AddTagsCommand({ ResourceArns: [arn], Tags })),
    remove: (TagKeys) => client(aws).send(new sdk.RemoveTagsCommand({ ResourceArns: [arn], TagKeys })),
  });
}

/** Attributes are key and text to AWS; the ones that the program does not set stay at AWS's default. */
function attributes(pairs: Readonly<Record<string, string | undefined>>): { Key: string; Value: string }[] {
  return Object.entries(pairs).flatMap(([Key, Value]) => (Value === undefined ? [] : [{ Key, Value }]));
}

function balancerAttributes(inputs: Props): { Key: string; Value: string }[] {
  const logs = inputs.object("accessLogs");
  return attributes({
    "access_logs.s3.enabled": logs && String(logs.flag("enabled")),
    "access_logs.s3.bucket": logs?.maybeText("bucket"),
    "access_logs.s3.prefix": logs?.maybeText("prefix"),
    "deletion_protection.enabled": inputs.maybeText("enableDeletionProtection"),
    "idle_timeout.timeout_seconds": inputs.maybeText("idleTimeout"),
    "routing.http.drop_invalid_header_fields.enabled": inputs.maybeText("dropInvalidHeaderFields"),
    "routing.http.desync_mitigation_mode": inputs.maybeText("desyncMitigationMode"),
    "routing.http.xff_header_processing.mode": inputs.maybeText("xffHeaderProcessingMode"),
    "routing.http.preserve_host_header.enabled": inputs.maybeText("preserveHostHeader"),
    "routing.http2.enabled": inputs.maybeText("enableHttp2"),
  });
}

async function setBalancerAttributes(LoadBalancerArn: string, inputs: Props, aws: Aws): Promise<void> {
  const Attributes = balancerAttributes(inputs);
  if (Attributes.length === 0) return;
  await client(aws).send(new sdk.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
}

const loadBalancer: ResourceType = {
  naming: { property: "name", longest: 32 },
  replaceOn: ["name", "namePrefix", "internal", "loadBalancerType"],
  async create(inputs, aws, made) {
    const answer = await client(aws).send(
      new sdk.CreateLoadBalancerCommand({
        Name: inputs.text("name"),
        Scheme: inputs.flag("internal") ? "internal" : "internet-facing",
        Type: inputs.maybeChoice("loadBalancerType", sdk.LoadBalancerTypeEnum) ?? "application",
        IpAddressType: inputs.maybeChoice("ipAddressType", sdk.IpAddressType),
        SecurityGroups: inputs.maybeTexts("securityGroups"),
        Subnets: inputs.maybeTexts("subnets"),
        Tags: tagsOf(inputs),
      }),
    );
    const arn = given(one(answer.LoadBalancers, "the load balancer").LoadBalancerArn, "LoadBalancerArn");
    made(arn);
    await setBalancerAttributes(arn, inputs, aws);
    return arn;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeLoadBalancersCommand({ LoadBalancerArns: [id] }));
    const found = one(answer.LoadBalancers, id);
    return {
      arn: id,
      arnSuffix: id.split(":loadbalancer/")[1],
      dnsName: found.DNSName,
      zoneId: found.CanonicalHostedZoneId,
      vpcId: found.VpcId,
      tags: await readTags(id, aws),
    };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(
      new sdk.SetSecurityGroupsCommand({ LoadBalancerArn: id, SecurityGroups: news.texts("securityGroups") }),
    );
    await client(aws).send(
      new sdk.SetSubnetsCommand({ LoadBalancerArn: id, Subnets: news.texts("subnets") }),
    );
    await setBalancerAttributes(id, news, aws);
    await updateLbTags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteLoadBalancerCommand({ LoadBalancerArn: id }));
  },
};

interface HealthCheckSettings {
  HealthCheckEnabled?: boolean | undefined;
  HealthCheckPath?: string | undefined;
  HealthCheckPort?: string | undefined;
  HealthCheckProtocol?: sdk.ProtocolEnum | undefined;
  HealthCheckIntervalSeconds?: number | undefined;
  HealthCheckTimeoutSeconds?: number | undefined;
  HealthyThresholdCount?: number | undefined;
  UnhealthyThresholdCount?: number | undefined;
  Matcher?: sdk.Matcher | undefined;
}

function healthCheck(inputs: Props): HealthCheckSettings {
  const found = inputs.object("healthCheck");
  if (found === undefined) return {};
  const HttpCode = found.maybeText("matcher");
  return {
    HealthCheckEnabled: found.maybeFlag("enabled"),
    HealthCheckPath: found.maybeText("path"),
    HealthCheckPort: found.maybeText("port"),
    HealthCheckProtocol: found.maybeChoice("protocol", sdk.ProtocolEnum),
    HealthCheckIntervalSeconds: found.maybeNumber("interval"),
    HealthCheckTimeoutSeconds: found.maybeNumber("timeout"),
    HealthyThresholdCount: found.maybeNumber("healthyThreshold"),
    UnhealthyThresholdCount: found.maybeNumber("unhealthyThreshold"),
    Matcher: HttpCode === undefined ? undefined : { HttpCode },
  };
}

async function setTargetGroupAttributes(TargetGroupArn: string, inputs: Props, aws: Aws): Promise<void> {
  const stickiness = inputs.object("stickiness");
  const Attributes = attributes({
    "deregistration_delay.timeout_seconds": inputs.maybeText("deregistrationDelay"),
    "slow_start.duration_seconds": inputs.maybeText("slowStart"),
    "load_balancing.algorithm.type": inputs.maybeText("loadBalancingAlgorithmType"),
    "stickiness.enabled": stickiness && String(stickiness.maybeFlag("enabled") ?? true),
    "stickiness.type": stickiness?.maybeText("type"),
    "stickiness.lb_cookie.duration_seconds": stickiness?.maybeText("cookieDuration"),
  });
  if (Attributes.length === 0) return;
  await client(aws).send(new sdk.ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
}

const targetGroup: ResourceType = {
  naming: { property: "name", longest: 32 },
  replaceOn: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId"],
  async create(inputs, aws, made) {
    const answer = await client(aws).send(
      new sdk.CreateTargetGroupCommand({
        Name: inputs.text("name"),
        Port: inputs.maybeNumber("port"),
        Protocol: inputs.maybeChoice("protocol", sdk.ProtocolEnum),
        ProtocolVersion: inputs.maybeText("protocolVersion"),
        TargetType: inputs.maybeChoice("targetType", sdk.TargetTypeEnum) ?? "instance",
        VpcId: inputs.maybeText("vpcId"),
        Tags: tagsOf(inputs),
        ...healthCheck(inputs),
      }),
    );
    const arn = given(one(answer.TargetGroups, "the target group").TargetGroupArn, "TargetGroupArn");
    made(arn);
    await setTargetGroupAttributes(arn, inputs, aws);
    return arn;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeTargetGroupsCommand({ TargetGroupArns: [id] }));
    one(answer.TargetGroups, id);
    return { arn: id, arnSuffix: id.split(":").at(-1), tags: await readTags(id, aws) };
  },
  async update(id, news, olds, aws) {
    await client(aws).send(new sdk.ModifyTargetGroupCommand({ TargetGroupArn: id, ...healthCheck(news) }));
    await setTargetGroupAttributes(id, news, aws);
    await updateLbTags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteTargetGroupCommand({ TargetGroupArn: id }));
  },
};

function actionOf(action: Props): sdk.Action {
  const [fixed, forward, redirect] = ["fixedResponse", "forward", "redirect"].map((key) =>
    action.object(key),
  );
  return {
    Type: action.choice("type", sdk.ActionTypeEnum),
    Order: action.maybeNumber("order"),
    TargetGroupArn: action.maybeText("targetGroupArn"),
    FixedResponseConfig: fixed && {
      ContentType: fixed.maybeText("contentType"),
      MessageBody: fixed.maybeText("messageBody"),
      StatusCode: fixed.text("statusCode"),
    },
    ForwardConfig: forward && {
      TargetGroups: forward.objects("targetGroups").map((item) => ({
        TargetGroupArn: item.text("arn"),
        Weight: item.maybeNumber("weight"),
      })),
    },
    RedirectConfig: redirect && {
      Protocol: redirect.maybeText("protocol"),
      Port: redirect.maybeText("port"),
      Host: redirect.maybeText("host"),
      Path: redirect.maybeText("path"),
      Query: redirect.maybeText("query"),
      StatusCode: redirect.choice("statusCode", sdk.RedirectActionStatusCodeEnum),
    },
  };
}

const listener: ResourceType = {
  replaceOn: ["loadBalancerArn"],
  async create(inputs, aws) {
    const certificate = inputs.maybeText("certificateArn");
    const answer = await client(aws).send(
      new sdk.CreateListenerCommand({
        LoadBalancerArn: inputs.text("loadBalancerArn"),
        Port: inputs.maybeNumber("port"),
        Protocol: inputs.maybeChoice("protocol", sdk.ProtocolEnum) ?? "HTTP",
        SslPolicy: inputs.maybeText("sslPolicy"),
        Certificates: certificate === undefined ? undefined : [{ CertificateArn: certificate }],
        DefaultActions: inputs.objects("defaultActions").map(actionOf),
        Tags: tagsOf(inputs),
      }),
    );
    return given(one(answer.Listeners, "the listener").ListenerArn, "ListenerArn");
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeListenersCommand({ ListenerArns: [id] }));
    one(answer.Listeners, id);
    return { arn: id, tags: await readTags(id, aws) };
  },
  async update(id, news, olds, aws) {
    const certificate = news.maybeText("certificateArn");
    await client(aws).send(
      new sdk.ModifyListenerCommand({
        ListenerArn: id,
        Port: news.maybeNumber("port"),
        Protocol: news.maybeChoice("protocol", sdk.ProtocolEnum),
        SslPolicy: news.maybeText("sslPolicy"),
        Certificates: certificate === undefined ? undefined : [{ CertificateArn: certificate }],
        DefaultActions: news.objects("defaultActions").map(actionOf),
      }),
    );
    await updateLbTags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteListenerCommand({ ListenerArn: id }));
  },
};

function conditionsOf(inputs: Props): sdk.RuleCondition[] {
  return inputs.objects("conditions").map((condition): sdk.RuleCondition => {
    const [path, host, header, method, source] = [
      "pathPattern",
      "hostHeader",
      "httpHeader",
      "httpRequestMethod",
      "sourceIp",
    ].map((key) => condition.object(key));
    if (path) return { Field: "path-pattern", PathPatternConfig: { Values: path.texts("values") } };
    if (host) return { Field: "host-header", HostHeaderConfig: { Values: host.texts("values") } };
    if (header) {
      const HttpHeaderName = header.text("httpHeaderName");
      return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName, Values: header.texts("values") } };
    }
    if (method)
      return { Field: "http-request-method", HttpRequestMethodConfig: { Values: method.texts("values") } };
    if (source) return { Field: "source-ip", SourceIpConfig: { Values: source.texts("values") } };
    throw new Error("the stand-in knows no such condition of a listener rule");
  });
}

const listenerRule: ResourceType = {
  replaceOn: ["listenerArn", "priority"],
  async create(inputs, aws) {
    const answer = await client(aws).send(
      new sdk.CreateRuleCommand({
        ListenerArn: inputs.text("listenerArn"),
        Priority: inputs.maybeNumber("priority") ?? 1,
        Conditions: conditionsOf(inputs),
        Actions: inputs.objects("actions").map(actionOf),
        Tags: tagsOf(inputs),
      }),
    );
    return given(one(answer.Rules, "the rule").RuleArn, "RuleArn");
  },
  async read(id, _state, aws) {
    one((await client(aws).send(new sdk.DescribeRulesCommand({ RuleArns: [id] }))).Rules, id);
    return { arn: id, tags: await readTags(id, aws) };
  },
  async update(id, news, olds, aws) {
    const Actions = news.objects("actions").map(actionOf);
    await client(aws).send(
      new sdk.ModifyRuleCommand({ RuleArn: id, Conditions: conditionsOf(news), Actions }),
    );
    await updateLbTags(id, news, olds, aws);
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteRuleCommand({ RuleArn: id }));
  },
};

export const types: ResourceTypes = {
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
  "aws:lb/listener:Listener": listener,
  "aws:lb/listenerRule:ListenerRule": listenerRule,
};
