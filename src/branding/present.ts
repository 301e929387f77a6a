import type { Branding } from './branding.ts';
import { DEFAULT_NAME } from './input.ts';
import { paletteOf } from './palette.ts';
import { brandFileAddress } from './shown.ts';

/** The branding as programs read it. @param issuer what comes before the addresses of its pictures */
export function presentBranding(branding: Branding, issuer: string) {
  const { accent, logo_digest: logo, dark_logo_digest: dark } = branding;
  const palette = accent ? paletteOf(accent) : undefined;
  return {
    name: branding.name ?? DEFAULT_NAME,
    accent,
    accent_light: palette?.light.accent ?? null,
    accent_dark: palette?.dark.accent ?? null,
    privacy_url: branding.privacy_url,
    terms_url: branding.terms_url,
    support_url: branding.support_url,
    logo_url: logo && `${issuer}${brandFileAddress('logo', logo)}`,
    dark_logo_url: dark && `${issuer}${brandFileAddress('dark-logo', dark)}`,
    updated_at: branding.updated_at?.toISOString() ?? null,
  };
}
