export const apis = {} as const;
