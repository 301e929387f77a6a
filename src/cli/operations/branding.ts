import type { Command } from 'commander';
import { type Branding, type BrandingChanges, NO_BRANDING, readBranding } from '../../branding/branding.ts';
import { DEFAULT_NAME } from '../../branding/input.ts';
import { paletteOf } from '../../branding/palette.ts';
import { toPicture } from '../../branding/picture.ts';
import { presentBranding } from '../../branding/present.ts';
import { rebrand } from '../../clients/own/rebrand.ts';
import { AppError } from '../../errors.ts';
import { createPictureDecoder } from '../../pictures/decoder.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { CommandFailure } from '../failures.ts';
import { examples, formatFields, printable } from '../output.ts';

interface Options {
  readonly name?: string;
  readonly accent?: string;
  readonly privacyUrl?: string;
  readonly termsUrl?: string;
  readonly supportUrl?: string;
  readonly logo?: string;
  readonly darkLogo?: string;
  readonly json?: boolean;
}

export function addBrandingCommands(program: Command, line: CommandLine): void {
  const branding = program.command('branding').description('name, logo, color and links of the pages that people see');
  withJson(branding.command('show').description('tell how the installation presents itself')).action(
    (options: Options) => show(line, options),
  );
  withJson(branding.command('set').description('change how it presents itself; what is not named stays'))
    .option('--name <name>', 'what the installation is called, in at most 60 characters')
    .option('--accent <color>', 'the color of buttons and links, such as #0d5c6f; adapted where it could not be read')
    .option('--logo <file>', 'a square picture: PNG, JPEG or WebP of at most 1 MB')
    .option('--dark-logo <file>', 'the same for dark surfaces')
    .option('--privacy-url <url>', 'where the privacy notice is: https:// or mailto:')
    .option('--terms-url <url>', 'where the terms are')
    .option('--support-url <url>', 'where people find help')
    .addHelpText('after', '\nAn empty value ("") takes away what was there.')
    .addHelpText(
      'after',
      examples(
        'branding set --name "Acme ID" --accent "#7a1fa2" --logo acme.png',
        'branding set --support-url mailto:help@example.org',
        'branding set --logo ""',
      ),
    )
    .action((options: Options) => set(line, options));
  withJson(branding.command('reset').description('present it as a new installation does')).action((options: Options) =>
    reset(line, options),
  );
}

async function show(line: CommandLine, options: Options): Promise<void> {
  await line.withDatabase(async (db, { config }) => {
    const branding = await readBranding(db, line.by());
    line.answer(options, { json: presentBranding(branding, config.issuer), text: inWords(branding) });
  });
}

async function set(line: CommandLine, options: Options): Promise<void> {
  const { json: _json, logo, darkLogo, ...words } = options;
  const files = {
    logo: await readPicture(line, '--logo', logo),
    darkLogo: await readPicture(line, '--dark-logo', darkLogo),
  };
  const said = Object.fromEntries(Object.entries(words).map(([name, value]) => [name, value === '' ? null : value]));
  if (Object.keys(said).length === 0 && logo === undefined && darkLogo === undefined) {
    throw new CommandFailure('name at least one thing to change; --help lists them');
  }
  const by = line.by();
  const decoder = createPictureDecoder();
  const pictureOf = async (option: string, file: Buffer | null | undefined) => {
    try {
      return file && (await toPicture(decoder, file, by));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new CommandFailure(`${option}: ${error.message}`, { cause: error });
    }
  };
  try {
    await line.withDatabase(async (db, { config }) => {
      const changes: BrandingChanges = {
        ...said,
        logo: await pictureOf('--logo', files.logo),
        darkLogo: await pictureOf('--dark-logo', files.darkLogo),
      };
      const branding = await rebrand(db, changes, by);
      line.answer(options, { json: presentBranding(branding, config.issuer), text: inWords(branding) });
    });
  } finally {
    decoder.close();
  }
}

async function reset(line: CommandLine, options: Options): Promise<void> {
  await line.withDatabase(async (db, { config }) => {
    const branding = await rebrand(db, NO_BRANDING, line.by());
    line.answer(options, { json: presentBranding(branding, config.issuer), text: inWords(branding) });
  });
}

/** null: an empty name takes away what was there. */
async function readPicture(line: CommandLine, option: string, file: string | undefined) {
  if (file === undefined) return undefined;
  if (file === '') return null;
  try {
    return Buffer.from(await line.io.readBytes(file), 'base64');
  } catch (error) {
    throw new CommandFailure(`${option}: ${file} cannot be read`, { cause: error });
  }
}

function inWords(branding: Branding): string {
  const { accent, logo, dark_logo: dark } = branding;
  return `${printable(branding.name ?? DEFAULT_NAME)}\n\n${formatFields([
    ['accent', accent === null ? '-' : describeAccent(accent)],
    ['logo', logo === null ? '-' : 'yes'],
    ['dark logo', dark === null ? '-' : 'yes'],
    ['privacy', branding.privacy_url ?? '-'],
    ['terms', branding.terms_url ?? '-'],
    ['support', branding.support_url ?? '-'],
  ])}`;
}

/** Says where it is shown lighter or darker, because it could not be read. */
function describeAccent(accent: string): string {
  const { light, dark } = paletteOf(accent);
  const adapted = [
    ...(light.accent === accent ? [] : [`${light.accent} on light pages`]),
    ...(dark.accent === accent ? [] : [`${dark.accent} on dark pages`]),
  ];
  return adapted.length === 0 ? accent : `${accent}, shown as ${adapted.join(' and ')} so that it can be read`;
}
