import { compare } from './compare.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { installPackages } from './packages.ts';
import { onStage } from './stage.ts';

const options = readOptions();
installPackages();
const failed = await onStage((stage) => compare(stage, options));
process.exit(failed > 0 ? 1 : 0);

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}
