/** Where something stands in the files that are converted; `line` counts from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Something that the reader of the files could not follow, in words for the one who wrote them. */
export interface Trouble {
  readonly place: Place;
  readonly text: string;
}
