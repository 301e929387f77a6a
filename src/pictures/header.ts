/** What a file says of itself, read without unpacking anything. */
export interface Header {
  readonly width: number;
  readonly height: number;
  /** How often a decoder goes over the whole picture. */
  readonly passes: number;
  readonly animated: boolean;
}
