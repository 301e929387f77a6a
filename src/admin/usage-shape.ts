import { z } from 'zod';
import type { Point } from '../usage/series.ts';
import { Time } from './shapes.ts';

export const PeriodQuery = z.strictObject({ period: z.enum(['24h', '7d', '30d']).default('7d') });

export const UsagePoint = z.object({ at: Time, calls: z.int(), failures: z.int() }).meta({ id: 'UsagePoint' });

export const presentPoints = (points: readonly Point[]): z.input<typeof UsagePoint>[] =>
  points.map(({ at, calls, failures }) => ({ at: at.toISOString(), calls, failures }));
