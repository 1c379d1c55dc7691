import { CHARTS } from "./charts";
import { LAYOUT } from "./layout";
import { MEDIA } from "./media";
import { TOKENS } from "./tokens";

/** The one style sheet of the page. */
export const STYLE = `${TOKENS}${LAYOUT}${CHARTS}${MEDIA}`;
