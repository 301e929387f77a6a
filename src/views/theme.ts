/** Which colors a person wants: those of their system, or always the same. */
export type Theme = 'system' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

export const isTheme = (value: unknown): value is Theme => THEMES.some((theme) => theme === value);
