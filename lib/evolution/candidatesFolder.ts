/** Folder, in an evolution's folder, of the short training in progress. Its record is none of a finished network. */
export const candidatesFolder = "candidates";
