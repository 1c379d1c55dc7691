import type { Check, Extraction } from "../../model";
import { jsonPathOf } from "../json-path";
import { collection, element, flag, type Lines, text, whole } from "./elements";

/** What an extractor gives when it finds nothing. */
export const NOT_FOUND = "NOT_FOUND";
/** Of ResponseAssertion. */
export const EQUALS = 8;
const SUBSTRING = 16;
const CONTAINS = 2;
/** Added to a type: one of the strings is enough. */
export const OR = 32;

/** A Response Assertion on one of the fields of a response. `assume`: a status that is an error to JMeter may be fine here. */
export const assertion = (
  name: string,
  field: string,
  type: number,
  strings: readonly string[],
  assume = false,
): Lines =>
  element({ test: "ResponseAssertion", gui: "AssertionGui" }, name, [
    collection(
      "Asserion.test_strings",
      strings.map((value, index) => text(String(index), value)),
    ),
    text("Assertion.custom_message", ""),
    text("Assertion.test_field", `Assertion.${field}`),
    flag("Assertion.assume_success", assume),
    whole("Assertion.test_type", type),
  ]);

function jsonAssertion(path: string, equals: string | undefined): Lines {
  return element(
    { test: "JSONPathAssertion", gui: "JSONPathAssertionGui" },
    equals === undefined ? `${path} is there` : `${path} is ${equals}`,
    [
      text("JSON_PATH", jsonPathOf(path)),
      text("EXPECTED_VALUE", equals ?? ""),
      flag("JSONVALIDATION", equals !== undefined),
      flag("EXPECT_NULL", false),
      flag("INVERT", false),
      flag("ISREGEX", false),
    ],
  );
}

/** The assertions of a check; a status is the sampler's own matter. */
export function checkElements(check: Check): readonly Lines[] {
  switch (check.kind) {
    case "status":
      return [];
    case "body-contains":
      return [assertion(`body contains ${check.text}`, "response_data", SUBSTRING, [check.text])];
    case "json":
      return [jsonAssertion(check.path, check.equals === undefined ? undefined : String(check.equals))];
  }
}

/** Text as a regular expression that finds just it. */
const literal = (name: string): string => name.replace(/[^\w-]/g, "\\$&");

/** JMeter's number of the match: 0 is any one of them, -1 gives all as name_1, name_2 … and their count as name_matchNr. */
function matchNumber(extraction: Extraction): string {
  if (!("pick" in extraction) || extraction.pick === undefined || extraction.pick === "first") return "1";
  return extraction.pick === "random" ? "0" : "-1";
}

/** The extractor, and the assertion that it found something. */
export function extractionElements(extraction: Extraction): readonly Lines[] {
  const { name } = extraction;
  const regex = (pattern: string, header: boolean, group = 1): Lines =>
    element({ test: "RegexExtractor", gui: "RegexExtractorGui" }, name, [
      text("RegexExtractor.useHeaders", header ? "true" : "false"),
      text("RegexExtractor.refname", name),
      text("RegexExtractor.regex", pattern),
      text("RegexExtractor.template", `$${group}$`),
      text("RegexExtractor.default", NOT_FOUND),
      text("RegexExtractor.match_number", matchNumber(extraction)),
    ]);
  switch (extraction.kind) {
    case "json":
      return [
        element({ test: "JSONPostProcessor", gui: "JSONPostProcessorGui" }, name, [
          text("JSONPostProcessor.referenceNames", name),
          text("JSONPostProcessor.jsonPathExprs", jsonPathOf(extraction.path)),
          text("JSONPostProcessor.match_numbers", matchNumber(extraction)),
          text("JSONPostProcessor.defaultValues", NOT_FOUND),
        ]),
        jsonAssertion(extraction.path, undefined),
      ];
    case "regex":
      return [
        regex(extraction.pattern, false, extraction.group),
        assertion(`${name} is there`, "response_data", CONTAINS, [extraction.pattern]),
      ];
    case "header":
    case "cookie": {
      const pattern =
        extraction.kind === "header"
          ? `(?im)^${literal(extraction.header)}:\\s*(.+?)\\s*$`
          : `(?im)^set-cookie:\\s*${literal(extraction.cookie)}=([^;\\r\\n]*)`;
      return [regex(pattern, true), assertion(`${name} is there`, "response_headers", CONTAINS, [pattern])];
    }
  }
}
