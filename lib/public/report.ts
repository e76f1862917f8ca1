/**
 * Reports of whole folders of runs: a site of files. Needs no tensor engine.
 *
 * @module
 */

export { type ReportOptions, type WrittenReport, writeReport } from "../report/writeReport";
