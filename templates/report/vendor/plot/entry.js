// What the report's pages use of Observable Plot, as the global `Plot`.
export {
  axisX, axisY, dot, gridX, gridY, line, lineY, plot, pointer, pointerX, pointerY, rect, rectX,
  ruleX, ruleY, text, tip,
} from "@observablehq/plot";
