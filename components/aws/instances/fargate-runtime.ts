import { CpuArchitecture } from "../settings";

/** Current platform of Fargate for Linux. */
export const FARGATE_PLATFORM = "1.4.0";

/** The processor under the name that ECS knows. */
export const fargateRuntime = (
  architecture: CpuArchitecture,
): { readonly operatingSystemFamily: string; readonly cpuArchitecture: string } => ({
  operatingSystemFamily: "LINUX",
  cpuArchitecture: architecture === CpuArchitecture.Arm64 ? "ARM64" : "X86_64",
});
