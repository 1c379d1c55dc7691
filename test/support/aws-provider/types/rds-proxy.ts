import * as sdk from "@aws-sdk/client-rds";
import { type Aws, one } from "../api";
import type { Props } from "../props";
import type { ResourceType, ResourceTypes } from "../resource-type";

const client = (aws: Aws): sdk.RDSClient => aws.client(sdk.RDSClient);

const authOf = (auth: Props): sdk.UserAuthConfig => ({
  AuthScheme: auth.maybeChoice("authScheme", sdk.AuthScheme),
  Description: auth.maybeText("description"),
  IAMAuth: auth.maybeChoice("iamAuth", sdk.IAMAuthMode),
  SecretArn: auth.maybeText("secretArn"),
  ClientPasswordAuthType: auth.maybeChoice("clientPasswordAuthType", sdk.ClientPasswordAuthType),
});

const proxy: ResourceType = {
  naming: { property: "name", longest: 60 },
  // The emulator cannot change a proxy, so all but tags is taken to need a new one.
  async create(inputs, aws) {
    const DBProxyName = inputs.text("name");
    await client(aws).send(
      new sdk.CreateDBProxyCommand({
        DBProxyName,
        EngineFamily: inputs.choice("engineFamily", sdk.EngineFamily),
        Auth: inputs.objects("auths").map(authOf),
        RoleArn: inputs.text("roleArn"),
        VpcSubnetIds: inputs.texts("vpcSubnetIds"),
        VpcSecurityGroupIds: inputs.maybeTexts("vpcSecurityGroupIds"),
        RequireTLS: inputs.maybeFlag("requireTls"),
        IdleClientTimeout: inputs.maybeNumber("idleClientTimeout"),
        DebugLogging: inputs.maybeFlag("debugLogging"),
        Tags: inputs.tags(),
      }),
    );
    return DBProxyName;
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeDBProxiesCommand({ DBProxyName: id }));
    const found = one(answer.DBProxies, id);
    return { arn: found.DBProxyArn, endpoint: found.Endpoint };
  },
  async delete(id, _state, aws) {
    await client(aws).send(new sdk.DeleteDBProxyCommand({ DBProxyName: id }));
  },
};

async function setPool(inputs: Props, aws: Aws): Promise<void> {
  const pool = inputs.object("connectionPoolConfig");
  await client(aws).send(
    new sdk.ModifyDBProxyTargetGroupCommand({
      DBProxyName: inputs.text("dbProxyName"),
      TargetGroupName: "default",
      ConnectionPoolConfig: pool && {
        ConnectionBorrowTimeout: pool.maybeNumber("connectionBorrowTimeout"),
        InitQuery: pool.maybeText("initQuery"),
        MaxConnectionsPercent: pool.maybeNumber("maxConnectionsPercent"),
        MaxIdleConnectionsPercent: pool.maybeNumber("maxIdleConnectionsPercent"),
        SessionPinningFilters: pool.maybeTexts("sessionPinningFilters"),
      },
    }),
  );
}

const defaultTargetGroup: ResourceType = {
  replaceOn: ["dbProxyName"],
  async create(inputs, aws) {
    await setPool(inputs, aws);
    return inputs.text("dbProxyName");
  },
  async read(id, _state, aws) {
    const answer = await client(aws).send(new sdk.DescribeDBProxyTargetGroupsCommand({ DBProxyName: id }));
    const found = one(answer.TargetGroups, id);
    return { arn: found.TargetGroupArn, name: found.TargetGroupName ?? "default" };
  },
  async update(_id, news, _olds, aws) {
    await setPool(news, aws);
  },
  // It goes with its proxy.
  async delete() {},
};

const targetSelection = (inputs: Props) => ({
  DBProxyName: inputs.text("dbProxyName"),
  TargetGroupName: inputs.text("targetGroupName"),
  DBInstanceIdentifiers: inputs.has("dbInstanceIdentifier")
    ? [inputs.text("dbInstanceIdentifier")]
    : undefined,
  DBClusterIdentifiers: inputs.has("dbClusterIdentifier") ? [inputs.text("dbClusterIdentifier")] : undefined,
});

const target: ResourceType = {
  async create(inputs, aws) {
    await client(aws).send(new sdk.RegisterDBProxyTargetsCommand(targetSelection(inputs)));
    const kind = inputs.has("dbInstanceIdentifier") ? "RDS_INSTANCE" : "TRACKED_CLUSTER";
    const resource = inputs.maybeText("dbInstanceIdentifier") ?? inputs.text("dbClusterIdentifier");
    return [inputs.text("dbProxyName"), inputs.text("targetGroupName"), kind, resource].join("/");
  },
  async read(id, state, aws) {
    const answer = await client(aws).send(
      new sdk.DescribeDBProxyTargetsCommand({ DBProxyName: state.text("dbProxyName") }),
    );
    const [, , type, rdsResourceId] = id.split("/");
    const known = [answer.Targets ?? []].flat().map((item) => item.RdsResourceId);
    return known.includes(rdsResourceId) ? { rdsResourceId, type } : undefined;
  },
  async delete(_id, state, aws) {
    await client(aws).send(new sdk.DeregisterDBProxyTargetsCommand(targetSelection(state)));
  },
};

export const types: ResourceTypes = {
  "aws:rds/proxy:Proxy": proxy,
  "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": defaultTargetGroup,
  "aws:rds/proxyTarget:ProxyTarget": target,
};
