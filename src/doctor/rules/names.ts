import { looksAlike } from '../../names/look-alikes.ts';
import { t } from '../../texts/texts.ts';
import { about, nameOfApp, type Rule } from '../rule.ts';
import type { AppState } from '../snapshot.ts';

/** Comparing one takes a tenth of a millisecond, in the process that answers requests too: of more, the newest are looked at. */
const MOST = 2000;

/** The apps that people meet and nobody vouches for. */
const unknown = (apps: readonly AppState[]) =>
  apps
    .filter(({ type, disabledAt, vouchedFor }) => type !== 'machine' && !disabledAt && !vouchedFor)
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
    .slice(0, MOST);

/** Names that people could take for others where they sign in and agree. */
export const nameRules: readonly Rule[] = [
  {
    id: 'app-looks-verified',
    severity: 'warning',
    title: 'an app has a name that passes for that of a verified one',
    check: about(({ apps }) => {
      const verified = apps.filter((app) => app.verified).slice(0, MOST);
      const known = looksAlike(verified.map(({ name }) => name));
      return verified.length === 0
        ? []
        : unknown(apps).flatMap((app) => {
            const other = known.same(app.name);
            return other === undefined ? [] : [t('findings.looksVerified', { app: nameOfApp(app), other })];
          });
    }),
  },
  {
    id: 'name-looks-ours',
    severity: 'warning',
    title: 'an app, API or team has a name that passes for the installation’s own',
    check: about(({ apps, brand, named }) => {
      const own = looksAlike([brand]);
      return [
        ...unknown(apps)
          .filter(({ name }) => own.isIn(name))
          .map(nameOfApp),
        ...named.filter(({ name }) => own.isIn(name)).map(({ id, name }) => `${id} (${name})`),
      ].map((name) => t('findings.looksOurs', { name, brand }));
    }),
  },
];
