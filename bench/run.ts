import { compare } from './compare.ts';
import { measureGrowth } from './growth.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { installPackages } from './packages.ts';
import { soak } from './soak/soak.ts';
import { onStage } from './stage.ts';

const options = readOptions();
const measure = options.soak ? soak : options.growth ? measureGrowth : compare;
if (measure === compare) installPackages();
const failed = await onStage((stage) => measure(stage, options));
process.exit(failed > 0 ? 1 : 0);

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}
