import type { SomeTexts } from '../../complete.ts';
import type { home as english } from '../../en/people/home.ts';

export const home: SomeTexts<typeof english> = {
  title: 'الرئيسية',
  newApp: 'تطبيق جديد',
  allRight: 'كل شيء على ما يرام.',
  nothingNeedsYou: 'لا شيء يحتاج إليك.',
};
