/** What the installation is called and looks like, on every page. Addresses begin with a slash, wherever the server is. */
export interface BrandView {
  readonly name: string;
  /** undefined: the sign of Latchkey. `dark` is for dark surfaces. */
  readonly logo: { readonly src: string; readonly dark: string | undefined } | undefined;
  /** A style sheet that comes behind the one of all pages. */
  readonly styleSheet: string | undefined;
  readonly links: {
    readonly privacy: string | undefined;
    readonly terms: string | undefined;
    readonly support: string | undefined;
  };
}
