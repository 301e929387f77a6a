export const branding = {} as const;
