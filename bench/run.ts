import { compare } from './compare.ts';
import { measureGrowth } from './growth.ts';
import { measureStops } from './measure/stops.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { installPackages } from './packages.ts';
import { measurePortal } from './portal/portal.ts';
import { soak } from './soak/soak.ts';
import { onStage } from './stage.ts';

const options = readOptions();
const measures = chooseMeasures(options);
if (measures.includes(compare)) installPackages();
const failed = await onStage(async (stage) => {
  let failures = 0;
  for (const measure of measures) failures += await measure(stage, options);
  return failures;
});
process.exit(failed > 0 ? 1 : 0);

function chooseMeasures({ soak: soaks, growth, portal, stops, quick, scenarios, subjects }: Options) {
  if (soaks) return [soak];
  if (growth) return [measureGrowth];
  if (portal) return [measurePortal];
  if (stops) return [measureStops];
  const everything = quick && scenarios.length === 0 && subjects.length === 0;
  return everything ? [compare, measurePortal] : [compare];
}

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}
