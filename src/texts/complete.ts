/** The same texts in another language: none is missing, and there is none more. */
export type Texts<English> = { readonly [Name in keyof English]: string };

/** Some of them; English stands in for the others. */
export type SomeTexts<English> = Partial<Texts<English>>;
