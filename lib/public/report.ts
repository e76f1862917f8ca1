/**
 * Reports of whole folders of runs: a site of files, or pages that follow them. Needs no tensor engine.
 *
 * @module
 */

export { type ServedReport, type ServeOptions, serveReport } from "../report/serveReport";
export { type WrittenTensorBoard, writeTensorBoard } from "../report/tensorBoard";
export { type ReportOptions, type WrittenReport, writeReport } from "../report/writeReport";
