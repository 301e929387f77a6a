import type { SomeTexts } from '../../complete.ts';
import type { device as english } from '../../en/people/device.ts';

export const device: SomeTexts<typeof english> = {
  title: 'توصيل جهاز',
  enterCode: 'أدخل الرمز الذي يعرضه جهازك.',
  code: 'الرمز',
  continue: 'متابعة',
  deny: 'رفض',
};
