import type { AppSizing } from "../../contracts";
import { chooseInstanceType } from "../instance-types";
import type { AppSettings } from "../settings";

/** The type the user names, else the smallest that holds an instance's CPU and memory. */
export const appInstanceType = (settings: AppSettings, sizing: AppSizing): string =>
  settings.instanceType ?? chooseInstanceType(sizing.cpu, sizing.memoryMiB, settings.architecture).name;
