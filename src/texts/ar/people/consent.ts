import type { SomeTexts } from '../../complete.ts';
import type { consent as english } from '../../en/people/consent.ts';

export const consent: SomeTexts<typeof english> = {
  title: 'السماح بالوصول',
  asks: '{app} يطلب الوصول',
  can: 'إذا سمحت بذلك، يمكن للتطبيق:',
  no: 'لا، عودة',
  allow: 'سماح',
  returnTo: 'في الحالتين ستعود إلى {place}.',
  account: 'حسابك',
  openid: 'معرفة هويتك',
  openidMeans: 'يتعرّف عليك التطبيق عند عودتك.',
  profile: 'رؤية اسمك',
  email: 'رؤية بريدك الإلكتروني',
};
