export { stop as default } from "./declarerSetup";
