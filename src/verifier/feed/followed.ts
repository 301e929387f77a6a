/** Something that the issuer publishes, of which the newest is needed: by asking for it, or by being told. */
export interface Followed {
  /** Seconds since the issuer last said that this is the newest; Infinity before the first. */
  age(): number;
  /** Seconds since it was last asked. */
  idle(): number;
  /**
   * Asks now, unless it asked less than so many seconds ago; callers at the same time share one request. Failing leaves
   * what there is.
   */
  refresh(atMostEvery?: number): Promise<void>;
  /** Takes one that arrived. @returns whether it is the issuer's newest, as far as anyone can tell */
  accept(jws: string): Promise<boolean>;
  /** The issuer is there and would have said if there were something newer. */
  confirm(): void;
}
