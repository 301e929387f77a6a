import type { SomeTexts } from '../../complete.ts';
import type { parts as english } from '../../en/shared/parts.ts';

export const parts: SomeTexts<typeof english> = {
  calls: 'الاستدعاءات',
  failed: 'فشل',
  copy: 'نسخ',
  copied: 'تم النسخ.',
  cancel: 'إلغاء',
  optional: 'اختياري',
  search: 'بحث',
  youAre: 'تم تسجيل دخولك باسم',
  show: 'إظهار',
  hide: 'إخفاء',
  showPassword: 'إظهار كلمة المرور',
  hidePassword: 'إخفاء كلمة المرور',
};
