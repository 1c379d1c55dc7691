import { createSingleEnvironment } from "../single-environment";
import { stackProgram } from "../stack-program";
import { RELEASE_CANDIDATE_KEYS, releaseCandidateEnvironment } from "./config";

/** The stack `release-candidate`: the environment of a branch or a commit. */
export = stackProgram(RELEASE_CANDIDATE_KEYS, async (raw, context) =>
  createSingleEnvironment(releaseCandidateEnvironment(raw, context), context),
);
